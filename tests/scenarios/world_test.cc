// The world of a rehearsal grants what users install, and nothing more.
#include "scenarios/world.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mocks/sim/event_queue.h"

BOOST_AUTO_TEST_SUITE(world)

BOOST_AUTO_TEST_CASE(the_rotators_policy_in_vault_is_the_one_that_is_shipped) {
  const scenarios::Scenario scenario;
  mocks::sim::EventQueue queue;
  mocks::sim::Trace trace;
  mocks::sim::NoFaults faults;
  scenarios::World world(queue, trace, faults, scenario, 1);
  const auto answer = world.vault().handle(
      {.method = "GET",
       .origin = "https://vault.example:8200",
       .target = "/v1/sys/policies/acl/rotator",
       .headers = {
           {"X-Vault-Token", world.vault().create_token({"root"}, std::chrono::minutes(1))}}});
  BOOST_TEST_REQUIRE(answer.response.status == 200);
  std::ifstream file(std::string(OVERLAP_SOURCE_DIR) + "/rotator/deploy/vault-policy.hcl");
  std::ostringstream shipped;
  shipped << file.rdbuf();
  BOOST_TEST_REQUIRE(!shipped.str().empty());
  const auto body = nlohmann::json::parse(answer.response.body);
  BOOST_TEST(body["data"]["policy"].get<std::string>() == shipped.str());
}

BOOST_AUTO_TEST_SUITE_END()
