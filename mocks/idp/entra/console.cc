#include "mocks/idp/entra/console.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "mocks/idp/encoding.h"

namespace mocks::idp::entra {
namespace {

using nlohmann::json;

json parsed(const std::string& text) { return json::parse(text, nullptr, false); }

// What `jq -r .NAME` prints: the text, or "null" when it is not there.
std::string jq(const json& body, const char* name) {
  if (!body.is_object() || !body.contains(name)) return "null";
  return body[name].is_string() ? body[name].get<std::string>() : body[name].dump();
}

// TOKEN=$(curl -d client_id=... -d client_secret=... .../token | jq -r .access_token)
ports::Result<std::string> graph_token(const Console::Session& session, const std::string& tenant) {
  const auto credential = parsed(session.admin_token);
  const auto answer = session.send(
      {.method = "POST",
       .target = "/" + tenant + "/oauth2/v2.0/token",
       .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
       .body = "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
               "&client_id=" +
               percent_encode(jq(credential, "client_id")) +
               "&client_secret=" + percent_encode(jq(credential, "client_secret"))});
  if (!answer) return ports::fail(answer.error());
  return jq(parsed(answer->body), "access_token");
}

struct Line {
  const char* method = "GET";
  std::string below = {};  // the application's path
  std::string body = {};
};

ports::Result<ports::Response> curl(const Console::Session& session, const std::string& token,
                                    Line line) {
  ports::Request request{
      .method = line.method,
      .target = "/v1.0/applications(appId='" + session.client_id + "')" + line.below,
      .headers = {{"Authorization", "Bearer " + token}, {"Accept", "application/json"}},
      .body = std::move(line.body)};
  if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  return session.send(std::move(request));
}

// The keyIds, oldest first.
ports::Result<std::vector<std::string>> key_ids(const Console::Session& session,
                                                const std::string& token) {
  const auto answer = curl(session, token, {.below = "?$select=passwordCredentials"});
  if (!answer) return ports::fail(answer.error());
  const auto body = parsed(answer->body);
  std::vector<std::pair<std::string, std::string>> dated;
  if (body.is_object() && body.contains("passwordCredentials"))
    for (const auto& one : body["passwordCredentials"])
      dated.emplace_back(jq(one, "startDateTime"), jq(one, "keyId"));
  std::sort(dated.begin(), dated.end());
  std::vector<std::string> ids;
  for (auto& [start, id] : dated) ids.push_back(std::move(id));
  return ids;
}

ports::Result<Console::Shown> add(const Console::Session& session, const std::string& token) {
  const auto answer =
      curl(session, token,
           {.method = "POST",
            .below = "/addPassword",
            .body = json{{"passwordCredential", {{"displayName", "portal"}}}}.dump()});
  if (!answer) return ports::fail(answer.error());
  const auto body = parsed(answer->body);
  return Console::Shown{.id = jq(body, "keyId"), .value = jq(body, "secretText")};
}

ports::Status remove_key(const Console::Session& session, const std::string& token,
                         const std::string& id) {
  const auto answer =
      curl(session, token,
           {.method = "POST", .below = "/removePassword", .body = json{{"keyId", id}}.dump()});
  if (!answer) return ports::fail(answer.error());
  if (answer->status / 100 == 2) return {};
  const auto body = parsed(answer->body);
  return ports::fail(
      ports::ErrorCode::refused,
      "the secret cannot be deleted: " +
          jq(body.is_object() ? body.value("error", json::object()) : json::object(), "message"));
}

}  // namespace

ports::Result<std::string> EntraConsole::look_up(const Session& session) const {
  const auto token = graph_token(session, tenant_);
  if (!token) return ports::fail(token.error());
  const auto ids = key_ids(session, *token);
  if (!ids) return ports::fail(ids.error());
  return ids->empty() ? std::string() : ids->front();
}

ports::Result<Console::Shown> EntraConsole::create(const Session& session,
                                                   std::optional<std::string> value) const {
  if (value)
    return ports::fail(ports::ErrorCode::refused,
                       "nobody can choose the value of a secret at Microsoft Graph");
  const auto token = graph_token(session, tenant_);
  if (!token) return ports::fail(token.error());
  return add(session, *token);
}

ports::Result<Console::Shown> EntraConsole::replace(const Session& session) const {
  const auto token = graph_token(session, tenant_);
  if (!token) return ports::fail(token.error());
  const auto before = key_ids(session, *token);
  if (!before) return ports::fail(before.error());
  auto shown = add(session, *token);
  if (!shown) return shown;
  for (const auto& id : *before)
    if (const auto removed = remove_key(session, *token, id);
        !removed && removed.error().code != ports::ErrorCode::refused)
      return ports::fail(removed.error());
  return shown;
}

ports::Status EntraConsole::remove(const Session& session, const std::string& id) const {
  const auto token = graph_token(session, tenant_);
  if (!token) return ports::fail(token.error());
  return remove_key(session, *token, id);
}

}  // namespace mocks::idp::entra
