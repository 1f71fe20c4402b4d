#include "mocks/idp/keycloak/admin.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "mocks/idp/encoding.h"
#include "mocks/idp/keycloak/reply.h"

namespace mocks::idp::keycloak {
namespace {

using Json = nlohmann::ordered_json;

ports::Response unauthorized() { return error(401, "HTTP 401 Unauthorized"); }
ports::Response forbidden() { return error(403, "HTTP 403 Forbidden"); }
ports::Response nothing_there() { return error(404, "HTTP 404 Not Found"); }

std::string seconds_text(ports::WallTime at) { return std::to_string(epoch_seconds(at)); }
std::string seconds_text(ports::Duration life) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(life).count());
}

std::string value_json(const std::string& value) {
  return Json{{"type", "secret"}, {"value", value}}.dump();
}

bool has(const Registration& client, GrantType grant) {
  const auto& grants = client.grant_types;
  return std::find(grants.begin(), grants.end(), grant) != grants.end();
}

}  // namespace

std::string uuid_of(std::string_view client_id) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string uuid;
  for (const char byte : sha256(client_id).substr(0, 16)) {
    const auto bits = static_cast<unsigned char>(byte);
    uuid += digits[bits >> 4U];
    uuid += digits[bits & 15U];
    if (uuid.size() == 8 || uuid.size() == 13 || uuid.size() == 18 || uuid.size() == 23)
      uuid += '-';
  }
  return uuid;
}

const Administrator* Admin::who(const ports::Request& http) const {
  const auto header = ports::find_header(http.headers, "Authorization");
  const auto token = header ? after_scheme(*header, "Bearer ") : std::nullopt;
  const auto claims = token ? tokens_.read(*token, core_.scheduler().wall_now()) : std::nullopt;
  if (!claims) return nullptr;
  const auto client_id = text_claim(claims->root(), "azp");
  for (const auto& administrator : options_.administrators)
    if (administrator.client_id == client_id) return &administrator;
  return nullptr;
}

const Registration* Admin::client_by(std::string_view uuid) const {
  for (const auto* client : core_.clients())
    if (uuid_of(client->client_id) == uuid) return client;
  return nullptr;
}

ports::Response Admin::handle(const ApiRequest& request) {
  const auto* const asks = who(request.http);
  if (asks == nullptr) return unauthorized();
  const auto& segments = request.segments;
  if (segments.size() == 2 && segments[1] == "serverinfo") return server_info();
  if (segments.size() < 4 || segments[1] != "realms") return nothing_there();
  if (segments[2] != realm) return error(404, "Realm not found.");
  if (segments[3] == "client-policies") return policies(request, *asks);
  if (segments[3] != "clients") return nothing_there();
  if (segments.size() == 4) return clients(request, *asks);
  const auto* const client = client_by(segments[4]);
  if (!request.is("GET") && !asks->may_manage && !(request.is("DELETE") && segments.size() == 7))
    return forbidden();
  if (client == nullptr) return error(404, "Could not find client");
  if (segments.size() == 5) return this->client(request, *asks, *client);
  if (segments[5] != "client-secret") return nothing_there();
  if (segments.size() == 6) return client_secret(request, *asks, *client);
  return segments.size() == 7 && segments[6] == "rotated" ? rotated(request, *asks, *client)
                                                          : nothing_there();
}

ports::Response Admin::clients(const ApiRequest& request, const Administrator& who) {
  if (!request.is("GET")) return nothing_there();
  const auto query = Form::parse(request.query);
  auto list = Json::array();
  for (const auto* client : core_.clients())
    if (!query || !query->has("clientId") || query->value("clientId") == client->client_id)
      list.push_back(representation(*client, who));
  return shown(list.dump());
}

ports::Response Admin::client(const ApiRequest& request, const Administrator& who,
                              const Registration& client) {
  if (request.is("PUT")) return put(request, client);
  if (!request.is("GET")) return nothing_there();
  return shown(representation(client, who).dump());
}

ports::Response Admin::client_secret(const ApiRequest& request, const Administrator& /*who*/,
                                     const Registration& client) {
  // What a body says is not looked at: the value cannot be chosen.
  if (request.is("POST"))
    return {.status = 200,
            .headers = {{.name = "Content-Type", .value = "application/json;charset=UTF-8"}},
            .body = value_json(secrets_.regenerate(client.client_id))};
  if (!request.is("GET")) return nothing_there();
  const auto slots = secrets_.slots(client.client_id);
  if (slots.primary == nullptr) return shown(R"({"type":"secret"})");
  return shown(value_json(slots.primary->value));
}

ports::Response Admin::rotated(const ApiRequest& request, const Administrator& who,
                               const Registration& client) {
  if (request.is("DELETE")) {
    if (!who.may_manage)
      return flawed(500, "unknown_error", "For more on this error consult the server log.");
    secrets_.remove_rotated(client.client_id);
    return no_content();
  }
  if (!request.is("GET")) return nothing_there();
  const auto slots = secrets_.slots(client.client_id);
  if (slots.rotated == nullptr) return error(404, "Client does not have a rotated secret");
  // Lapsed or not, it is shown; newer servers may show where it is kept instead.
  return shown(value_json(core_.options().succession.placeholder ? "${vault.client-secret}"
                                                                 : slots.rotated->value));
}

