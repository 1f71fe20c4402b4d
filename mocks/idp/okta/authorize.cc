// The half of OktaOAuth that browsers and discovering clients meet.
#include <algorithm>

#include "mocks/idp/okta/oauth.h"

namespace mocks::idp {
namespace {

constexpr std::string_view default_user = "user@portal.example";

ports::Response error_page(std::string_view error, std::string_view description) {
  std::string text = "Your request resulted in an error. Error Code: ";
  text.append(error).append(" Description: ").append(description);
  return html_response(400, "400 Bad Request", text);
}

struct Flaw {
  std::string_view error = {};
  std::string description = {};
};

bool challenge_text(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") ==
             std::string_view::npos;
}

// RFC 6749 section 4.1.2.1: what is told to the client by way of its redirect URI.
Flaw flaw_in(const Form& query, const Registration& client, bool user_signed_in) {
  const auto& grants = client.grant_types;
  if (query.value("response_type") != "code")
    return {.error = "unsupported_response_type",
            .description =
                "The response type is not supported by the authorization server. "
                "Configured response types: [code]."};
  if (std::find(grants.begin(), grants.end(), GrantType::authorization_code) == grants.end())
    return {.error = "unauthorized_client",
            .description = "The client is not authorized to use the provided grant type."};
  if (!query.has("state"))
    return {.error = "invalid_request",
            .description = "The authentication request has an invalid 'state' parameter."};
  if (query.has("response_mode") && query.value("response_mode") != "query")
    return {.error = "unsupported_response_mode",
            .description = "The response mode is not supported by the authorization server."};
  const auto scopes = split(query.value("scope"), ' ');
  if (scopes.empty()) return {.error = "invalid_scope", .description = "No scopes were requested."};
  for (const auto scope : scopes)
    if (std::find(client.scopes.begin(), client.scopes.end(), scope) == client.scopes.end())
      return {.error = "invalid_scope",
              .description =
                  "One or more scopes are not configured for the authorization server resource."};
  if (query.has("code_challenge") && query.value("code_challenge_method") != "S256")
    return {.error = "invalid_request",
            .description = "PKCE code challenge method is not supported. Valid values: [S256]"};
  if (query.has("code_challenge") && !challenge_text(query.value("code_challenge")))
    return {.error = "invalid_request",
            .description = "PKCE code challenge contains illegal characters."};
  if (query.value("prompt") == "none" && !user_signed_in)
    return {.error = "login_required",
            .description = "The client specified not to prompt, but the user is not logged in."};
  return {};
}

}  // namespace

ports::Response OktaOAuth::authorize(const ApiRequest& request, const Server& server) {
  if (!request.is("GET") && !request.is("POST")) return wrong_method(request);
  const auto query =
      Form::parse(request.is("GET") ? request.query : std::string_view(request.http.body));
  if (!query || query->repeats())
    return error_page("invalid_request",
                      "The request contained multiple parameters with the same name.");
  const auto* client = core_.find_client(query->value("client_id"));
  if (client != nullptr && !client->active) client = nullptr;
  if (client == nullptr)
    return error_page("invalid_client", "Invalid value for 'client_id' parameter.");
  const auto uri = query->value("redirect_uri");
  const auto& uris = client->redirect_uris;
  if (std::find(uris.begin(), uris.end(), uri) == uris.end())
    return error_page("invalid_request",
                      "The 'redirect_uri' parameter must be a Login redirect URI in the client app "
                      "settings: " +
                          request.origin + "/admin/app/oidc_client/instance/" + client->object_id +
                          "#tab-general");
  const auto state = query->value("state");
  const auto with_state = [&](std::string parameters) {
    if (!state.empty()) parameters += "&state=" + percent_encode(state);
    return redirect_response(uri, parameters);
  };
  const auto flaw = flaw_in(*query, *client, options_.user_signed_in);
  if (!flaw.error.empty())
    return with_state("error=" + std::string(flaw.error) +
                      "&error_description=" + percent_encode(flaw.description));
  if (!options_.user_signed_in) return html_response(200, "Sign In", "Sign in to continue.");

  // RFC 6749 section 4.1.2.1.
  if (client->groups.empty())
    return with_state("error=access_denied&error_description=" +
                      percent_encode("User is not assigned to the client application."));
  const auto hint = query->value("login_hint");
  const auto user_name = hint.empty() ? default_user : hint;
  return with_state("code=" +
                    issue_code(core_, *client, *query,
                               {.issuer = server.issuer, .user_name = std::string(user_name)}));
}

// OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2: only endpoints that answer here.
ports::Response OktaOAuth::discovery(const Server& server, const std::string& origin) const {
  const auto base = origin + "/oauth2" + (server.id.empty() ? "" : "/" + server.id) + "/v1";
  std::string body = "{\"issuer\":" + json_text(server.issuer);
  for (const auto& [member, path] :
       {std::pair("authorization_endpoint", "/authorize"), std::pair("token_endpoint", "/token"),
        std::pair("userinfo_endpoint", "/userinfo"), std::pair("jwks_uri", "/keys"),
        std::pair("introspection_endpoint", "/introspect"),
        std::pair("revocation_endpoint", "/revoke")})
    body += std::string(",\"") + member + "\":" + json_text(base + path);
  static constexpr std::string_view methods =
      R"(["client_secret_basic","client_secret_post","client_secret_jwt","private_key_jwt","none"])";
  for (const auto* endpoint : {"token", "introspection", "revocation"})
    body.append(",\"")
        .append(endpoint)
        .append("_endpoint_auth_methods_supported\":")
        .append(methods);
  body +=
      R"(,"response_types_supported":["code"],"response_modes_supported":["query"])"
      R"(,"grant_types_supported":["authorization_code","refresh_token","client_credentials"])"
      R"(,"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"])"
      R"(,"scopes_supported":["openid","profile","email","offline_access"])"
      R"(,"claims_supported":["iss","ver","sub","aud","iat","exp","jti","auth_time","amr","nonce")"
      R"(,"name","preferred_username","email","email_verified","at_hash"])"
      R"(,"code_challenge_methods_supported":["S256"]})";
  auto response = json_response(200, std::move(body));
  response.headers.push_back({.name = "Cache-Control", .value = "max-age=86400, must-revalidate"});
  return response;
}

}  // namespace mocks::idp
