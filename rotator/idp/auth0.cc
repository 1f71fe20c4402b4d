#include "rotator/idp/auth0.h"

#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/json_writer.h"
#include "rotator/idp/discovery.h"

namespace rotator {
namespace {

using ports::ErrorCode;

// "the rotation of the client secret may be delayed by up to 30 seconds"
// (https://auth0.com/docs/get-started/applications/rotate-client-secret).
constexpr ports::Duration propagation = std::chrono::seconds(30);

// The Management API's {"errorCode","message"}.
AdminWords read_words(const ports::Response& response, std::string_view secret) {
  const auto body = JsonDocument::parse_or_null(response.body);
  return {.code = quotable(text_member(body, {"errorCode"})),
          .text = quotable(text_member(body, {"message"}), secret)};
}

std::optional<ports::Duration> asked_wait(const ports::Response& response, ports::WallTime now) {
  return wait_for_reset(response, "x-ratelimit-reset", now);
}

}  // namespace

Auth0::Auth0(IdentityProviderOptions options, Url url, AdminApi api)
    : options_(std::move(options)), url_(std::move(url)), api_(std::move(api)) {}

Capability Auth0::capability() const {
  return Capability{.slots = Capability::Slots::single,
                    .max_secrets = 1,
                    .create_replaces = true,
                    .secret_ids = false,
                    .can_disable = false,
                    .value_readable = true,
                    .chooses_value = true,
                    .propagation = propagation};
}

std::string Auth0::client_path() const {
  return "/api/v2/clients/" + percent_encode(options_.client_id);
}

ports::Result<Registration> Auth0::registration() {
  const AdminCall call{.tried = "reading client " + options_.client_id + " at " + url_.origin,
                       .target = client_path()};
  auto response = api_.demand(call);
  if (!response) return ports::fail(response.error());
  const ports::Secret body(std::move(response->body));  // the client's secret is in it
  const auto client = parse_object(body.reveal_to_wire(), call.tried);
  if (!client) return ports::fail(client.error());
  Registration found{.client_id = text_member(*client, {"client_id"}),
                     .label = text_member(*client, {"name"}),
                     .authentication_method = text_member(*client, {"token_endpoint_auth_method"}),
                     .grant_types = texts_member(*client, {"grant_types"}),
                     .redirect_uris = texts_member(*client, {"callbacks"})};
  if (found.client_id != options_.client_id)
    return ports::fail(ErrorCode::malformed,
                       call.tried + ": the answer is of client " + quotable(found.client_id));
  // A client with keys has client_authentication_methods in its place.
  if (!parse_authentication_method(found.authentication_method))
    return ports::fail(
        ErrorCode::refused,
        call.tried + ": the client authenticates by " +
            (found.authentication_method.empty() ? "keys" : quotable(found.authentication_method)) +
            ", not by its secret, so there is nothing to rotate");
  auto endpoint = discover_token_endpoint(api_, url_);
  if (!endpoint) return ports::fail(endpoint.error());
  found.token_endpoint = std::move(*endpoint);
  return found;
}

ports::Result<std::optional<ports::Secret>> Auth0::shown_secret(const std::string& tried) {
  auto response = api_.demand({.tried = tried, .target = client_path()});
  if (!response) return ports::fail(response.error());
  const ports::Secret body(std::move(response->body));
  const auto client = parse_object(body.reveal_to_wire(), tried);
  if (!client) return ports::fail(client.error());
  auto value = text_member(*client, {"client_secret"});
  if (value.empty()) return std::optional<ports::Secret>();
  return std::optional<ports::Secret>(ports::Secret(std::move(value)));
}

// There always is one.
ports::Result<std::vector<SecretRecord>> Auth0::list_secrets() {
  return std::vector<SecretRecord>{{.id = sole_secret_id}};
}

ports::Result<std::optional<std::string>> Auth0::find_secret(const ports::Secret& value,
                                                             const std::vector<SecretRecord>&) {
  const auto shown =
      shown_secret("comparing the secret of client " + options_.client_id + " at " + url_.origin);
  if (!shown) return ports::fail(shown.error());
  if (*shown && !(*shown)->same_as(value)) return std::optional<std::string>();
  return std::optional<std::string>(sole_secret_id);
}

ports::Result<CreatedSecret> Auth0::create_secret(const SecretWish& wish) {
  JsonWriter body;
  body.open_object().member("client_secret", wish.value.reveal_to_wire()).close_object();
  AdminCall call{
      .tried = "replacing the secret of client " + options_.client_id + " at " + url_.origin,
      .method = "PATCH",
      .target = client_path(),
      .body = body.take()};
  auto response = api_.demand(call);
  ports::wipe(call.body);
  if (!response) return ports::fail(response.error());
  ports::wipe(response->body);
  return CreatedSecret{.record = {.id = sole_secret_id}, .value = wish.value.clone()};
}

ports::Result<std::optional<CreatedSecret>> Auth0::resolve_create(const std::vector<SecretRecord>&,
                                                                  const SecretSought& sought) {
  if (!sought.ours) return std::optional<CreatedSecret>();
  auto shown = shown_secret("looking for the new secret of client " + options_.client_id + " at " +
                            url_.origin);
  if (!shown) return ports::fail(shown.error());
  if (!*shown || !sought.ours(**shown)) return std::optional<CreatedSecret>();
  return std::optional<CreatedSecret>(
      CreatedSecret{.record = {.id = sole_secret_id}, .value = std::move(**shown)});
}

ports::Result<ports::Secret> Auth0::read_secret(const std::string&) {
  const std::string tried =
      "reading the secret of client " + options_.client_id + " at " + url_.origin;
  auto shown = shown_secret(tried);
  if (!shown) return ports::fail(shown.error());
  if (!*shown)
    return ports::fail(ErrorCode::refused,
                       tried +
                           ": its value is not shown (the administration credential needs "
                           "read:client_keys)");
  return std::move(**shown);
}

namespace {

ports::Status has_one_secret(const char* act) {
  return ports::fail(ErrorCode::refused, std::string("Auth0 keeps one secret of a client, which "
                                                     "can be replaced and not ") +
                                             act);
}

}  // namespace

ports::Status Auth0::disable_secret(const std::string&) { return has_one_secret("disabled"); }
ports::Status Auth0::enable_secret(const std::string&) { return has_one_secret("enabled"); }
ports::Status Auth0::delete_secret(const std::string&) { return has_one_secret("deleted"); }

ports::Result<std::unique_ptr<IdentityProvider>> new_auth0(ports::HttpClient& http,
                                                           ports::Clock& clock,
                                                           IdentityProviderOptions options, Url url,
                                                           ports::Secret admin_credential) {
  if (!url.path.empty())
    return ports::fail(ErrorCode::configuration,
                       "the identity provider's url must be the tenant's, without a path");
  auto credential = parse_admin_credential(admin_credential);
  if (!credential) return ports::fail(credential.error());
  AdminSession session(http, clock, std::move(*credential), "Bearer ",
                       {.endpoint = {.origin = url.origin, .path = "/oauth/token"},
                        .audience = url.origin + "/api/v2/"});
  AdminApi api(http, clock,
               {.origin = url.origin,
                .call_timeout = options.call_timeout,
                .patience = options.patience,
                .told = options.told},
               std::move(session),
               {.words = &read_words,
                .permission = "read:clients, read:client_keys and update:client_keys",
                .asked_wait = &asked_wait});
  return std::unique_ptr<IdentityProvider>(
      std::make_unique<Auth0>(std::move(options), std::move(url), std::move(api)));
}

}  // namespace rotator