ports::Response Admin::put(const ApiRequest& request, const Registration& client) {
  const auto type = ports::find_header(request.http.headers, "Content-Type");
  if (!type || !type->starts_with("application/json"))
    return error(415, "The content-type header value did not match the value in @Consumes");
  const auto body = Json::parse(request.http.body, nullptr, false);
  if (body.is_discarded()) return flawed(400, "invalid_request", "Cannot parse the JSON");
  if (!body.is_object() || (body.contains("secret") && !body["secret"].is_string()))
    return flawed(400, "unknown_error", "Cannot parse the JSON");
  // A client that has no end yet cannot be given one by a representation without attributes.
  const auto slots = secrets_.slots(client.client_id);
  if (core_.options().succession.possible && slots.primary_ends == ports::WallTime{} &&
      !body.contains("attributes"))
    return flawed(500, "unknown_error", "For more on this error consult the server log.");
  std::optional<std::string> chosen;
  if (body.contains("secret")) chosen = body["secret"].get<std::string>();
  secrets_.update(client.client_id, std::move(chosen));
  return no_content();
}

ports::Response Admin::policies(const ApiRequest& request, const Administrator& who) const {
  const auto& succession = core_.options().succession;
  if (!who.may_read_policies || !succession.readable) return forbidden();
  if (request.segments.size() != 5 || !request.is("GET")) return nothing_there();
  if (request.segments[4] == "profiles") {
    auto profiles = Json::array();
    if (succession.possible)
      profiles.push_back({{"name", "rotation"},
                          {"description", "two secrets for a while"},
                          {"executors",
                           {{{"executor", "secret-rotation"},
                             {"configuration",
                              {{"expiration-period", seconds_text(succession.life)},
                               {"rotated-expiration-period", seconds_text(succession.grace)},
                               {"remaining-rotation-period", "60"}}}}}}});
    return shown(Json{{"profiles", profiles}}.dump());
  }
  if (request.segments[4] != "policies") return nothing_there();
  auto policies = Json::array();
  if (succession.possible)
    policies.push_back(
        {{"name", "confidential clients"},
         {"description", "every confidential client"},
         {"enabled", true},
         {"conditions",
          {{{"condition", "client-access-type"}, {"configuration", {{"type", {"confidential"}}}}}}},
         {"profiles", {"rotation"}}});
  return shown(Json{{"policies", policies}}.dump());
}

ports::Response Admin::server_info() const {
  const Json feature = {{"name", "CLIENT_SECRET_ROTATION"},
                        {"label", "Client Secret Rotation"},
                        {"type", "PREVIEW"},
                        {"enabled", core_.options().succession.possible},
                        {"dependencies", Json::array()}};
  return shown(Json{{"systemInfo", {{"version", "26.7.3"}}}, {"features", {feature}}}.dump());
}

Json Admin::representation(const Registration& client, const Administrator& who) const {
  const auto slots = secrets_.slots(client.client_id);
  Json attributes = {{"realm_client", "false"}};
  if (slots.primary != nullptr) {
    attributes["client.secret.creation.time"] = seconds_text(slots.primary->created);
    if (slots.primary_ends != ports::WallTime{})
      attributes["client.secret.expiration.time"] = seconds_text(slots.primary_ends);
  }
  if (slots.rotated != nullptr) {
    attributes["client.secret.rotated"] = slots.rotated->value;
    // From when on it is the rotated one: as long as the primary exists.
    attributes["client.secret.rotated.creation.time"] =
        seconds_text(slots.primary != nullptr ? slots.primary->created : slots.rotated->created);
    if (slots.rotated_ends != ports::WallTime{})
      attributes["client.secret.rotated.expiration.time"] = seconds_text(slots.rotated_ends);
  }
  Json all = {{"id", uuid_of(client.client_id)}, {"clientId", client.client_id}};
  if (!client.label.empty()) all["name"] = client.label;
  all["surrogateAuthRequired"] = false;
  all["enabled"] = true;
  all["alwaysDisplayInConsole"] = false;
  all["clientAuthenticatorType"] =
      client.authentication_method == AuthenticationMethod::private_key_jwt ? "client-jwt"
                                                                            : "client-secret";
  if (slots.primary != nullptr) all["secret"] = slots.primary->value;
  all["redirectUris"] = client.redirect_uris;
  all["webOrigins"] = Json::array();
  all["notBefore"] = 0;
  all["bearerOnly"] = false;
  all["consentRequired"] = false;
  all["standardFlowEnabled"] = has(client, GrantType::authorization_code);
  all["implicitFlowEnabled"] = false;
  all["directAccessGrantsEnabled"] = false;
  all["serviceAccountsEnabled"] = has(client, GrantType::client_credentials);
  all["publicClient"] = client.authentication_method == AuthenticationMethod::none;
  all["frontchannelLogout"] = false;
  all["protocol"] = "openid-connect";
  all["attributes"] = std::move(attributes);
  all["authenticationFlowBindingOverrides"] = Json::object();
  all["fullScopeAllowed"] = true;
  all["nodeReRegistrationTimeout"] = -1;
  all["defaultClientScopes"] = {"web-origins", "service_account", "acr",  "profile",
                                "roles",       "basic",           "email"};
  all["optionalClientScopes"] = {"address", "phone", "offline_access", "organization",
                                 "microprofile-jwt"};
  all["access"] = {{"view", true}, {"configure", who.may_manage}, {"manage", who.may_manage}};
  return all;
}

}  // namespace mocks::idp::keycloak
