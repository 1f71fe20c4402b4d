#include "mocks/idp/entra/oauth.h"

#include <algorithm>
#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/signing.h"

namespace mocks::idp::entra {
namespace {

constexpr std::string_view default_user = "user@portal.example";
constexpr std::string_view graph = "https://graph.microsoft.com";
constexpr std::string_view default_suffix = "/.default";
// As Grants writes codes; Entra's own are longer.
constexpr std::size_t code_length = 38;

ports::Response stored_by_nobody(std::string body) {
  auto response = json_response(200, std::move(body));
  response.headers.push_back({.name = "Cache-Control", .value = "no-store, no-cache"});
  response.headers.push_back({.name = "Pragma", .value = "no-cache"});
  return response;
}

ClientCredentials presented_credentials(const ApiRequest& request, const Form& form) {
  ClientCredentials credentials{.client_id = std::string(form.value("client_id"))};
  if (form.has("client_secret")) {
    credentials.method = AuthenticationMethod::client_secret_post;
    credentials.secret = name_of(form.value("client_secret"));
    return credentials;
  }
  if (form.has("client_assertion")) {
    credentials.method = AuthenticationMethod::private_key_jwt;
    credentials.secret = name_of(form.value("client_assertion"));
    return credentials;
  }
  const auto header = ports::find_header(request.http.headers, "Authorization");
  auto basic = header ? parse_basic(*header) : std::nullopt;
  if (!basic) return credentials;
  credentials.client_id = std::move(basic->client_id);
  credentials.method = AuthenticationMethod::client_secret_basic;
  if (!basic->client_secret.empty()) credentials.secret = name_of(basic->client_secret);
  return credentials;
}

std::string subject_of(std::string_view user_name) { return base64url(sha256(user_name)); }

StsRefusal wrong_secret(std::string_view client_id) {
  return {.status = 401,
          .error = "invalid_client",
          .number = 7000215,
          .text =
              "Invalid client secret provided. Ensure the secret being sent in the request is "
              "the client secret value, not the client secret ID, for a secret added to app '" +
              std::string(client_id) + "'."};
}

// For client_credentials: one resource with "/.default" behind it.
std::optional<StsRefusal> flaw_in_scope(std::string_view scope) {
  if (scope.empty())
    return StsRefusal{.error = "invalid_request",
                      .number = 90014,
                      .text =
                          "The required field 'scope' is missing from the credential. Ensure "
                          "that you have all the necessary parameters for the login request."};
  if (split(scope, ' ').size() != 1 || !scope.ends_with(default_suffix))
    return StsRefusal{
        .error = "invalid_scope",
        .number = 1002012,
        .text = "The provided value for scope " + std::string(scope) +
                " is not valid. Client credential flows must have a scope value with "
                "/.default suffixed to the resource identifier (application ID URI)."};
  return std::nullopt;
}

}  // namespace

ports::Response EntraOAuth::refuse(const ApiRequest& request, const StsRefusal& refusal) const {
  return sts_error(request, now(), refusal);
}

std::string EntraOAuth::issuer(const ApiRequest& request) const {
  return request.origin + '/' + options_.tenant + "/v2.0";
}

ports::Response EntraOAuth::handle(const ApiRequest& request) {
  const auto path = request.path.substr(std::min(request.path.size(), std::size_t{1}));
  if (path == "oidc/userinfo") return userinfo(request);
  const auto tenant = path.substr(0, path.find('/'));
  if (tenant != options_.tenant)
    return refuse(request,
                  {.error = "invalid_tenant",
                   .number = 90002,
                   .text = "Tenant '" + std::string(tenant) +
                           "' not found. Check to make sure you have the correct tenant ID "
                           "and are signing into the correct cloud."});
  const auto below = path.substr(std::min(path.size(), tenant.size() + 1));
  const bool get = request.is("GET");
  if (below == "oauth2/v2.0/token" && request.is("POST")) return token(request);
  if (below == "oauth2/v2.0/authorize" && (get || request.is("POST"))) return authorize(request);
  if (below == "v2.0/.well-known/openid-configuration" && get) return discovery(request);
  if (below == "discovery/v2.0/keys" && get)
    return json_response(200, "{\"keys\":[" + signing_key_jwk() + "]}");
  return {.status = 404, .headers = {}, .body = {}};
}

// ---- Token endpoint

ports::Response EntraOAuth::token(const ApiRequest& request) {
  const auto form = is_form(request.http) ? Form::parse(request.http.body) : std::nullopt;
  if (!form || !form->has("grant_type"))
    return refuse(request, {.error = "invalid_request",
                            .number = 900144,
                            .text = "The request body must contain the following parameter: "
                                    "'grant_type'."});
  const auto grant = parse_grant_type(form->value("grant_type"));
  if (!grant)
    return refuse(request, {.error = "unsupported_grant_type",
                            .number = 70003,
                            .text = "The app requested an unsupported grant type '" +
                                    std::string(form->value("grant_type")) + "'."});
  const auto credentials = presented_credentials(request, *form);
  for (const auto& administrator : options_.administrators)
    if (administrator.client_id == credentials.client_id)
      return administrator_token(request, *form, credentials, administrator);
  if (*grant == GrantType::authorization_code && options_.code_shape_first &&
      form->value("code").size() != code_length)
    return refuse(request, {.error = "invalid_grant",
                            .number = 9002313,
                            .text = "Invalid request. Request is malformed or invalid."});
  const auto attempt = attempt_of(credentials, *form, *grant, core_.grants());
  const auto verdict = core_.decide(attempt).verdict;
  if (verdict != TokenVerdict::granted)
    return refusal_of(request, verdict, attempt, credentials.client_id);
  if (auto flaw = flaw_of(request, *form, attempt)) return *flaw;
  return grant_tokens(request, *form, attempt, *core_.find_client(credentials.client_id));
}

ports::Response EntraOAuth::administrator_token(const ApiRequest& request, const Form& form,
                                                const ClientCredentials& credentials,
                                                const EntraAdministrator& administrator) {
  if (credentials.secret != name_of(administrator.client_secret))
    return refuse(request, wrong_secret(credentials.client_id));
  const auto scope = form.value("scope");
  if (const auto flaw = flaw_in_scope(scope)) return refuse(request, *flaw);
  const auto issued = epoch_seconds(now());
  const auto life = core_.options().grants.access_token_lifetime - std::chrono::seconds(1);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(life).count();
  const auto token = Claims()
                         .text("aud", scope.substr(0, scope.size() - default_suffix.size()))
                         .text("iss", issuer(request))
                         .number("iat", issued)
                         .number("exp", issued + seconds)
                         .text("appid", administrator.client_id)
                         .text("tid", options_.tenant)
                         .sign("AT.", tokens_.next_in_second(now()));
  const auto life_text = std::to_string(seconds);
  return stored_by_nobody("{\"token_type\":\"Bearer\",\"expires_in\":" + life_text +
                          ",\"ext_expires_in\":" + life_text + ",\"access_token\":\"" + token +
                          "\"}");
}

std::optional<GraphRight> EntraOAuth::graph_right(std::string_view token) const {
  const auto claims = tokens_.read(token, now());
  if (!claims || text_claim(claims->root(), "aud") != graph) return std::nullopt;
  const auto client_id = text_claim(claims->root(), "appid");
  for (const auto& administrator : options_.administrators)
    if (administrator.client_id == client_id) return administrator.right;
  return GraphRight::none;
}

ports::Response EntraOAuth::refusal_of(const ApiRequest& request, TokenVerdict verdict,
                                       const TokenAttempt& attempt,
                                       std::string_view client_id) const {
  const auto app = std::string(client_id);
  const auto invalid_grant = [&](std::int64_t number, std::string text) {
    return refuse(request, {.error = "invalid_grant", .number = number, .text = std::move(text)});
  };
  switch (verdict) {
    case TokenVerdict::no_credentials:
      return refuse(request,
                    {.status = 401,
                     .error = "invalid_client",
                     .number = attempt.grant == GrantType::client_credentials ? 7000216 : 7000218,
                     .text = "The request body must contain the following parameter: "
                             "'client_assertion' or 'client_secret'."});
    case TokenVerdict::unknown_client:
      return refuse(request, {.error = "unauthorized_client",
                              .number = 700016,
                              .text = "Application with identifier '" + app +
                                      "' was not found in the directory '" + options_.tenant +
                                      "'. This can happen if the application has not been "
                                      "installed by the administrator of the tenant."});
    case TokenVerdict::method_mismatch:
      return refuse(request, {.status = 401,
                              .error = "invalid_client",
                              .number = 700027,
                              .text = "The certificate with identifier used to sign the client "
                                      "assertion is not registered on application."});
    case TokenVerdict::wrong_secret:
      if (core_.expired(attempt.client, attempt.secret))
        return refuse(request, {.status = 401,
                                .error = "invalid_client",
                                .number = 7000222,
                                .text = "The provided client secret keys for app '" + app +
                                        "' are expired. Visit the Azure portal to create new keys "
                                        "for your app, or consider using certificate credentials "
                                        "for added security."});
      return refuse(request, wrong_secret(client_id));
    case TokenVerdict::grant_not_allowed:
      return refuse(request, {.error = "unauthorized_client",
                              .number = 7000112,
                              .text = "Application '" + app + "' is disabled."});
    case TokenVerdict::code_invalid:
      return invalid_grant(70008,
                           "The provided authorization code or refresh token has expired due to "
                           "inactivity. Send a new interactive authorization request for this user "
                           "and resource.");
    case TokenVerdict::refresh_invalid:
      return invalid_grant(700082, "The refresh token has expired due to inactivity.");
    case TokenVerdict::other_client:
      return invalid_grant(70000, "The provided authorization grant was issued to another client.");
    case TokenVerdict::redirect_mismatch:
      return invalid_grant(500112,
                           "The reply address does not match the reply address provided when "
                           "requesting Authorization code.");
    case TokenVerdict::throttled:
      return refuse(request, {.status = 429,
                              .error = "temporarily_unavailable",
                              .number = 90055,
                              .text = "There are too many incoming requests."});
    case TokenVerdict::granted: break;
  }
  return refuse(request, {.status = 500,
                          .error = "server_error",
                          .number = 90033,
                          .text = "A transient error has occurred. Please try again."});
}

std::optional<ports::Response> EntraOAuth::flaw_of(const ApiRequest& request, const Form& form,
                                                   const TokenAttempt& attempt) const {
  if (attempt.grant == GrantType::client_credentials) {
    if (const auto flaw = flaw_in_scope(form.value("scope"))) return refuse(request, *flaw);
    return std::nullopt;
  }
  if (attempt.grant == GrantType::refresh_token) return std::nullopt;
  const auto& challenge = core_.grants().details(Grants::Kind::code, attempt.handle).code_challenge;
  const auto verifier = form.value("code_verifier");
  if (challenge.empty() == verifier.empty() && (challenge.empty() || verifies(verifier, challenge)))
    return std::nullopt;
  return refuse(request, {.error = "invalid_grant",
                          .number = 501481,
                          .text = "The Code_Verifier does not match the code_challenge supplied in "
                                  "the authorization request."});
}

ports::Response EntraOAuth::grant_tokens(const ApiRequest& request, const Form& form,
                                         const TokenAttempt& attempt, const Registration& client) {
  auto& grants = core_.grants();
  const bool by_client = attempt.grant == GrantType::client_credentials;
  const auto kind = kind_of(attempt.grant);
  GrantDetails details;
  std::string user;
  if (!by_client) {
    details = grants.details(kind, attempt.handle);
    user = user_name_of(grants, kind, attempt.handle);
  }
  const auto scope = by_client ? std::string(form.value("scope")) : details.scope;
  const auto decision = core_.redeem(attempt);
  const auto issued = epoch_seconds(now());
  const auto lifetime = core_.options().grants.access_token_lifetime - std::chrono::seconds(1);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(lifetime).count();
  Claims access;
  access
      .text("aud",
            by_client ? scope.substr(0, scope.size() - default_suffix.size()) : std::string(graph))
      .text("iss", issuer(request))
      .number("iat", issued)
      .number("exp", issued + seconds)
      .text("azp", client.client_id)
      .text("tid", options_.tenant)
      .text("sub", by_client ? client.object_id : subject_of(user));
  if (!by_client) access.text("scp", scope).text("preferred_username", user);
  const auto access_token = access.sign("AT.", tokens_.next_in_second(now()));

  const auto life = std::to_string(seconds);
  std::string body = "{\"token_type\":\"Bearer\",\"expires_in\":" + life +
                     ",\"ext_expires_in\":" + life + ",\"access_token\":\"" + access_token + '"';
  if (!by_client) body += ",\"scope\":" + json_text(scope);
  if (attempt.grant == GrantType::refresh_token) {
    // Entra issues another one and leaves the old one valid: the same one is as good.
    body += ",\"refresh_token\":\"" + grants.text_of(kind, attempt.handle) + '"';
  } else if (decision.refresh_token != no_grant) {
    body += ",\"refresh_token\":\"" +
            grants.text_of(Grants::Kind::refresh_token, decision.refresh_token) + '"';
    describe_refresh_token(grants, decision.refresh_token, details, user);
  }
  if (!by_client && has_scope(scope, "openid")) {
    Claims identity;
    identity.text("aud", client.client_id)
        .text("iss", issuer(request))
        .number("iat", issued)
        .number("nbf", issued)
        .number("exp", issued + seconds);
    if (!details.nonce.empty()) identity.text("nonce", details.nonce);
    if (has_scope(scope, "profile")) identity.text("name", user).text("preferred_username", user);
    if (has_scope(scope, "email")) identity.text("email", user);
    body += ",\"id_token\":\"" +
            identity.text("sub", subject_of(user))
                .text("tid", options_.tenant)
                .text("ver", "2.0")
                .sign("ID.") +
            '"';
  }
  return stored_by_nobody(body + '}');
}

// ---- What browsers and discovering clients meet

ports::Response EntraOAuth::authorize(const ApiRequest& request) {
  const auto query =
      Form::parse(request.is("GET") ? request.query : std::string_view(request.http.body));
  if (!query || query->repeats())
    return sts_page(
        {.number = 9002313, .text = "Invalid request. Request is malformed or invalid."});
  const auto client_id = query->value("client_id");
  const auto* client = core_.find_client(client_id);
  if (client == nullptr)
    return sts_page({.number = 700016,
                     .text = "Application with identifier '" + std::string(client_id) +
                             "' was not found in the directory '" + options_.tenant + "'."});
  const auto uri = query->value("redirect_uri");
  const auto& uris = client->redirect_uris;
  if (std::find(uris.begin(), uris.end(), uri) == uris.end())
    return sts_page({.number = 50011,
                     .text = "The redirect URI '" + std::string(uri) +
                             "' specified in the request does not match the redirect URIs "
                             "configured for the application '" +
                             std::string(client_id) + "'."});
  const auto answer = [&](std::string parameters) {
    if (query->has("state")) parameters += "&state=" + percent_encode(query->value("state"));
    return redirect_response(uri, parameters);
  };
  const auto flaw = [&](std::string_view error, std::string_view text) {
    return answer("error=" + std::string(error) + "&error_description=" + percent_encode(text));
  };
  if (query->value("response_type") != "code")
    return flaw("unsupported_response_type",
                "AADSTS700054: response_type is not enabled for the application.");
  if (!has_scope(query->value("scope"), "openid"))
    return flaw("invalid_request",
                "AADSTS900144: The request body must contain the following parameter: 'scope'.");
  if (query->has("code_challenge") && query->value("code_challenge_method") != "S256")
    return flaw("invalid_request", "AADSTS501491: Invalid size of Code_Challenge parameter.");
  const auto hint = query->value("login_hint");
  return answer("code=" +
                issue_code(core_, *client, *query,
                           {.issuer = issuer(request),
                            .user_name = std::string(hint.empty() ? default_user : hint)}));
}

ports::Response EntraOAuth::userinfo(const ApiRequest& request) const {
  const auto header = ports::find_header(request.http.headers, "Authorization");
  const auto token = header ? after_scheme(*header, "Bearer ") : std::nullopt;
  const auto claims = token ? tokens_.read(*token, now()) : std::nullopt;
  const auto user = claims ? text_claim(claims->root(), "preferred_username") : std::string();
  if (user.empty())
    return graph_error(request, now(),
                       {.status = 401,
                        .code = "InvalidAuthenticationToken",
                        .message = "Access token validation failure."});
  const auto scope = text_claim(claims->root(), "scp");
  std::string body = "{\"sub\":" + json_text(text_claim(claims->root(), "sub"));
  if (has_scope(scope, "profile")) body += ",\"name\":" + json_text(user);
  if (has_scope(scope, "email")) body += ",\"email\":" + json_text(user);
  return json_response(200, body + '}');
}

// OpenID Connect Discovery 1.0 section 3: only endpoints that answer here.
ports::Response EntraOAuth::discovery(const ApiRequest& request) const {
  const auto base = request.origin + '/' + options_.tenant;
  return json_response(
      200,
      "{\"token_endpoint\":" + json_text(base + "/oauth2/v2.0/token") +
          R"(,"token_endpoint_auth_methods_supported":["client_secret_post","private_key_jwt","client_secret_basic"])"
          ",\"jwks_uri\":" +
          json_text(base + "/discovery/v2.0/keys") +
          R"(,"response_modes_supported":["query"],"subject_types_supported":["pairwise"])"
          R"(,"id_token_signing_alg_values_supported":["RS256"],"response_types_supported":["code"])"
          R"(,"scopes_supported":["openid","profile","email","offline_access"],"issuer":)" +
          json_text(issuer(request)) +
          ",\"userinfo_endpoint\":" + json_text(request.origin + "/oidc/userinfo") +
          ",\"authorization_endpoint\":" + json_text(base + "/oauth2/v2.0/authorize") +
          R"(,"claims_supported":["sub","iss","aud","exp","iat","nonce","preferred_username","name","tid","ver","email"])"
          R"(,"tenant_region_scope":"EU","cloud_instance_name":"microsoftonline.com"})");
}

}  // namespace mocks::idp::entra
