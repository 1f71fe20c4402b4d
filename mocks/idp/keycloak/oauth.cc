#include "mocks/idp/keycloak/oauth.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/keycloak/reply.h"
#include "mocks/idp/signing.h"

namespace mocks::idp::keycloak {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view bad_credentials = "Invalid client or Invalid client credentials";
constexpr std::string_view default_user = "user@portal.example";
constexpr std::chrono::seconds admin_token_life{60};
constexpr std::chrono::seconds access_token_life{300};

std::string issuer_of(const ApiRequest& request) {
  return request.origin + std::string(issuer_path);
}

ports::Response refusal_of(TokenVerdict verdict) {
  switch (verdict) {
    case TokenVerdict::no_credentials:
    case TokenVerdict::unknown_client: return refused(401, "invalid_client", bad_credentials);
    case TokenVerdict::method_mismatch:
      return refused(400, "invalid_client", "Parameter client_assertion_type is missing");
    case TokenVerdict::wrong_secret: return refused(401, "unauthorized_client", bad_credentials);
    case TokenVerdict::grant_not_allowed:
      return refused(401, "unauthorized_client", "Client not enabled to retrieve service account");
    case TokenVerdict::code_invalid: return refused(400, "invalid_grant", "Code not valid");
    case TokenVerdict::refresh_invalid:
      return refused(400, "invalid_grant", "Invalid refresh token");
    case TokenVerdict::other_client:
      return refused(400, "invalid_grant",
                     "Invalid refresh token. Token client and authorized client don't match");
    case TokenVerdict::redirect_mismatch:
      return refused(400, "invalid_grant", "Incorrect redirect_uri");
    // Keycloak has no such limit; a proxy in front of it may.
    case TokenVerdict::throttled: return error(429, "Too Many Requests");
    case TokenVerdict::granted: break;
  }
  return flawed(500, "unknown_error", "For more on this error consult the server log.");
}

std::string token_json(const std::string& access_token, std::chrono::seconds life,
                       std::string_view scope) {
  return Json{{"access_token", access_token}, {"expires_in", life.count()},
              {"refresh_expires_in", 0},      {"token_type", "Bearer"},
              {"not-before-policy", 0},       {"scope", scope}}
      .dump();
}

}  // namespace

ports::Response OAuth::handle(const ApiRequest& request) {
  const auto& segments = request.segments;
  if (segments.size() >= 2 && segments[1] != realm) return error(404, "Realm does not exist");
  if (segments.size() == 4 && segments[2] == ".well-known" &&
      (segments[3] == "openid-configuration" || segments[3] == "oauth-authorization-server"))
    return discovery(request);
  if (segments.size() < 5 || segments[2] != "protocol" || segments[3] != "openid-connect")
    return error(404, "Unable to find matching target resource method");
  const auto name = segments[4];
  if (name == "auth") return authorize(request);
  if (name == "certs") return json_response(200, "{\"keys\":[" + signing_key_jwk() + "]}");
  if (name == "userinfo") return userinfo(request);
  const bool introspection = name == "token" && segments.size() == 6;
  if (name == "token" && !introspection) return token(request);
  if (name != "revoke" && name != "logout" && !introspection)
    return error(404, "Unable to find matching target resource method");
  if (!request.is("POST")) return error(405, "HTTP 405 Method Not Allowed");
  const auto form = Form::parse(request.http.body);
  if (!form) return refused(400, "invalid_request", "Token not provided.");
  return introspection ? introspect(request, *form) : revoke(request, *form);
}

OAuth::Credentials OAuth::credentials_of(const ports::Request& http, const Form& form) {
  Credentials credentials;
  const auto header = ports::find_header(http.headers, "Authorization");
  if (form.has("client_id") || !header) {
    credentials.client_id = form.value("client_id");
    credentials.plain_secret = form.value("client_secret");
    credentials.method = AuthenticationMethod::client_secret_post;
  } else if (auto basic = parse_basic(*header)) {
    credentials.client_id = std::move(basic->client_id);
    credentials.plain_secret = std::move(basic->client_secret);
    credentials.method = AuthenticationMethod::client_secret_basic;
  } else {
    credentials.sound = false;
  }
  if (!credentials.plain_secret.empty()) credentials.secret = name_of(credentials.plain_secret);
  return credentials;
}

