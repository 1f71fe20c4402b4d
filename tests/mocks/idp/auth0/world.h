// A tenant for the tests: virtual time, one portal client, three administrators.
#pragma once

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "mocks/idp/auth0/auth0.h"
#include "mocks/idp/encoding.h"
#include "mocks/sim/event_queue.h"
#include "tests/mocks/idp/world.h"

namespace auth0_test {

using nlohmann::json;
using std::chrono::seconds;

inline const std::string tenant = "https://portal.eu.auth0.example";
inline const std::string client_id = "syntheticClient01";
inline const std::string old_secret = "synthetic-old-secret-0000000000001";
inline const std::string new_secret = "synthetic-new-secret-0000000000002";
inline const std::string callback = "https://portal.example/callback";
inline const std::string clients = "/api/v2/clients/" + client_id;

// As make_auth0, and two administrators who may do less.
inline mocks::idp::Auth0Options options_for_tests(mocks::idp::CoreOptions core) {
  return {.core = core,
          .origin = tenant,
          .administrators = {{.client_id = "machine", .client_secret = "synthetic-machine"},
                             {.client_id = "keyless",
                              .client_secret = "synthetic-keyless",
                              .scopes = {"read:clients", "update:clients"}},
                             {.client_id = "stranger",
                              .client_secret = "synthetic-stranger",
                              .scopes = {"read:logs"}}},
          .default_audience = "https://api.portal.example"};
}

// A change counts at once unless `core` says otherwise.
struct World {
  explicit World(mocks::idp::CoreOptions core = {.max_secrets = 1})
      : World(options_for_tests(core)) {}
  explicit World(mocks::idp::Auth0Options options)
      : auth0(queue, facts, mocks::sim::Draws(7), std::move(options)) {
    auth0.add_client({.client_id = client_id, .label = "Portal", .redirect_uris = {callback}},
                     old_secret);
  }

  ports::Response send(const ports::Request& request) { return auth0.handle(request).response; }

  ports::Response post_form(const std::string& path, const std::string& form,
                            const std::string& authorization = {}) {
    ports::Request request{.method = "POST",
                           .target = path,
                           .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                           .body = form};
    if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
    return send(request);
  }
  ports::Response probe(const std::string& secret) {
    return post_form("/oauth/token", "grant_type=client_credentials&client_id=" + client_id +
                                         "&client_secret=" + secret);
  }

  std::string management_token(const std::string& machine = "machine") {
    const json body = {{"grant_type", "client_credentials"},
                       {"client_id", machine},
                       {"client_secret", "synthetic-" + machine},
                       {"audience", tenant + "/api/v2/"}};
    const auto answer = send({.method = "POST",
                              .target = "/oauth/token",
                              .headers = {{"Content-Type", "application/json"}},
                              .body = body.dump()});
    BOOST_TEST_REQUIRE(answer.status == 200, answer.body);
    return json::parse(answer.body).value("access_token", "");
  }
  ports::Response manage(const std::string& method, const std::string& path, const json& body = {},
                         const std::string& machine = "machine") {
    return send({.method = method,
                 .target = path,
                 .headers = {{"Authorization", "Bearer " + management_token(machine)}},
                 .body = body.is_null() ? std::string() : body.dump()});
  }
  void wait(ports::Duration time) { queue.run_until(queue.now() + time); }

  mocks::sim::EventQueue queue;
  idp_test::Recorder facts;
  mocks::idp::Auth0 auth0;
};

inline void expect_api_error(const ports::Response& response, int status, const std::string& error,
                             const std::string& code, const std::string& message) {
  BOOST_TEST(response.status == status);
  const auto body = json::parse(response.body);
  BOOST_TEST(body.value("statusCode", 0) == status);
  BOOST_TEST(body.value("error", "") == error);
  BOOST_TEST(body.value("errorCode", "") == code);
  BOOST_TEST(body.value("message", "") == message);
}

inline void expect_oauth_error(const ports::Response& response, int status,
                               const std::string& error, const std::string& description) {
  BOOST_TEST(response.status == status);
  const auto body = json::parse(response.body);
  BOOST_TEST(body.value("error", "") == error);
  BOOST_TEST(body.value("error_description", "") == description);
  BOOST_TEST(ports::find_header(response.headers, "Cache-Control").value_or("") == "no-store");
}

}  // namespace auth0_test
