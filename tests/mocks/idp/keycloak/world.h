// A small world with a Keycloak: virtual time, the facts told, one client of a realm whose policy
// lets a rotated secret live for ten minutes.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>

#include "mocks/idp/encoding.h"
#include "mocks/idp/keycloak/keycloak.h"
#include "tests/mocks/idp/world.h"

namespace keycloak_test {

using idp_test::seconds;
using mocks::idp::keycloak::Keycloak;
using mocks::idp::keycloak::Options;
using nlohmann::json;

inline constexpr const char* client_id = "portal";
inline constexpr const char* first = "synthetic-first-secret-000000000001";
inline constexpr const char* redirect_uri = "https://portal.example/callback";

inline Options options_for_tests() {
  Options options;
  options.origin = "https://keycloak.example";
  options.core = mocks::idp::keycloak::keycloak_core({});
  options.core.succession = {.grace = seconds(600), .life = seconds(3600)};
  options.administrators = {
      {.client_id = "rotator", .client_secret = "synthetic-admin"},
      {.client_id = "clerk", .client_secret = "synthetic-clerk", .may_read_policies = false},
      {.client_id = "reader", .client_secret = "synthetic-reader", .may_manage = false}};
  return options;
}

struct World {
  explicit World(Options options = options_for_tests())
      : keycloak(queue, facts, mocks::sim::Draws(7), std::move(options)) {
    keycloak.add_client(
        {.client_id = client_id, .label = "Portal", .redirect_uris = {redirect_uri}}, first);
  }

  ports::Response send(const ports::Request& request) { return keycloak.handle(request).response; }
  ports::Response post(const std::string& below, std::string form, ports::Headers headers = {}) {
    headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return send({.method = "POST",
                 .target = "/realms/portal/protocol/openid-connect/" + below,
                 .headers = std::move(headers),
                 .body = std::move(form)});
  }
  ports::Response probe(std::string_view secret) {
    return post("token", "grant_type=client_credentials&client_id=portal&client_secret=" +
                             mocks::idp::percent_encode(secret));
  }
  std::string token_of(const std::string& administrator, const std::string& secret) {
    return json::parse(post("token", "grant_type=client_credentials&client_id=" + administrator +
                                         "&client_secret=" + secret)
                           .body)
        .value("access_token", "");
  }
  ports::Response admin(const char* method, const std::string& below, std::string body = {},
                        const std::string& as = "rotator", const char* secret = "synthetic-admin") {
    return send({.method = method,
                 .target = "/admin/realms/portal/" + below,
                 .headers = {{"Authorization", "Bearer " + token_of(as, secret)},
                             {"Content-Type", "application/json"}},
                 .body = std::move(body)});
  }
  std::string client() { return "clients/" + mocks::idp::keycloak::uuid_of(client_id); }
  std::string regenerate() {
    return json::parse(admin("POST", client() + "/client-secret").body).value("value", "");
  }
  void wait(ports::Duration time) { queue.run_until(queue.now() + time); }

  mocks::sim::EventQueue queue;
  idp_test::Recorder facts;
  Keycloak keycloak;
};

inline void expect_error(const ports::Response& answer, int status, const std::string& error,
                         const std::string& description = {}) {
  BOOST_TEST(answer.status == status);
  const auto body = json::parse(answer.body, nullptr, false);
  BOOST_REQUIRE(body.is_object());
  BOOST_TEST(body.value("error", "") == error);
  BOOST_TEST(body.value("error_description", "") == description);
}

inline constexpr const char* bad_credentials = "Invalid client or Invalid client credentials";

}  // namespace keycloak_test
