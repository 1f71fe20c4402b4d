#include "mocks/idp/okta/service_apps.h"

#include <algorithm>

#include "mocks/idp/signing.h"
#include "mocks/idp/token_request.h"
#include "mocks/idp/tokens.h"
#include "mocks/json_view.h"

namespace mocks::idp {
namespace {

constexpr ports::Duration token_life = std::chrono::hours(1);
constexpr std::int64_t longest_assertion_s = 3600;

// What an assertion says, whoever signed it: the last part but one, decoded.
std::optional<JsonDocument> said(std::string_view assertion) {
  const auto first = assertion.find('.');
  const auto second = assertion.rfind('.');
  if (first == std::string_view::npos || second <= first) return std::nullopt;
  const auto payload = base64url_decode(assertion.substr(first + 1, second - first - 1));
  if (!payload) return std::nullopt;
  return JsonDocument::parse(*payload);
}

// One or a list of them (RFC 7519 section 4.1.3).
bool is_for(JsonView claims, std::string_view audience) {
  const auto aud = claims.find("aud");
  if (!aud) return false;
  if (aud->is_string()) return aud->text() == audience;
  if (!aud->is_array()) return false;
  bool found = false;
  for (const auto one : aud->elements())
    found = found || (one.is_string() && one.text() == audience);
  return found;
}

// What Okta finds wrong with an assertion; empty when nothing is.
std::string_view flaw_of(std::string_view assertion, const ApiRequest& request,
                         std::string_view client_id, std::int64_t now) {
  const auto payload = verified_payload(assertion);
  if (!payload) return "The client_assertion signature is invalid.";
  const auto claims = JsonDocument::parse(*payload);
  if (!claims || !claims->root().is_object()) return "The client_assertion token is malformed.";
  const auto root = claims->root();
  if (text_claim(root, "iss") != client_id || text_claim(root, "sub") != client_id)
    return "The issuer and subject claims must be the client_id.";
  if (!is_for(root, request.origin + "/oauth2/v1/token"))
    return "The audience claim for client_assertion must be the endpoint invoked for the request.";
  const auto expires = number_claim(root, "exp");
  if (expires <= now) return "The client_assertion token is expired.";
  if (expires > now + longest_assertion_s)
    return "The client_assertion token has an expiration too far into the future.";
  return {};
}

}  // namespace

const ServiceApplication* OktaServiceApps::find(std::string_view client_id) const {
  const auto& all = options_.service_applications;
  const auto found = std::find_if(all.begin(), all.end(), [&](const ServiceApplication& one) {
    return one.client_id == client_id;
  });
  return found == all.end() ? nullptr : &*found;
}

bool OktaServiceApps::knows(const Form& form) const {
  const auto claims = said(form.value("client_assertion"));
  return claims && claims->root().is_object() && find(text_claim(claims->root(), "iss")) != nullptr;
}

ports::Response OktaServiceApps::token(const ApiRequest& request, const Form& form,
                                       ports::WallTime now) {
  const auto assertion = form.value("client_assertion");
  const auto* const app = find(text_claim(said(assertion)->root(), "iss"));
  if (form.value("client_assertion_type") !=
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    return oauth_error(401, "invalid_client", "The client_assertion_type is invalid.");
  if (form.has("client_id") && form.value("client_id") != app->client_id)
    return oauth_error(401, "invalid_client",
                       "The parameter client_id must be the same as the client_assertion's.");
  const auto flaw = flaw_of(assertion, request, app->client_id, epoch_seconds(now));
  if (!flaw.empty()) return oauth_error(401, "invalid_client", flaw);
  if (form.value("grant_type") != "client_credentials")
    return oauth_error(400, "unauthorized_client",
                       "The client is not authorized to use the provided grant type. Configured "
                       "grant types: [client_credentials].");
  const auto asked = std::string(form.value("scope"));
  if (asked.empty())
    return oauth_error(400, "invalid_scope",
                       "The authorization server resource does not have any configured default "
                       "scopes, 'scope' must be provided.");
  for (const auto one : split(asked, ' '))
    if (std::find(app->scopes.begin(), app->scopes.end(), one) == app->scopes.end())
      return oauth_error(
          400, "invalid_scope",
          "One or more scopes are not configured for the authorization server resource.");
  const auto access_token = tokens_.access_token(
      {.issuer = request.origin, .client_id = app->client_id, .user_name = {}, .scope = asked},
      token_life, now);
  std::string body = "{\"token_type\":\"Bearer\",\"expires_in\":" +
                     std::to_string(std::chrono::floor<std::chrono::seconds>(token_life).count()) +
                     ",\"access_token\":\"" + access_token + "\",\"scope\":";
  append_json(body, asked);
  return no_store(json_response(200, body + '}'));
}

std::optional<std::string> OktaServiceApps::scopes_of(std::string_view access_token,
                                                      std::string_view issuer,
                                                      ports::WallTime now) const {
  const auto claims = tokens_.read(access_token, now);
  if (!claims || claims->issuer != issuer || find(claims->client_id) == nullptr)
    return std::nullopt;
  return claims->scope;
}

}  // namespace mocks::idp
