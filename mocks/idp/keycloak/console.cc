#include "mocks/idp/keycloak/console.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace mocks::idp::keycloak {
namespace {

using nlohmann::json;

constexpr const char* base = "/admin/realms/portal/clients";

json parsed(const std::string& text) { return json::parse(text, nullptr, false); }

std::string jq(const json& body, const char* name) {
  if (!body.is_object() || !body.contains(name)) return "null";
  return body[name].is_string() ? body[name].get<std::string>() : body[name].dump();
}

// One `curl -s` with a token that is fetched for it, since it lives for a minute only.
ports::Result<ports::Response> curl(const Console::Session& session, const char* method,
                                    std::string target, std::string body = {}) {
  const auto credential = parsed(session.admin_token);
  const auto token = session.send(
      {.method = "POST",
       .target = "/realms/portal/protocol/openid-connect/token",
       .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
       .body = "grant_type=client_credentials&client_id=" + jq(credential, "client_id") +
               "&client_secret=" + jq(credential, "client_secret")});
  if (!token) return token;
  return session.send(
      {.method = method,
       .target = std::move(target),
       .headers = {{"Authorization", "Bearer " + jq(parsed(token->body), "access_token")},
                   {"Content-Type", "application/json"}},
       .body = std::move(body)});
}

// Below the client with the UUID that the list shows.
ports::Result<ports::Response> curl_client(const Console::Session& session, const char* method,
                                           const std::string& below, std::string body = {}) {
  const auto list = curl(session, "GET", std::string(base) + "?clientId=" + session.client_id);
  if (!list) return list;
  const auto found = parsed(list->body);
  const auto id = found.is_array() && !found.empty() ? jq(found.front(), "id") : "null";
  return curl(session, method, std::string(base) + "/" + id + below, std::move(body));
}

}  // namespace

ports::Result<std::string> Console::look_up(const Session&) const { return std::string("rotated"); }

ports::Result<Console::Shown> Console::create(const Session& session,
                                              std::optional<std::string> value) const {
  if (!value) return replace(session);
  const auto answer = curl_client(
      session, "PUT", "",
      json{{"clientId", session.client_id}, {"secret", *value}, {"attributes", json::object()}}
          .dump());
  if (!answer) return ports::fail(answer.error());
  return Shown{.id = "rotated", .value = *value};
}

ports::Result<Console::Shown> Console::replace(const Session& session) const {
  const auto answer = curl_client(session, "POST", "/client-secret");
  if (!answer) return ports::fail(answer.error());
  return Shown{.id = "rotated", .value = jq(parsed(answer->body), "value")};
}

ports::Status Console::remove(const Session& session, const std::string&) const {
  const auto answer = curl_client(session, "DELETE", "/client-secret/rotated");
  if (!answer) return ports::fail(answer.error());
  if (answer->status / 100 != 2)
    return ports::fail(ports::ErrorCode::refused, "the rotated secret cannot be deleted: " +
                                                      jq(parsed(answer->body), "error"));
  return {};
}

}  // namespace mocks::idp::keycloak
