#include "mocks/idp/auth0/console.h"

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

// The credential in Vault is {"client_id", "client_secret"} of the machine-to-machine application.
ports::Result<std::string> fetch_token(const Console::Session& session) {
  const auto credential = parsed(session.admin_token);
  // The audience is the tenant's own address, which the person knows; here the answer's issuer
  // tells it.
  const auto discovery = session.send(
      {.method = "GET", .target = "/.well-known/openid-configuration", .headers = {}, .body = {}});
  if (!discovery) return ports::fail(discovery.error());
  const json body = {{"grant_type", "client_credentials"},
                     {"client_id", jq(credential, "client_id")},
                     {"client_secret", jq(credential, "client_secret")},
                     {"audience", jq(parsed(discovery->body), "issuer") + "api/v2/"}};
  const auto answer = session.send({.method = "POST",
                                    .target = "/oauth/token",
                                    .headers = {{"Content-Type", "application/json"}},
                                    .body = body.dump()});
  if (!answer) return ports::fail(answer.error());
  return jq(parsed(answer->body), "access_token");
}

ports::Result<Console::Shown> curl(const Console::Session& session, const char* method,
                                   const char* below, std::string body) {
  auto token = fetch_token(session);
  if (!token) return ports::fail(token.error());
  ports::Request request{.method = method,
                         .target = "/api/v2/clients/" + session.client_id + below,
                         .headers = {{"Authorization", "Bearer " + *token}},
                         .body = std::move(body)};
  if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  const auto answer = session.send(std::move(request));
  if (!answer) return ports::fail(answer.error());
  return Console::Shown{.id = {}, .value = jq(parsed(answer->body), "client_secret")};
}

}  // namespace

ports::Result<std::string> Auth0Console::look_up(const Session&) const { return std::string(); }

ports::Result<Console::Shown> Auth0Console::create(const Session& session,
                                                   std::optional<std::string> value) const {
  if (!value) return replace(session);
  return curl(session, "PATCH", "", json{{"client_secret", *value}}.dump());
}

ports::Result<Console::Shown> Auth0Console::replace(const Session& session) const {
  return curl(session, "POST", "/rotate-secret", {});
}

ports::Status Auth0Console::remove(const Session&, const std::string&) const { return {}; }

}  // namespace mocks::idp
