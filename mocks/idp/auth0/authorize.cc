// The half of Auth0OAuth that browsers and discovering clients meet.
#include <algorithm>

#include "mocks/facts.h"
#include "mocks/idp/auth0/oauth.h"
#include "mocks/idp/auth0/reply.h"

namespace mocks::idp {
namespace {

constexpr std::string_view default_user = "user@portal.example";

struct Flaw {
  std::string_view error = {};
  std::string_view description = {};
};

// RFC 6749 section 4.1.2.1: what is told to the application by way of its callback.
Flaw flaw_in(const Form& query, const Registration& client, bool user_signed_in) {
  const auto& grants = client.grant_types;
  if (query.value("response_type") != "code")
    return {.error = "unsupported_response_type", .description = "Unsupported response type"};
  if (std::find(grants.begin(), grants.end(), GrantType::authorization_code) == grants.end())
    return {.error = "unauthorized_client",
            .description = "Grant type 'authorization_code' not allowed for the client."};
  if (query.has("code_challenge") && query.value("code_challenge_method") != "S256")
    return {.error = "invalid_request", .description = "Invalid parameter: code_challenge_method"};
  if (query.value("prompt") == "none" && !user_signed_in)
    return {.error = "login_required", .description = "Login required"};
  return {};
}

}  // namespace

ports::Response Auth0OAuth::authorize(const ApiRequest& request) {
  const auto query =
      Form::parse(request.is("GET") ? request.query : std::string_view(request.http.body));
  if (!query) return html_response(400, "Bad Request", "invalid_request");
  const auto* client = core_.find_client(query->value("client_id"));
  if (client == nullptr)
    return html_response(
        400, "Oops!, something went wrong",
        "unauthorized_client: Unknown client: " + std::string(query->value("client_id")));
  const auto uri = query->value("redirect_uri");
  const auto& uris = client->redirect_uris;
  if (std::find(uris.begin(), uris.end(), uri) == uris.end())
    return html_response(403, "Oops!, something went wrong",
                         "Callback URL mismatch. The provided redirect_uri is not in the list of "
                         "allowed callback URLs.");
  const auto state = query->value("state");
  const auto with_state = [&](std::string parameters) {
    if (!state.empty()) parameters += "&state=" + percent_encode(state);
    return redirect_response(uri, parameters);
  };
  const auto flaw = flaw_in(*query, *client, options_.user_signed_in);
  if (!flaw.error.empty())
    return with_state("error=" + std::string(flaw.error) +
                      "&error_description=" + percent_encode(flaw.description));
  if (!options_.user_signed_in) return html_response(200, "Log in", "Log in to continue.");
  const auto hint = query->value("login_hint");
  return with_state("code=" +
                    issue_code(core_, *client, *query,
                               {.issuer = request.origin + "/",
                                .user_name = std::string(hint.empty() ? default_user : hint)}));
}

// https://auth0.com/docs/authenticate/login/logout: back to returnTo, or
// post_logout_redirect_uri of RP-initiated logout; without, a bare "OK".
ports::Response Auth0OAuth::log_out(const ApiRequest& request) {
  const auto query = Form::parse(request.query);
  const auto to =
      !query ? std::string_view()
             : query->value(request.path == "/v2/logout" ? "returnTo" : "post_logout_redirect_uri");
  if (to.empty()) return html_response(200, "Logged out", "OK");
  return {.status = 302, .headers = {{.name = "Location", .value = std::string(to)}}, .body = {}};
}

// OpenID Connect Discovery 1.0 section 3: only endpoints that answer here. The issuer ends with a
// slash.
ports::Response Auth0OAuth::discovery(const std::string& origin) {
  std::string body = "{\"issuer\":" + json_text(origin + "/");
  for (const auto& [member, path] :
       {std::pair("authorization_endpoint", "/authorize"),
        std::pair("token_endpoint", "/oauth/token"), std::pair("userinfo_endpoint", "/userinfo"),
        std::pair("jwks_uri", "/.well-known/jwks.json"),
        std::pair("revocation_endpoint", "/oauth/revoke"),
        std::pair("end_session_endpoint", "/oidc/logout")})
    body += std::string(",\"") + member + "\":" + json_text(origin + path);
  body += R"(,"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post")"
          R"(,"private_key_jwt"],"response_types_supported":["code"])"
          R"(,"response_modes_supported":["query"],"subject_types_supported":["public"])"
          R"(,"id_token_signing_alg_values_supported":["RS256"])"
          R"(,"scopes_supported":["openid","profile","email","offline_access"])"
          R"(,"claims_supported":["aud","iss","sub","iat","exp","name","email","email_verified"])"
          R"(,"code_challenge_methods_supported":["S256"]})";
  auto response = json_response(200, std::move(body));
  response.headers.push_back({.name = "Cache-Control", .value = "public, max-age=15"});
  return response;
}

}  // namespace mocks::idp
