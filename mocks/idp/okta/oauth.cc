#include "mocks/idp/okta/oauth.h"

#include <algorithm>
#include <span>
#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/signing.h"

namespace mocks::idp {
namespace {

void append_epoch(std::string& out, std::string_view name, std::int64_t seconds) {
  out += ",\"";
  out.append(name).append("\":").append(std::to_string(seconds));
}

}  // namespace

Answer OktaOAuth::handle(const ApiRequest& request) {
  // Custom servers: /oauth2/{id}/...; the org's own: /oauth2/v1/... and /.well-known/...
  std::span<const std::string_view> segments = request.segments;
  Server server{.id = {}, .issuer = request.origin};
  if (segments[0] == "oauth2") {
    segments = segments.subspan(1);
    if (!segments.empty() && segments[0] != "v1") {
      server.id = segments[0];
      server.issuer += "/oauth2/" + server.id;
      segments = segments.subspan(1);
      const auto& known = options_.authorization_servers;
      if (std::find(known.begin(), known.end(), server.id) == known.end())
        return {.response =
                    oauth_error(400, "invalid_request", "The authorization server id is invalid.")};
    }
  }
  Answer answer;
  if (segments.size() == 2 && segments[0] == ".well-known" &&
      (segments[1] == "openid-configuration" || segments[1] == "oauth-authorization-server")) {
    answer.response = request.is("GET") ? discovery(server, request.origin) : wrong_method(request);
  } else if (segments.size() == 2 && segments[0] == "v1") {
    answer.response = endpoint(request, server, segments[1]);
  } else {
    answer.response = no_such_path(request);
  }
  return answer;
}

ports::Response OktaOAuth::endpoint(const ApiRequest& request, const Server& server,
                                    std::string_view name) {
  if (name == "authorize") return authorize(request, server);
  if (name == "userinfo") return userinfo(request);
  if (name == "keys") {
    if (!request.is("GET")) return wrong_method(request);
    auto response = json_response(200, "{\"keys\":[" + signing_key_jwk() + "]}");
    response.headers.push_back({.name = "Cache-Control", .value = "max-age=3600"});
    return response;
  }
  if (name != "token" && name != "introspect" && name != "revoke") return no_such_path(request);
  if (!request.is("POST")) return wrong_method(request);
  if (!is_form(request.http))  // Okta: E0000021
    return api_error(
        request, 415, "E0000021",
        "Bad request. Accept and/or Content-Type headers likely do not match supported values.");
  const auto query = Form::parse(request.query);
  if (!query || query->has("client_secret"))
    return oauth_error(400, "invalid_request",
                       "Client credentials cannot be supplied via query parameters.");
  const auto form = Form::parse(request.http.body);
  if (!form) return oauth_error(400, "invalid_request", "Invalid request");
  if (form->repeats())
    return oauth_error(400, "invalid_request",
                       "The request contained multiple parameters with the same name.");
  if (name == "token") return token(request, server, *form);
  return name == "introspect" ? introspect(request, *form) : revoke(request, *form);
}

// ---- Client authentication

OktaOAuth::Credentials OktaOAuth::credentials_of(const ApiRequest& request, const Form& form) {
  Credentials credentials;
  const auto header = ports::find_header(request.http.headers, "Authorization");
  const bool in_body = form.has("client_secret");
  const bool assertion = form.has("client_assertion");
  // With a header even a client_id in the body is one credential too many for Okta.
  const bool body_claims = header && (in_body || form.has("client_id"));
  if (body_claims || (assertion && (header || in_body))) {
    credentials.refusal = oauth_error(
        401, "invalid_request",
        "Cannot supply multiple client credentials. Use one of the following: credentials in the "
        "Authorization header, credentials in the post body, or a client_assertion in the post "
        "body.");
    return credentials;
  }
  if (assertion) {
    // No client of this mock but a service application has keys.
    credentials.refusal = oauth_error(
        401, "invalid_client",
        "The client does not have a JWKSet configured, but the client_assertion requires one.");
    return credentials;
  }
  if (!header) {
    credentials.client_id = form.value("client_id");
    if (!in_body) return credentials;
    credentials.method = AuthenticationMethod::client_secret_post;
    credentials.secret = name_of(form.value("client_secret"));
    return credentials;
  }
  auto basic = parse_basic(*header);
  if (!basic) {
    credentials.refusal = oauth_error(
        401, "invalid_client", "Found Authentication header but was not valid client credentials.");
    return credentials;
  }
  credentials.client_id = std::move(basic->client_id);
  credentials.method = AuthenticationMethod::client_secret_basic;
  if (!basic->client_secret.empty()) credentials.secret = name_of(basic->client_secret);
  return credentials;
}

ports::Response OktaOAuth::refusal_of(const ApiRequest& request, TokenVerdict verdict,
                                      const Registration* client) const {
  const auto refused = [&](std::string_view description) {
    auto response = oauth_error(401, "invalid_client", description);
    if (options_.challenge_basic && ports::find_header(request.http.headers, "Authorization"))
      response.headers.push_back({.name = "WWW-Authenticate", .value = "Basic realm=\"okta\""});
    return response;
  };
  switch (verdict) {
    case TokenVerdict::no_credentials: return refused("No client credentials found.");
    case TokenVerdict::unknown_client: return refused("Invalid value for 'client_id' parameter.");
    case TokenVerdict::method_mismatch:
      return refused(
          "Client authentication failed. Either the client or the client credentials are "
          "invalid.");
    case TokenVerdict::wrong_secret:
      return refused("The client secret supplied for a confidential client is invalid.");
    case TokenVerdict::grant_not_allowed: {
      std::string list;
      for (const auto grant : client->grant_types)
        list.append(list.empty() ? "" : ", ").append(to_string(grant));
      return oauth_error(400, "unauthorized_client",
                         "The client is not authorized to use the provided grant type. Configured "
                         "grant types: [" +
                             list + "].");
    }
    case TokenVerdict::code_invalid:
      return oauth_error(400, "invalid_grant", "The authorization code is invalid or has expired.");
    case TokenVerdict::refresh_invalid:
      return oauth_error(400, "invalid_grant", "The refresh token is invalid or expired.");
    case TokenVerdict::other_client:
      return oauth_error(400, "invalid_grant",
                         "The grant was issued to another client. Please make sure the 'client_id' "
                         "matches the one used at the authorize request.");
    case TokenVerdict::redirect_mismatch:
      return oauth_error(400, "invalid_grant",
                         "The 'redirect_uri' does not match the redirection URI used in the "
                         "authorization request.");
    case TokenVerdict::throttled:
      return oauth_error(429, "invalid_grant",
                         "API call exceeded rate limit due to too many requests.");
    case TokenVerdict::granted: break;
  }
  return oauth_error(500, "server_error",
                     "The authorization server encountered an unexpected condition that prevented "
                     "it from fulfilling the request.");
}

// ---- Token endpoint

ports::Response OktaOAuth::token(const ApiRequest& request, const Server& server,
                                 const Form& form) {
  const bool other_credentials =
      ports::find_header(request.http.headers, "Authorization") || form.has("client_secret");
  if (server.id.empty() && !other_credentials && service_apps_.knows(form))
    return service_apps_.token(request, form, core_.scheduler().wall_now());
  const auto credentials = credentials_of(request, form);
  if (credentials.refusal) return *credentials.refusal;
  const auto grant = parse_grant_type(form.value("grant_type"));
  const auto attempt =
      attempt_of(credentials, form, grant.value_or(GrantType::client_credentials), core_.grants());
  const auto* client = core_.find_client(credentials.client_id);
  const auto verdict = core_.decide(attempt).verdict;
  // Who asks is settled before what is asked for.
  if (verdict >= TokenVerdict::no_credentials && verdict <= TokenVerdict::wrong_secret)
    return refusal_of(request, verdict, client);
  if (!grant) {
    static constexpr std::string_view known =
        "authorization_code, refresh_token, client_credentials";
    if (!form.has("grant_type"))
      return oauth_error(400, "invalid_request",
                         "The token request must specify a 'grant_type'. Valid values: [" +
                             std::string(known) + "]");
    return oauth_error(400, "unsupported_grant_type",
                       "The authorization grant type is not supported by the authorization server. "
                       "Configured grant types: [" +
                           std::string(known) + "].");
  }
  if (verdict != TokenVerdict::granted) return refusal_of(request, verdict, client);
  if (auto flaw = flaw_of(server, form, attempt, *client)) return *flaw;
  return grant_tokens(server, form, attempt, *client);
}

std::optional<ports::Response> OktaOAuth::flaw_of(const Server& server, const Form& form,
                                                  const TokenAttempt& attempt,
                                                  const Registration& client) const {
  if (attempt.grant == GrantType::client_credentials) {
    if (server.id.empty() && !options_.guide_client_credentials)
      return oauth_error(401, "invalid_client",
                         "Client Credentials requests to the Org Authorization Server must use the "
                         "private_key_jwt token_endpoint_auth_method.");
    const auto scope = scope_of(form, attempt);
    if (scope.empty())
      return oauth_error(400, "invalid_scope",
                         "The authorization server resource does not have any configured default "
                         "scopes, 'scope' must be provided.");
    for (const auto one : split(scope, ' ')) {
      if (one == "openid" && !options_.guide_client_credentials)
        return oauth_error(400, "invalid_scope",
                           "Cannot request 'openid' scopes using client credentials.");
      const auto& known = client.scopes;
      if (one != options_.default_scope &&
          std::find(known.begin(), known.end(), one) == known.end())
        return oauth_error(
            400, "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.");
    }
    return std::nullopt;
  }
  const bool code = attempt.grant == GrantType::authorization_code;
  const auto& details = core_.grants().details(kind_of(attempt.grant), attempt.handle);
  if (!details.issuer.empty() && details.issuer != server.issuer)
    return oauth_error(400, "invalid_request",
                       "The grant was issued for another authorization server.");
  if (!code) {
    const auto granted = split(details.scope, ' ');
    for (const auto one : split(form.value("scope"), ' '))
      if (std::find(granted.begin(), granted.end(), one) == granted.end())
        return oauth_error(400, "invalid_scope",
                           "The requested scope is invalid, unknown, malformed, or exceeds the "
                           "scope granted by the resource owner.");
    return std::nullopt;
  }
  const auto verifier = form.value("code_verifier");
  if (details.code_challenge.empty() && !verifier.empty())
    return oauth_error(400, "invalid_request",
                       "PKCE code challenge should be specified in the authorize request for code "
                       "verification.");
  if (!details.code_challenge.empty() && !verifies(verifier, details.code_challenge))
    return oauth_error(400, "invalid_grant", "PKCE verification failed.");
  return std::nullopt;
}

std::string OktaOAuth::scope_of(const Form& form, const TokenAttempt& attempt) const {
  const auto asked = std::string(form.value("scope"));
  switch (attempt.grant) {
    case GrantType::client_credentials: return asked.empty() ? options_.default_scope : asked;
    case GrantType::refresh_token:
      if (!asked.empty()) return asked;
      return core_.grants().details(Grants::Kind::refresh_token, attempt.handle).scope;
    case GrantType::authorization_code: break;
  }
  return core_.grants().details(Grants::Kind::code, attempt.handle).scope;
}

ports::Response OktaOAuth::grant_tokens(const Server& server, const Form& form,
                                        TokenAttempt attempt, const Registration& client) {
  auto& grants = core_.grants();
  const auto kind = kind_of(attempt.grant);
  TokenSubject subject{.issuer = server.issuer,
                       .client_id = client.client_id,
                       .user_name = {},
                       .scope = scope_of(form, attempt)};
  GrantDetails details;
  if (attempt.grant != GrantType::client_credentials) {
    details = grants.details(kind, attempt.handle);
    subject.user_name = user_name_of(grants, kind, attempt.handle);
  }
  const auto decision = core_.redeem(attempt);
  const auto now = core_.scheduler().wall_now();
  const auto lifetime = core_.options().grants.access_token_lifetime;
  const auto access_token = tokens_.access_token(subject, lifetime, now);

  std::string body = "{\"token_type\":\"Bearer\",\"expires_in\":" +
                     std::to_string(std::chrono::floor<std::chrono::seconds>(lifetime).count()) +
                     ",\"access_token\":\"" + access_token + "\",\"scope\":";
  append_json(body, subject.scope);
  if (attempt.grant == GrantType::refresh_token) {
    // Okta's refresh tokens of web applications persist: the same one comes back.
    body += ",\"refresh_token\":\"" + grants.text_of(kind, attempt.handle) + '"';
  } else if (decision.refresh_token != no_grant) {
    body += ",\"refresh_token\":\"" +
            grants.text_of(Grants::Kind::refresh_token, decision.refresh_token) + '"';
    describe_refresh_token(grants, decision.refresh_token, details, subject.user_name);
  }
  if (!subject.user_name.empty() && has_scope(subject.scope, "openid"))
    body +=
        ",\"id_token\":\"" + OktaTokens::id_token(subject, details.nonce, access_token, now) + '"';
  return no_store(json_response(200, body + '}'));
}

// ---- Introspection (RFC 7662), revocation (RFC 7009), userinfo (OpenID Connect Core 5.3)

std::optional<ports::Response> OktaOAuth::unauthenticated(const ApiRequest& request,
                                                          const Form& form,
                                                          std::string& client_id) const {
  const auto credentials = credentials_of(request, form);
  if (credentials.refusal) return credentials.refusal;
  client_id = credentials.client_id;
  const auto attempt =
      attempt_of(credentials, Form(), GrantType::client_credentials, core_.grants());
  const auto verdict = core_.decide(attempt).verdict;
  if (verdict == TokenVerdict::granted || verdict > TokenVerdict::wrong_secret) return std::nullopt;
  return refusal_of(request, verdict, nullptr);
}

ports::Response OktaOAuth::introspect(const ApiRequest& request, const Form& form) {
  std::string client_id;
  if (auto refusal = unauthenticated(request, form, client_id)) return *refusal;
  if (!form.has("token"))
    return oauth_error(400, "invalid_request", "The 'token' parameter is required.");
  const auto token = form.value("token");
  if (const auto claims = tokens_.read(token, core_.scheduler().wall_now())) {
    std::string body = "{\"active\":true,\"token_type\":\"Bearer\",\"scope\":";
    append_json(body, claims->scope);
    body += ",\"client_id\":" + json_text(claims->client_id) +
            ",\"iss\":" + json_text(claims->issuer) + ",\"sub\":" + json_text(claims->subject);
    if (!claims->user_id.empty()) body += ",\"uid\":" + json_text(claims->user_id);
    append_epoch(body, "iat", claims->issued);
    append_epoch(body, "exp", claims->expires);
    return no_store(json_response(200, body + '}'));
  }
  const auto& grants = core_.grants();
  const auto handle = grants.handle_of(Grants::Kind::refresh_token, token);
  const auto* grant = grants.find(Grants::Kind::refresh_token, handle);
  if (grant == nullptr || grant->client != name_of(client_id) ||
      !Grants::usable(*grant, core_.scheduler().now()))
    return no_store(json_response(200, "{\"active\":false}"));
  std::string body = "{\"active\":true,\"scope\":";
  append_json(body, grants.details(Grants::Kind::refresh_token, handle).scope);
  body += ",\"client_id\":" + json_text(client_id);
  return no_store(json_response(200, body + '}'));
}

ports::Response OktaOAuth::revoke(const ApiRequest& request, const Form& form) {
  std::string client_id;
  if (auto refusal = unauthenticated(request, form, client_id)) return *refusal;
  if (!form.has("token"))
    return oauth_error(400, "invalid_request", "The 'token' parameter is required.");
  // What is not known, or another client's, is answered alike: 200 (RFC 7009 section 2.2).
  const auto token = form.value("token");
  const auto claims = tokens_.read(token, core_.scheduler().wall_now());
  if (claims && claims->client_id == client_id) tokens_.revoke(token);
  auto& grants = core_.grants();
  const auto handle = grants.handle_of(Grants::Kind::refresh_token, token);
  const auto* grant = grants.find(Grants::Kind::refresh_token, handle);
  if (grant != nullptr && grant->client == name_of(client_id))
    grants.spend(Grants::Kind::refresh_token, handle);
  return {.status = 200, .headers = {}, .body = {}};
}

ports::Response OktaOAuth::userinfo(const ApiRequest& request) {
  if (!request.is("GET") && !request.is("POST")) return wrong_method(request);
  const auto header = ports::find_header(request.http.headers, "Authorization");
  const auto token = header ? after_scheme(*header, "Bearer ") : std::nullopt;
  const auto claims = token ? tokens_.read(*token, core_.scheduler().wall_now()) : std::nullopt;
  const auto has = [&](std::string_view scope) {
    return claims && has_scope(claims->scope, scope);
  };
  if (!claims || claims->user_id.empty() || !has("openid")) {
    ports::Response response{.status = claims ? 403 : 401, .headers = {}, .body = {}};
    std::string challenge = "Bearer realm=\"okta\", error=\"";
    challenge += claims
                     ? "insufficient_scope\", error_description=\"The access token provided does "
                       "not contain the required scopes.\""
                     : "invalid_token\", error_description=\"The access token is invalid.\"";
    response.headers.push_back({.name = "WWW-Authenticate", .value = std::move(challenge)});
    return response;
  }
  std::string body = "{\"sub\":" + json_text(claims->user_id);
  const auto user = json_text(claims->subject);
  if (has("profile")) body += ",\"name\":" + user + ",\"preferred_username\":" + user;
  if (has("email")) body += ",\"email\":" + user + ",\"email_verified\":true";
  return no_store(json_response(200, body + '}'));
}

}  // namespace mocks::idp
