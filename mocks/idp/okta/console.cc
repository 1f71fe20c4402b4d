#include "mocks/idp/okta/console.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace mocks::idp {
namespace {

using nlohmann::json;

// What `jq -r .NAME` prints: the text, or "null" when it is not there.
std::string jq(const json& body, const char* name) {
  if (!body.is_object() || !body.contains(name)) return "null";
  return body[name].is_string() ? body[name].get<std::string>() : body[name].dump();
}

json parsed(const std::string& text) { return json::parse(text, nullptr, false); }

std::string client_path(const Console::Session& session) {
  return "/oauth2/v1/clients/" + session.client_id;
}

std::string secrets_path(const Console::Session& session) {
  return client_path(session) + "/credentials/secrets";
}

ports::Result<ports::Response> curl(const Console::Session& session, const char* method,
                                    std::string target, std::string body = {}) {
  ports::Request request{
      .method = method,
      .target = std::move(target),
      .headers = {{"Authorization", "SSWS " + session.admin_token}, {"Accept", "application/json"}},
      .body = std::move(body)};
  if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  return session.send(std::move(request));
}

ports::Result<Console::Shown> shown(const ports::Result<ports::Response>& answer) {
  if (!answer) return ports::fail(answer.error());
  const auto body = parsed(answer->body);
  return Console::Shown{.id = jq(body, "id"), .value = jq(body, "client_secret")};
}

}  // namespace

ports::Result<std::string> OktaConsole::look_up(const Session& session) const {
  const auto answer = curl(session, "GET", secrets_path(session));
  if (!answer) return ports::fail(answer.error());
  const auto list = parsed(answer->body);
  if (!list.is_array() || list.empty()) return std::string();
  // The API promises no order: the one that was created first.
  const auto oldest = std::min_element(list.begin(), list.end(), [](const json& a, const json& b) {
    return jq(a, "created") < jq(b, "created");
  });
  return jq(*oldest, "id");
}

ports::Result<Console::Shown> OktaConsole::create(const Session& session,
                                                  std::optional<std::string> value) const {
  return shown(curl(session, "POST", secrets_path(session),
                    value ? json{{"client_secret", *value}}.dump() : std::string()));
}

ports::Result<Console::Shown> OktaConsole::replace(const Session& session) const {
  return shown(curl(session, "POST", client_path(session) + "/lifecycle/newSecret"));
}

ports::Status OktaConsole::remove(const Session& session, const std::string& id) const {
  const auto answer = curl(session, "DELETE", secrets_path(session) + "/" + id);
  if (!answer) return ports::fail(answer.error());
  if (answer->status / 100 != 2)
    return ports::fail(ports::ErrorCode::refused,
                       "the secret cannot be deleted: " + jq(parsed(answer->body), "errorSummary"));
  return {};
}

}  // namespace mocks::idp