ports::Response OAuth::token(const ApiRequest& request) {
  if (!request.is("POST")) return error(405, "HTTP 405 Method Not Allowed");
  const auto form = is_form(request.http) ? Form::parse(request.http.body) : std::nullopt;
  if (!form || !form->has("grant_type"))
    return refused(400, "invalid_request", "Missing form parameter: grant_type");
  if (form->repeats()) return refused(400, "invalid_request", "duplicated parameter");
  const auto grant_type = parse_grant_type(form->value("grant_type"));
  if (!grant_type) return refused(400, "unsupported_grant_type", "Unsupported grant_type");
  const auto credentials = credentials_of(request.http, *form);
  for (const auto& administrator : options_.administrators)
    if (credentials.sound && administrator.client_id == credentials.client_id)
      return admin_token(request, administrator, credentials);
  const auto* client = core_.find_client(credentials.client_id);
  if (!credentials.sound || client == nullptr) return refusal_of(TokenVerdict::unknown_client);
  const auto attempt = attempt_of(credentials, *form, *grant_type, core_.grants());
  // A client that is known and shows no secret has the wrong one.
  if (attempt.secret == 0) return refusal_of(TokenVerdict::wrong_secret);
  const auto verdict = core_.decide(attempt).verdict;
  if (verdict != TokenVerdict::granted) return refusal_of(verdict);
  return grant(request, *form, attempt, *client);
}

ports::Response OAuth::admin_token(const ApiRequest& request, const Administrator& administrator,
                                   const Credentials& credentials) {
  if (credentials.plain_secret != administrator.client_secret)
    return refusal_of(TokenVerdict::wrong_secret);
  const auto now = core_.scheduler().wall_now();
  const auto issued = epoch_seconds(now);
  const auto token = Claims()
                         .number("exp", issued + admin_token_life.count())
                         .number("iat", issued)
                         .text("iss", issuer_of(request))
                         .text("typ", "Bearer")
                         .text("azp", administrator.client_id)
                         .sign("trrtcc:");
  return never_stored(json_response(200, token_json(token, admin_token_life, "profile email")));
}

ports::Response OAuth::grant(const ApiRequest& request, const Form& form,
                             const TokenAttempt& attempt, const Registration& client) {
  auto& grants = core_.grants();
  const auto kind = kind_of(attempt.grant);
  const bool by_user = attempt.grant != GrantType::client_credentials;
  GrantDetails details;
  std::string user;
  if (by_user) {
    details = grants.details(kind, attempt.handle);
    user = user_name_of(grants, kind, attempt.handle);
    if (kind == Grants::Kind::code && !details.code_challenge.empty() &&
        !verifies(form.value("code_verifier"), details.code_challenge))
      return refused(400, "invalid_grant", "PKCE verification failed: Code mismatch");
  } else {
    details.scope = form.value("scope");
    for (const auto one : split(details.scope, ' '))
      if (std::find(client.scopes.begin(), client.scopes.end(), one) == client.scopes.end())
        return refused(400, "invalid_scope", "Invalid scopes: " + details.scope);
    if (details.scope.empty()) details.scope = "profile email";
  }
  const auto decision = core_.redeem(attempt);
  const auto now = core_.scheduler().wall_now();
  const auto issued = epoch_seconds(now);
  Claims claims;
  claims.number("exp", issued + access_token_life.count())
      .number("iat", issued)
      .text("iss", issuer_of(request))
      .text("sub", by_user ? user : client.client_id)
      .text("typ", "Bearer")
      .text("azp", client.client_id)
      .text("scope", details.scope);
  const auto access_token =
      claims.sign(by_user ? "onrtac:" : "trrtcc:", tokens_.next_in_second(now));
  auto body = Json::parse(token_json(access_token, access_token_life, details.scope));
  if (by_user && has_scope(details.scope, "openid")) {
    Claims id;
    id.number("exp", issued + access_token_life.count())
        .number("iat", issued)
        .text("iss", issuer_of(request))
        .text("aud", client.client_id)
        .text("sub", user)
        .text("typ", "ID")
        .text("azp", client.client_id);
    if (!details.nonce.empty()) id.text("nonce", details.nonce);
    body["id_token"] = id.text("at_hash", access_token_hash(access_token))
                           .text("preferred_username", user)
                           .sign("id:");
  }
  if (attempt.grant == GrantType::refresh_token) {
    body["refresh_token"] = grants.text_of(kind, attempt.handle);
  } else if (decision.refresh_token != no_grant) {
    body["refresh_token"] = grants.text_of(Grants::Kind::refresh_token, decision.refresh_token);
    describe_refresh_token(grants, decision.refresh_token, details, user);
  }
  return never_stored(json_response(200, body.dump()));
}

std::optional<ports::Response> OAuth::unauthenticated(const ApiRequest& request, const Form& form,
                                                      bool introspecting) const {
  const auto credentials = credentials_of(request.http, form);
  const bool known = credentials.sound && core_.find_client(credentials.client_id) != nullptr;
  if (!known) return flawed(401, "invalid_client", bad_credentials);
  const auto attempt =
      attempt_of(credentials, Form(), GrantType::client_credentials, core_.grants());
  const auto verdict = core_.decide(attempt).verdict;
  if (verdict == TokenVerdict::granted || verdict > TokenVerdict::wrong_secret) return std::nullopt;
  return introspecting ? flawed(401, "invalid_client", "Client authentication failed.")
                       : flawed(401, "unauthorized_client", bad_credentials);
}

