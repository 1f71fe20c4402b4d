#include "mocks/idp/auth0/oauth.h"

#include <algorithm>
#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/auth0/reply.h"
#include "mocks/idp/signing.h"

namespace mocks::idp {
namespace {

constexpr ports::Duration management_token_lifetime = std::chrono::hours(24);
constexpr std::int64_t id_token_lifetime = 36000;

// A JSON object of texts as the form that says the same; nothing when it is none.
std::optional<Form> read_body(const ports::Request& http) {
  if (is_form(http)) return Form::parse(http.body);
  const auto document = JsonDocument::parse(http.body);
  if (!document || !document->root().is_object()) return std::nullopt;
  std::string text;
  for (const auto& [name, value] : document->root().members()) {
    if (!value.is_string()) continue;
    if (!text.empty()) text += '&';
    text += percent_encode(name) + '=' + percent_encode(value.text());
  }
  return Form::parse(text);
}

// How an application says who it is: HTTP Basic, or in the body.
struct Presented {
  ClientCredentials credentials = {};
  std::string secret = {};
};

Presented presented_by(const ApiRequest& request, const Form& form) {
  Presented presented;
  std::string secret;
  if (const auto header = ports::find_header(request.http.headers, "Authorization")) {
    auto basic = parse_basic(*header);
    if (!basic) return presented;
    presented.credentials = {.client_id = std::move(basic->client_id),
                             .method = AuthenticationMethod::client_secret_basic};
    presented.secret = std::move(basic->client_secret);
  } else {
    presented.credentials.client_id = form.value("client_id");
    if (form.has("client_secret"))
      presented.credentials.method = AuthenticationMethod::client_secret_post;
    presented.secret = form.value("client_secret");
  }
  if (!presented.secret.empty()) presented.credentials.secret = name_of(presented.secret);
  return presented;
}

ports::Response unauthorized() { return auth0::oauth_error(401, "access_denied", "Unauthorized"); }

ports::Response refusal_of(TokenVerdict verdict, GrantType grant) {
  switch (verdict) {
    case TokenVerdict::no_credentials:
    case TokenVerdict::unknown_client:
    case TokenVerdict::method_mismatch:
    case TokenVerdict::wrong_secret: return unauthorized();
    case TokenVerdict::grant_not_allowed:
      return auth0::no_store(
          json_response(403, R"({"error":"unauthorized_client","error_description":"Grant type ')" +
                                 std::string(to_string(grant)) +
                                 R"(' not allowed for the client.","error_uri":)"
                                 R"("https://auth0.com/docs/clients/client-grant-types"})"));
    case TokenVerdict::code_invalid:
    case TokenVerdict::other_client:
      return auth0::oauth_error(403, "invalid_grant", "Invalid authorization code");
    case TokenVerdict::redirect_mismatch:
      return auth0::oauth_error(
          403, "invalid_grant",
          "The redirect URI is wrong. You sent a redirect URI that was not used to authorize");
    case TokenVerdict::refresh_invalid:
      return auth0::oauth_error(403, "invalid_grant", "Unknown or invalid refresh token.");
    case TokenVerdict::throttled:
      return auth0::oauth_error(429, "too_many_requests", "Global limit has been reached");
    case TokenVerdict::granted: break;
  }
  return auth0::oauth_error(500, "server_error", "Internal Server Error");
}

std::string user_id(std::string_view user_name) {
  return "auth0|" + base64url(sha256(user_name).substr(0, 12));
}

}  // namespace

ports::Response Auth0OAuth::handle(const ApiRequest& request) {
  const auto path = request.path;
  const bool get = request.is("GET");
  if (path == "/oauth/token" && request.is("POST")) return token(request);
  if (path == "/oauth/revoke" && request.is("POST")) return revoke(request);
  if (path == "/authorize" && (get || request.is("POST"))) return authorize(request);
  if (path == "/userinfo" && (get || request.is("POST"))) return userinfo(request);
  if ((path == "/v2/logout" || path == "/oidc/logout") && get) return log_out(request);
  if (path == "/.well-known/openid-configuration" && get) return discovery(request.origin);
  if (path == "/.well-known/jwks.json" && get) {
    auto response = json_response(200, "{\"keys\":[" + signing_key_jwk() + "]}");
    response.headers.push_back({.name = "Cache-Control", .value = "max-age=15"});
    return response;
  }
  return auth0::no_such_path();
}

// ---- Token endpoint

ports::Response Auth0OAuth::token(const ApiRequest& request) {
  const auto form = read_body(request.http);
  if (!form) return auth0::oauth_error(400, "invalid_request", "Failed to parse request body");
  if (!form->has("grant_type"))
    return auth0::oauth_error(403, "invalid_request", "Missing required parameter: grant_type");
  const auto grant = parse_grant_type(form->value("grant_type"));
  if (!grant)
    return auth0::oauth_error(403, "unsupported_grant_type",
                              "Unsupported grant type: " + std::string(form->value("grant_type")));
  const auto presented = presented_by(request, *form);
  const auto& client_id = presented.credentials.client_id;
  if (*grant == GrantType::client_credentials)
    if (auto answer = management_token(request, *form, presented.secret, client_id)) return *answer;
  const auto attempt = attempt_of(presented.credentials, *form, *grant, core_.grants());
  const auto* client = core_.find_client(client_id);
  const auto verdict = core_.decide(attempt).verdict;
  if (verdict != TokenVerdict::granted) return refusal_of(verdict, *grant);
  if (*grant == GrantType::client_credentials) {
    const auto audience = form->has("audience") ? form->value("audience")
                                                : std::string_view(options_.default_audience);
    if (audience.empty())
      return auth0::oauth_error(403, "access_denied",
                                "No audience parameter was provided, and no default audience has "
                                "been configured");
    if (std::find(options_.apis.begin(), options_.apis.end(), audience) == options_.apis.end())
      return auth0::oauth_error(403, "access_denied",
                                "Service not enabled within domain: " + std::string(audience));
  }
  if (*grant == GrantType::authorization_code) {
    const auto& details = core_.grants().details(Grants::Kind::code, attempt.handle);
    if (!details.code_challenge.empty() &&
        !verifies(form->value("code_verifier"), details.code_challenge))
      return auth0::oauth_error(403, "invalid_grant", "Failed to verify code verifier");
  }
  return grant_tokens(request, *form, attempt, *client);
}

std::optional<ports::Response> Auth0OAuth::management_token(const ApiRequest& request,
                                                            const Form& form,
                                                            std::string_view secret,
                                                            std::string_view client_id) {
  const auto& all = options_.administrators;
  const auto who = std::find_if(all.begin(), all.end(), [&](const Auth0Administrator& one) {
    return one.client_id == client_id;
  });
  if (who == all.end()) return std::nullopt;
  if (secret != who->client_secret) return unauthorized();
  const auto audience = request.origin + "/api/v2/";
  if (form.value("audience") != audience)
    return auth0::oauth_error(
        403, "access_denied",
        "Client is not authorized to access \"" + std::string(form.value("audience")) +
            "\". You need to create a \"client-grant\" associated to this API. See: "
            "https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants");
  std::string scope;
  for (const auto& one : who->scopes) scope.append(scope.empty() ? "" : " ").append(one);
  const auto token = access_token({.issuer = request.origin + "/",
                                   .audience = audience,
                                   .client_id = who->client_id,
                                   .scope = scope},
                                  management_token_lifetime);
  return auth0::no_store(
      json_response(200, "{\"access_token\":\"" + token + "\",\"scope\":" + json_text(scope) +
                             ",\"expires_in\":86400,\"token_type\":\"Bearer\"}"));
}

ports::Response Auth0OAuth::grant_tokens(const ApiRequest& request, const Form& form,
                                         const TokenAttempt& attempt, const Registration& client) {
  auto& grants = core_.grants();
  const auto kind = kind_of(attempt.grant);
  Subject subject{.issuer = request.origin + "/",
                  .audience = form.has("audience") ? std::string(form.value("audience"))
                                                   : options_.default_audience,
                  .client_id = client.client_id};
  GrantDetails details;
  if (attempt.grant != GrantType::client_credentials) {
    details = grants.details(kind, attempt.handle);
    subject.user_name = user_name_of(grants, kind, attempt.handle);
    subject.scope = details.scope;
    // Without an API of its own the token is for /userinfo.
    if (subject.audience.empty()) subject.audience = request.origin + "/userinfo";
  }
  const auto decision = core_.redeem(attempt);
  const auto lifetime = core_.options().grants.access_token_lifetime;
  const auto access = access_token(subject, lifetime);
  std::string body = "{\"access_token\":\"" + access + "\",\"expires_in\":" +
                     std::to_string(std::chrono::floor<std::chrono::seconds>(lifetime).count()) +
                     ",\"token_type\":\"Bearer\"";
  if (!subject.scope.empty()) body += ",\"scope\":" + json_text(subject.scope);
  if (decision.refresh_token != no_grant) {
    body += ",\"refresh_token\":\"" +
            grants.text_of(Grants::Kind::refresh_token, decision.refresh_token) + '"';
    describe_refresh_token(grants, decision.refresh_token, details, subject.user_name);
  }
  if (!subject.user_name.empty() && has_scope(subject.scope, "openid"))
    body += ",\"id_token\":\"" + id_token(subject, details.nonce, access) + '"';
  return auth0::no_store(json_response(200, body + '}'));
}

// https://auth0.com/docs/secure/tokens/access-tokens: "azp" is the application, "gty" a grant
// without a user.
std::string Auth0OAuth::access_token(const Subject& subject, ports::Duration lifetime) {
  const auto now = core_.scheduler().wall_now();
  const auto issued = epoch_seconds(now);
  const bool machine = subject.user_name.empty();
  Claims claims;
  claims.text("iss", subject.issuer)
      .text("sub", machine ? subject.client_id + "@clients" : user_id(subject.user_name))
      .text("aud", subject.audience)
      .number("iat", issued)
      .number("exp", issued + std::chrono::floor<std::chrono::seconds>(lifetime).count())
      .text("azp", subject.client_id);
  if (machine) claims.text("gty", "client-credentials");
  if (!machine) claims.text("name", subject.user_name);
  claims.text("scope", subject.scope);
  return claims.sign("AT.", tokens_.next_in_second(now));
}

std::string Auth0OAuth::id_token(const Subject& subject, std::string_view nonce,
                                 std::string_view access_token) const {
  const auto issued = epoch_seconds(core_.scheduler().wall_now());
  Claims claims;
  claims.text("iss", subject.issuer)
      .text("sub", user_id(subject.user_name))
      .text("aud", subject.client_id)
      .number("iat", issued)
      .number("exp", issued + id_token_lifetime);
  if (!nonce.empty()) claims.text("nonce", nonce);
  if (has_scope(subject.scope, "profile")) claims.text("name", subject.user_name);
  if (has_scope(subject.scope, "email"))
    claims.text("email", subject.user_name).raw("email_verified", "true");
  claims.text("at_hash", access_token_hash(access_token));
  return claims.sign("ID.");
}

// ---- Userinfo (OpenID Connect Core 5.3), revocation (RFC 7009)

ports::Response Auth0OAuth::userinfo(const ApiRequest& request) {
  const auto header = ports::find_header(request.http.headers, "Authorization");
  const auto token = header ? after_scheme(*header, "Bearer ") : std::nullopt;
  const auto claims = token ? tokens_.read(*token, core_.scheduler().wall_now()) : std::nullopt;
  const auto user = claims ? text_claim(claims->root(), "name") : std::string();
  if (user.empty())
    return {.status = 401,
            .headers = {{.name = "WWW-Authenticate",
                         .value = "Bearer realm=\"Users\", error=\"invalid_token\""}},
            .body = "Unauthorized"};
  const auto scope = text_claim(claims->root(), "scope");
  std::string body = "{\"sub\":" + json_text(user_id(user));
  if (has_scope(scope, "profile")) body += ",\"name\":" + json_text(user);
  if (has_scope(scope, "email"))
    body += ",\"email\":" + json_text(user) + ",\"email_verified\":true";
  return auth0::no_store(json_response(200, body + '}'));
}

ports::Response Auth0OAuth::revoke(const ApiRequest& request) {
  const auto form = read_body(request.http);
  if (!form || !form->has("token"))
    return auth0::oauth_error(400, "invalid_request", "Missing required parameter: token");
  const auto presented = presented_by(request, *form);
  const auto attempt =
      attempt_of(presented.credentials, Form(), GrantType::client_credentials, core_.grants());
  const auto verdict = core_.decide(attempt).verdict;
  if (verdict != TokenVerdict::granted && verdict <= TokenVerdict::wrong_secret)
    return refusal_of(verdict, GrantType::client_credentials);
  // Only refresh tokens can be revoked here; what is not known is answered alike (RFC 7009 section
  // 2.2).
  auto& grants = core_.grants();
  const auto handle = grants.handle_of(Grants::Kind::refresh_token, form->value("token"));
  const auto* grant = grants.find(Grants::Kind::refresh_token, handle);
  if (grant != nullptr && grant->client == attempt.client)
    grants.spend(Grants::Kind::refresh_token, handle);
  return {.status = 200, .headers = {}, .body = {}};
}

}  // namespace mocks::idp
