// Keycloak's administration API, as measured on 26.7: two places for a secret, and who may what.
#include <boost/test/unit_test.hpp>

#include "tests/mocks/idp/keycloak/world.h"

BOOST_AUTO_TEST_SUITE(admin)

using keycloak_test::bad_credentials;
using keycloak_test::client_id;
using keycloak_test::expect_error;
using keycloak_test::first;
using keycloak_test::json;
using keycloak_test::options_for_tests;
using keycloak_test::seconds;
using keycloak_test::World;

BOOST_AUTO_TEST_CASE(lets_nobody_in_without_a_bearer_token_that_lives) {
  World world;
  const auto ask = [&](const std::string& authorization) {
    return world.send(
        {.target = "/admin/realms/portal/clients", .headers = {{"Authorization", authorization}}});
  };
  expect_error(world.send({.target = "/admin/realms/portal/clients"}), 401,
               "HTTP 401 Unauthorized");
  expect_error(ask("Bearer garbage"), 401, "HTTP 401 Unauthorized");
  expect_error(ask("Basic cm90YXRvcjp4"), 401, "HTTP 401 Unauthorized");
  const auto token = "Bearer " + world.token_of("rotator", "synthetic-admin");
  BOOST_TEST(ask(token).status == 200);
  world.wait(seconds(60));
  expect_error(ask(token), 401, "HTTP 401 Unauthorized");
}

BOOST_AUTO_TEST_CASE(finds_a_client_by_its_client_id_and_shows_its_secret) {
  World world;
  const auto list = json::parse(world.admin("GET", "clients?clientId=portal").body);
  BOOST_REQUIRE(list.size() == 1U);
  BOOST_TEST(list[0].value("clientId", "") == client_id);
  BOOST_TEST(list[0].value("secret", "") == first);
  BOOST_TEST(json::parse(world.admin("GET", "clients?clientId=nope").body).empty());
  expect_error(world.admin("GET", "clients/portal"), 404, "Could not find client");
  const auto secret = world.admin("GET", world.client() + "/client-secret");
  BOOST_TEST(secret.status == 200);
  BOOST_TEST(secret.body == std::string(R"({"type":"secret","value":")") + first + "\"}");
}

BOOST_AUTO_TEST_CASE(keeps_the_one_before_as_the_rotated_one_and_evicts_what_was_there) {
  World world;
  expect_error(world.admin("GET", world.client() + "/client-secret/rotated"), 404,
               "Client does not have a rotated secret");
  const auto second = world.regenerate();
  BOOST_TEST(second.size() == 86U);
  BOOST_TEST(world.probe(first).status == 200);
  BOOST_TEST(world.probe(second).status == 200);
  BOOST_TEST(json::parse(world.admin("GET", world.client() + "/client-secret/rotated").body)
                 .value("value", "") == first);
  const auto third = world.regenerate();
  expect_error(world.probe(first), 401, "unauthorized_client", bad_credentials);
  BOOST_TEST(world.probe(second).status == 200);
  BOOST_TEST(world.probe(third).status == 200);
}

BOOST_AUTO_TEST_CASE(ends_the_old_one_at_once_without_the_policy_and_says_nothing_of_it) {
  auto options = options_for_tests();
  options.core.succession.possible = false;
  World world(std::move(options));
  BOOST_TEST(world.admin("POST", world.client() + "/client-secret").status == 200);
  expect_error(world.probe(first), 401, "unauthorized_client", bad_credentials);
  BOOST_TEST(world.admin("GET", world.client() + "/client-secret/rotated").status == 404);
}

BOOST_AUTO_TEST_CASE(lets_the_rotated_one_lapse_after_its_last_whole_second_and_still_shows_it) {
  World world;
  world.regenerate();
  world.wait(seconds(600) + std::chrono::milliseconds(999));
  BOOST_TEST(world.probe(first).status == 200);
  world.wait(std::chrono::milliseconds(1));
  BOOST_TEST(world.probe(first).status == 401);
  BOOST_TEST(world.facts.count(mocks::FactKind::secret_refused, first) == 1);
  BOOST_TEST(world.admin("GET", world.client() + "/client-secret/rotated").status == 200);
  BOOST_TEST(world.admin("DELETE", world.client() + "/client-secret/rotated").status == 204);
  BOOST_TEST(world.admin("GET", world.client() + "/client-secret/rotated").status == 404);
  BOOST_TEST(world.admin("DELETE", world.client() + "/client-secret/rotated").status == 204);
}

