#include "mocks/idp/okta/admin.h"

#include <algorithm>
#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/token_request.h"
#include "mocks/json_view.h"

namespace mocks::idp {
namespace {

constexpr std::string_view alphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view secret_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t generated_length = 64;  // as recorded in 2026; Okta promises no length
constexpr std::size_t shortest_secret = 14;
constexpr std::size_t longest_secret = 100;
constexpr std::size_t shortest_jwt_secret = 32;
constexpr std::int64_t window_seconds = 60;

constexpr std::string_view mediated = "OAuth2ClientSecretMediated";

ports::Response not_permitted(const ApiRequest& request) {
  return api_error(request, 403, "E0000006",
                   "You do not have permission to perform the requested action");
}

bool asks_for_roles(const ApiRequest& request) {
  const auto& segments = request.segments;
  return segments.size() == 5 && segments[0] == "oauth2" && segments[4] == "roles";
}

std::string same(const std::string& text) { return text; }
const char* grant_name(GrantType grant) { return to_string(grant); }

void append_link(std::string& out, const std::string& href, std::string_view link,
                 std::string_view method) {
  append_json(out, link);
  out += ":{\"href\":";
  append_json(out, href);
  out += ",\"hints\":{\"allow\":[";
  append_json(out, method);
  out += "]}}";
}

void append_secret(std::string& out, const ApiRequest& request, const Registration& client,
                   const SecretObject& secret) {
  const auto href =
      request.origin + "/api/v1/apps/" + client.object_id + "/credentials/secrets/" + secret.id;
  out += "{\"id\":";
  append_json(out, secret.id);
  out += ",\"created\":\"" + timestamp(secret.created) + "\",\"lastUpdated\":\"" +
         timestamp(secret.updated) + "\",\"status\":\"" + (secret.active ? "ACTIVE" : "INACTIVE") +
         "\",\"client_secret\":";
  append_json(out, secret.value);
  // Not documented by Okta: recomputed from published pairs of secret and hash.
  out += ",\"secret_hash\":\"" + base64url(sha256(secret.value).substr(0, 16)) + "\",\"_links\":{";
  if (secret.active) {
    append_link(out, href + "/lifecycle/deactivate", "deactivate", "POST");
  } else {
    append_link(out, href + "/lifecycle/activate", "activate", "POST");
    out += ',';
    append_link(out, href, "delete", "DELETE");
  }
  out += "}}";
}

std::string secret_json(const ApiRequest& request, const Registration& client,
                        const SecretObject& secret) {
  std::string out;
  append_secret(out, request, client, secret);
  return out;
}

// The dynamic registration view (RFC 7591 members); `secret` only where Okta shows it.
std::string client_json(const Registration& client, const std::string* secret) {
  std::string out = "{\"client_id\":";
  append_json(out, client.client_id);
  if (secret != nullptr) {
    out += ",\"client_secret\":";
    append_json(out, *secret);
  }
  out += ",\"client_id_issued_at\":" +
         std::to_string(
             std::chrono::floor<std::chrono::seconds>(client.created.time_since_epoch()).count()) +
         ",\"client_secret_expires_at\":0,\"client_name\":";
  append_json(out, client.label);
  out += ",\"redirect_uris\":" + json_list(client.redirect_uris, same) +
         ",\"response_types\":[\"code\"],\"grant_types\":" +
         json_list(client.grant_types, grant_name) + ",\"token_endpoint_auth_method\":\"";
  out += to_string(client.authentication_method);
  return out + "\",\"application_type\":\"web\"}";
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

struct Wish {
  bool readable = true;
  std::string value = {};  // empty: generate
  bool chosen = false;
  std::string status = "ACTIVE";
};

Wish read_wish(const std::string& body) {
  Wish wish;
  if (body.empty()) return wish;
  const auto object = JsonDocument::parse(body);
  wish.readable = object && object->root().is_object();
  if (!wish.readable) return wish;
  if (const auto value = object->root().find("client_secret"); value && !value->is_null()) {
    wish.readable = value->is_string();
    if (!wish.readable) return wish;
    wish.chosen = true;
    wish.value = value->text();
  }
  if (const auto status = object->root().find("status"); status && !status->is_null())
    wish.status = status->text();
  return wish;
}

}  // namespace

ports::Response OktaAdmin::handle(const ApiRequest& request) {
  const auto standing = standing_of(request);
  const auto answer = [&]() -> ports::Response {
    if (!standing.known) return api_error(request, 401, "E0000011", "Invalid token provided");
    if (over_limit())
      return api_error(request, 429, "E0000047",
                       "API call exceeded rate limit due to too many requests.");
    const bool enough = asks_for_roles(request) ? standing.may_read_roles
                        : request.is("GET")     ? standing.right >= AdminRight::read
                                                : standing.right >= AdminRight::manage;
    if (!enough) return not_permitted(request);
    return route(request, request.segments[0] == "api" ? Door::apps : Door::clients);
  };
  auto response = answer();
  add_rate_headers(response);
  return response;
}

// /api/v1/apps/{appId}/... and /oauth2/v1/clients/{clientId}/...: three segments before the id.
ports::Response OktaAdmin::route(const ApiRequest& request, Door door) {
  const auto& segments = request.segments;
  if (segments.size() == 3 && door == Door::apps) return applications(request);
  if (segments.size() < 4) return no_such_path(request);
  const auto id = segments[3];
  const auto* client = door == Door::apps ? core_.find_client_by_object(id) : core_.find_client(id);
  const bool secrets_path = segments.size() >= 6 && segments[4] == "credentials" &&
                            segments[5] == "secrets" &&
                            (door == Door::apps || options_.guide_paths);
  const bool new_secret_path = door == Door::clients && segments.size() == 6 &&
                               segments[4] == "lifecycle" && segments[5] == "newSecret";
  const bool lifecycle_path = door == Door::apps && segments.size() == 6 &&
                              segments[4] == "lifecycle" &&
                              (segments[5] == "activate" || segments[5] == "deactivate");
  const bool groups_path = door == Door::apps && (segments.size() == 5 || segments.size() == 6) &&
                           segments[4] == "groups";
  const bool roles_path = asks_for_roles(request);
  if (segments.size() > 4 && !secrets_path && !new_secret_path && !lifecycle_path && !groups_path &&
      !roles_path)
    return no_such_path(request);
  if (client == nullptr)
    return not_found(request, id, door == Door::apps ? "AppInstance" : "PublicClientApp");
  if (roles_path) return roles(request, *client);
  // Okta documents that it refuses, and not how.
  if (core_.options().holds_administrator_role && !request.is("GET")) return not_permitted(request);
  if (secrets_path) return secrets(request, *client, door);
  if (new_secret_path) return new_secret(request, *client);
  if (groups_path) return assignments(request, *client);
  if (lifecycle_path) return switch_application(request, *client, segments[5] == "activate");
  if (door == Door::apps) return application(request, *client);
  if (!request.is("GET")) return wrong_method(request);
  return json_response(200, client_json(*client, nullptr));
}

ports::Response OktaAdmin::secrets(const ApiRequest& request, const Registration& client,
                                   Door door) {
  const auto& segments = request.segments;
  if (segments.size() == 6) {
    if (request.is("POST")) return create(request, client);
    if (!request.is("GET")) return wrong_method(request);
    std::string out = "[";
    for (const auto* secret : core_.secrets(client.client_id)) {
      if (out.size() > 1) out += ',';
      append_secret(out, request, client, *secret);
    }
    return json_response(200, out + ']');
  }
  const auto secret_id = segments[6];
  if (segments.size() == 7) {
    if (request.is("DELETE")) return remove(request, client, secret_id, door);
    if (!request.is("GET")) return wrong_method(request);
    const auto* secret = core_.find_secret(client.client_id, secret_id);
    if (secret == nullptr) return refused(request, Change::missing, secret_id);
    return json_response(200, secret_json(request, client, *secret));
  }
  if (segments.size() != 9 || segments[7] != "lifecycle" ||
      (segments[8] != "activate" && segments[8] != "deactivate"))
    return no_such_path(request);
  if (!request.is("POST")) return wrong_method(request);
  return set_active(request, client, secret_id, segments[8] == "activate");
}

std::string_view OktaAdmin::flaw_of(std::string_view value, AuthenticationMethod method) {
  if (!printable(value))
    return "client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+";
  if (value.size() > longest_secret)
    return "client_secret: 'client_secret' can't be more than '100' characters long.";
  if (value.size() < shortest_secret)
    return "client_secret: 'client_secret' must be at least '14' characters long.";
  if (method == AuthenticationMethod::client_secret_jwt && value.size() < shortest_jwt_secret)
    return "client_secret: 'client_secret' must be at least '32' characters long when "
           "'token_endpoint_auth_method' is 'client_secret_jwt'.";
  return {};
}

ports::Response OktaAdmin::create(const ApiRequest& request, const Registration& client) {
  auto wish = read_wish(request.http.body);
  if (!wish.readable)
    return api_error(request, 400, "E0000003", "The request body was not well-formed.");
  if (client.authentication_method == AuthenticationMethod::private_key_jwt)
    return validation_error(request, "client_secret",
                            "'client_secret' can't be used when 'token_endpoint_auth_method' is "
                            "'private_key_jwt'.");
  if (wish.chosen) {
    const auto flaw = flaw_of(wish.value, client.authentication_method);
    if (!flaw.empty()) return validation_error(request, "client_secret", flaw);
  }
  if (wish.status != "ACTIVE" && wish.status != "INACTIVE")
    return validation_error(request, "status", "status: 'status' must be 'ACTIVE' or 'INACTIVE'.");
  auto secret = make_secret(std::move(wish.value));
  secret.active = wish.status == "ACTIVE";
  const auto id = secret.id;
  const auto change = core_.create_secret(client.client_id, std::move(secret));
  if (change != Change::done) return refused(request, change, id);
  return json_response(201, secret_json(request, client, *core_.find_secret(client.client_id, id)));
}

ports::Response OktaAdmin::remove(const ApiRequest& request, const Registration& client,
                                  std::string_view secret_id, Door door) {
  if (door == Door::clients && options_.guide_delete_deactivates) {
    const auto change = core_.set_active(client.client_id, secret_id, false);
    if (change != Change::done && change != Change::unchanged)
      return refused(request, change, secret_id);
  }
  const auto change = core_.delete_secret(client.client_id, secret_id);
  if (change != Change::done) return refused(request, change, secret_id);
  return {.status = 204, .headers = {}, .body = {}};
}

ports::Response OktaAdmin::set_active(const ApiRequest& request, const Registration& client,
                                      std::string_view secret_id, bool active) {
  // What is so already is answered with the object: Okta documents no refusal.
  const auto change = core_.set_active(client.client_id, secret_id, active);
  if (change != Change::done && change != Change::unchanged)
    return refused(request, change, secret_id);
  return json_response(
      200, secret_json(request, client, *core_.find_secret(client.client_id, secret_id)));
}

ports::Response OktaAdmin::new_secret(const ApiRequest& request, const Registration& client) {
  if (!request.is("POST")) return wrong_method(request);
  if (client.authentication_method != AuthenticationMethod::client_secret_basic &&
      client.authentication_method != AuthenticationMethod::client_secret_post)
    return validation_error(request, "client_secret",
                            "'client_secret' can't be used when 'token_endpoint_auth_method' is '" +
                                std::string(to_string(client.authentication_method)) + "'.");
  auto secret = make_secret({});
  const auto value = secret.value;
  core_.replace_secrets(client.client_id, std::move(secret));
  return json_response(200, client_json(client, &value));
}

ports::Response OktaAdmin::refused(const ApiRequest& request, Change change,
                                   std::string_view secret_id) {
  switch (change) {
    case Change::limit:
      return validation_error(request, mediated,
                              "You've reached the maximum number of client secrets per client.");
    case Change::still_active:
      return validation_error(
          request, mediated,
          "You can't delete an active client secret. Deactivate the secret before deleting it.");
    case Change::last_active:
      return validation_error(request, mediated,
                              "You can't deactivate the only active client secret.");
    case Change::done:
    case Change::unchanged:
    case Change::missing: break;
  }
  return not_found(request, secret_id, "OAuth2ClientSecretMediated");
}

Core::NewSecret OktaAdmin::make_secret(std::string value) const {
  const auto& draws = core_.draws();
  const auto number = core_.secrets_created();
  if (value.empty())
    value = draws.text(generated_length, secret_alphabet, sim::Stream::identifiers,
                       name_of("idp/secret") + number);
  return {.id = "ocs" + draws.text(17, alphanumeric, sim::Stream::identifiers,
                                   name_of("idp/secret_id") + number),
          .value = std::move(value)};
}

// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentClient/
ports::Response OktaAdmin::roles(const ApiRequest& request, const Registration& client) const {
  if (!request.is("GET")) return wrong_method(request);
  if (!core_.options().holds_administrator_role) return json_response(200, "[]");
  const auto when = timestamp(client.created);
  return json_response(
      200,
      "[{\"id\":\"JBCUYUC7IRCVGS27IFCE2SKO\",\"label\":\"Help Desk Administrator\","
      "\"type\":\"HELP_DESK_ADMIN\",\"status\":\"ACTIVE\",\"created\":\"" +
          when + "\",\"lastUpdated\":\"" + when + "\",\"assignmentType\":\"CLIENT\"}]");
}

OktaAdmin::Standing OktaAdmin::standing_of(const ApiRequest& request) const {
  const auto header = ports::find_header(request.http.headers, "Authorization");
  if (!header) return {};
  auto token = after_scheme(*header, "SSWS ");
  const auto scheme = token ? AdminCredential::Scheme::ssws : AdminCredential::Scheme::bearer;
  if (!token) token = after_scheme(*header, "Bearer ");
  if (!token || token->empty()) return {};
  for (const auto& administrator : options_.administrators)
    if (administrator.scheme == scheme && administrator.token == *token)
      return {.known = true,
              .right = administrator.right,
              .may_read_roles = administrator.right >= AdminRight::read};
  if (scheme != AdminCredential::Scheme::bearer) return {};
  return standing_of_service_app(request, *token);
}

OktaAdmin::Standing OktaAdmin::standing_of_service_app(const ApiRequest& request,
                                                       std::string_view token) const {
  const auto scopes = service_apps_.scopes_of(token, request.origin, core_.scheduler().wall_now());
  if (!scopes) return {};
  return {.known = true,
          .right = has_scope(*scopes, "okta.apps.manage") ? AdminRight::manage
                   : has_scope(*scopes, "okta.apps.read") ? AdminRight::read
                                                          : AdminRight::none,
          .may_read_roles =
              has_scope(*scopes, "okta.roles.read") || has_scope(*scopes, "okta.roles.manage")};
}

std::int64_t OktaAdmin::this_window() const {
  const auto since = core_.scheduler().wall_now().time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(since).count() / window_seconds;
}

bool OktaAdmin::over_limit() {
  if (window_ != this_window()) {
    window_ = this_window();
    window_requests_ = 0;
  }
  if (window_requests_ >= options_.admin_requests_per_minute) return true;
  ++window_requests_;
  return false;
}

void OktaAdmin::add_rate_headers(ports::Response& response) const {
  const auto limit = options_.admin_requests_per_minute;
  const auto used = window_ == this_window() ? window_requests_ : 0;
  auto& headers = response.headers;
  headers.push_back({.name = "X-Rate-Limit-Limit", .value = std::to_string(limit)});
  headers.push_back({.name = "X-Rate-Limit-Remaining", .value = std::to_string(limit - used)});
  headers.push_back({.name = "X-Rate-Limit-Reset",
                     .value = std::to_string((this_window() + 1) * window_seconds)});
}

}  // namespace mocks::idp