// A token is active for clients in its audience only, and these have none.
ports::Response OAuth::introspect(const ApiRequest& request, const Form& form) {
  if (auto refusal = unauthenticated(request, form, true)) return *refusal;
  if (!form.has("token")) return flawed(400, "invalid_request", "Token not provided.");
  auto answer = json_response(200, "{\"active\":false}");
  answer.headers.push_back({.name = "Cache-Control", .value = "no-cache"});
  return answer;
}

ports::Response OAuth::revoke(const ApiRequest& request, const Form& form) {
  if (auto refusal = unauthenticated(request, form, false)) return *refusal;
  auto& grants = core_.grants();
  const auto text = form.has("token") ? form.value("token") : form.value("refresh_token");
  const auto handle = grants.handle_of(Grants::Kind::refresh_token, text);
  if (handle != no_grant) {
    grants.spend(Grants::Kind::refresh_token, handle);
  } else if (tokens_.read(text, core_.scheduler().wall_now())) {
    tokens_.revoke(text);
  } else {
    return flawed(200, "invalid_token", "Invalid token");
  }
  if (request.segments[4] == "logout") return no_content();
  return {.status = 200, .headers = {}, .body = {}};
}

ports::Response OAuth::authorize(const ApiRequest& request) {
  const auto query =
      Form::parse(request.is("GET") ? request.query : std::string_view(request.http.body));
  const auto* client = query ? core_.find_client(query->value("client_id")) : nullptr;
  if (client == nullptr)
    return html_response(
        400, "We are sorry...",
        query && query->has("client_id") ? "Client not found." : "Missing parameters: client_id");
  const auto uri = query->value("redirect_uri");
  const auto& uris = client->redirect_uris;
  if (std::find(uris.begin(), uris.end(), uri) == uris.end())
    return html_response(400, "We are sorry...", "Invalid parameter: redirect_uri");
  const auto with_state = [&](std::string parameters) {
    if (query->has("state")) parameters += "&state=" + percent_encode(query->value("state"));
    return redirect_response(uri, parameters + "&iss=" + percent_encode(issuer_of(request)));
  };
  if (query->value("response_type") != "code")
    return with_state("error=" + std::string(query->has("response_type")
                                                 ? "unsupported_response_type"
                                                 : "invalid_request"));
  const auto hint = query->value("login_hint");
  return with_state("code=" +
                    issue_code(core_, *client, *query,
                               {.issuer = issuer_of(request),
                                .user_name = std::string(hint.empty() ? default_user : hint)}));
}

ports::Response OAuth::userinfo(const ApiRequest& request) const {
  const auto header = ports::find_header(request.http.headers, "Authorization");
  const auto token = header ? after_scheme(*header, "Bearer ") : std::nullopt;
  const auto claims = token ? tokens_.read(*token, core_.scheduler().wall_now()) : std::nullopt;
  if (!claims)
    return never_stored(
        {.status = 401,
         .headers = {{.name = "WWW-Authenticate",
                      .value = "Bearer realm=\"" + std::string(realm) +
                               (token ? "\", error=\"invalid_token\", error_description=\"Token "
                                        "verification failed\""
                                      : "\"")}},
         .body = {}});
  const auto user = text_claim(claims->root(), "sub");
  return never_stored(json_response(
      200, Json{{"sub", user}, {"email_verified", true}, {"preferred_username", user}}.dump()));
}

ports::Response OAuth::discovery(const ApiRequest& request) {
  const auto issuer = issuer_of(request);
  const auto base = issuer + "/protocol/openid-connect/";
  static const Json methods = {"private_key_jwt", "client_secret_basic", "client_secret_post",
                               "tls_client_auth", "client_secret_jwt"};
  auto answer = json_response(
      200,
      Json{{"issuer", issuer},
           {"authorization_endpoint", base + "auth"},
           {"token_endpoint", base + "token"},
           {"introspection_endpoint", base + "token/introspect"},
           {"userinfo_endpoint", base + "userinfo"},
           {"end_session_endpoint", base + "logout"},
           {"jwks_uri", base + "certs"},
           {"grant_types_supported", {"authorization_code", "client_credentials", "refresh_token"}},
           {"response_types_supported", {"code"}},
           {"subject_types_supported", {"public", "pairwise"}},
           {"id_token_signing_alg_values_supported", {"RS256"}},
           {"response_modes_supported", {"query"}},
           {"token_endpoint_auth_methods_supported", methods},
           {"revocation_endpoint", base + "revoke"},
           {"code_challenge_methods_supported", {"plain", "S256"}}}
          .dump());
  answer.headers.push_back(
      {.name = "Cache-Control", .value = "no-cache, must-revalidate, no-transform, no-store"});
  return answer;
}

}  // namespace mocks::idp::keycloak