BOOST_AUTO_TEST_CASE(refuses_an_expired_primary_until_another_one_is_made) {
  World world;
  const auto second = world.regenerate();
  world.wait(seconds(3601));
  BOOST_TEST(world.probe(second).status == 401);
  BOOST_TEST(
      json::parse(world.admin("GET", world.client() + "/client-secret").body).value("value", "") ==
      second);
  const auto third = world.regenerate();
  BOOST_TEST(world.probe(second).status == 200);
  BOOST_TEST(world.probe(third).status == 200);
}

BOOST_AUTO_TEST_CASE(puts_a_chosen_secret_in_the_primarys_place) {
  World world;
  const auto second = world.regenerate();
  const auto body =
      json{{"clientId", client_id}, {"secret", first}, {"attributes", json::object()}};
  BOOST_TEST(world.admin("PUT", world.client(), body.dump()).status == 204);
  BOOST_TEST(world.probe(first).status == 200);
  BOOST_TEST(world.probe(second).status == 401);
  // The value that moved was never without effect.
  BOOST_TEST(world.facts.count(mocks::FactKind::secret_deleted, first) == 0);
  world.wait(seconds(700));
  BOOST_TEST(world.probe(first).status == 200);
  expect_error(world.admin("PUT", world.client(), "{\"a\""), 400, "invalid_request",
               "Cannot parse the JSON");
}

BOOST_AUTO_TEST_CASE(tells_who_may_not) {
  World world;
  const auto as_reader = [&](const char* method, const std::string& below) {
    return world.admin(method, below, {}, "reader", "synthetic-reader");
  };
  BOOST_TEST(as_reader("GET", world.client() + "/client-secret").status == 200);
  expect_error(as_reader("POST", world.client() + "/client-secret"), 403, "HTTP 403 Forbidden");
  expect_error(as_reader("POST", "clients/nobody/client-secret"), 403, "HTTP 403 Forbidden");
  expect_error(as_reader("DELETE", world.client() + "/client-secret/rotated"), 500, "unknown_error",
               "For more on this error consult the server log.");
  expect_error(world.admin("GET", "client-policies/policies", {}, "clerk", "synthetic-clerk"), 403,
               "HTTP 403 Forbidden");
  expect_error(world.admin("PUT", world.client() + "/client-secret"), 404, "HTTP 404 Not Found");
}

BOOST_AUTO_TEST_CASE(shows_the_policy_and_the_feature) {
  World world;
  const auto profiles = json::parse(world.admin("GET", "client-policies/profiles").body);
  BOOST_TEST(profiles.at("/profiles/0/executors/0/executor"_json_pointer) == "secret-rotation");
  BOOST_TEST(
      profiles.at("/profiles/0/executors/0/configuration/rotated-expiration-period"_json_pointer) ==
      "600");
  const auto policies = json::parse(world.admin("GET", "client-policies/policies").body);
  BOOST_TEST(policies.at("/policies/0/conditions/0/configuration/type/0"_json_pointer) ==
             "confidential");
  BOOST_TEST(policies.at("/policies/0/profiles/0"_json_pointer) ==
             profiles.at("/profiles/0/name"_json_pointer));
  const auto info = world.send(
      {.target = "/admin/serverinfo",
       .headers = {{"Authorization", "Bearer " + world.token_of("rotator", "synthetic-admin")}}});
  BOOST_TEST(json::parse(info.body).at("/features/0/name"_json_pointer) ==
             "CLIENT_SECRET_ROTATION");
  BOOST_TEST(json::parse(info.body).at("/features/0/enabled"_json_pointer) == true);
}

BOOST_AUTO_TEST_SUITE_END()
