// A small world for the Entra mock's tests: one application, an administrator who may write and one
// who may only read.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

#include "mocks/idp/encoding.h"
#include "mocks/idp/entra/entra.h"
#include "mocks/sim/event_queue.h"
#include "tests/mocks/idp/world.h"

namespace entra_test {

using nlohmann::json;
using std::chrono::seconds;

inline constexpr const char* origin = "https://login.example";
inline constexpr const char* app_id = "11111111-2222-4333-8444-555555555555";
inline constexpr const char* object_id = "99999999-8888-4777-8666-555555555555";
inline constexpr const char* old_secret = "old8Q~synthetic.old-secret_00000000000001";
inline constexpr const char* redirect_uri = "https://portal.example/callback";

inline mocks::idp::entra::EntraOptions options_for_tests(mocks::idp::CoreOptions core = {}) {
  mocks::idp::entra::EntraOptions options{.core = core, .origin = origin};
  options.administrators = {{.client_id = "writer", .client_secret = "synthetic-writer"},
                            {.client_id = "reader",
                             .client_secret = "synthetic-reader",
                             .right = mocks::idp::entra::GraphRight::read},
                            {.client_id = "nobody",
                             .client_secret = "synthetic-nobody",
                             .right = mocks::idp::entra::GraphRight::none}};
  return options;
}

struct World {
  explicit World(mocks::idp::entra::EntraOptions options = options_for_tests())
      : entra(queue, facts, mocks::sim::Draws(7), std::move(options)) {
    mocks::idp::Registration registration;
    registration.client_id = app_id;
    registration.object_id = object_id;
    registration.label = "Portal";
    registration.redirect_uris = {redirect_uri};
    old_id = entra.add_client(std::move(registration), old_secret);
  }

  ports::Response send(const ports::Request& request) { return entra.handle(request).response; }
  static json parse(const ports::Response& response) {
    return json::parse(response.body, nullptr, false);
  }

  std::string tenant_path(const std::string& below) const {
    return "/" + entra.options().tenant + below;
  }
  ports::Response token(const std::string& form) {
    return send({.method = "POST",
                 .target = tenant_path("/oauth2/v2.0/token"),
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                 .body = form});
  }
  ports::Response probe(const std::string& secret) {
    return token(
        "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        "&client_id=" +
        std::string(app_id) + "&client_secret=" + mocks::idp::percent_encode(secret));
  }
  std::string admin_token(const std::string& name) {
    const auto answer = token(
        "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        "&client_id=" +
        name + "&client_secret=synthetic-" + name);
    return parse(answer).value("access_token", "");
  }
  // As `who`, below the application's object id.
  ports::Response graph(const std::string& method, const std::string& below,
                        const std::string& body = {}, const std::string& who = "writer") {
    return send({.method = method,
                 .target = std::string("/v1.0/applications/") + object_id + below,
                 .headers = {{"Authorization", "Bearer " + admin_token(who)}},
                 .body = body});
  }
  ports::Response add(const std::string& credential = "{}") {
    return graph("POST", "/addPassword", R"({"passwordCredential":)" + credential + "}");
  }
  ports::Response remove(const std::string& id) {
    return graph("POST", "/removePassword", R"({"keyId":")" + id + "\"}");
  }
  json listed() {
    return parse(graph("GET", "?$select=passwordCredentials"))["passwordCredentials"];
  }
  void wait(ports::Duration time) { queue.run_until(queue.now() + time); }

  mocks::sim::EventQueue queue;
  idp_test::Recorder facts;
  mocks::idp::entra::Entra entra;
  std::string old_id;
};

}  // namespace entra_test
