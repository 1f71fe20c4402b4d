// The world of a rehearsal grants what users install, and nothing more.
#include "scenarios/world.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include <yaml-cpp/yaml.h>

#include "mocks/sim/event_queue.h"

BOOST_AUTO_TEST_SUITE(world)

namespace {

// Every single thing that a list of rules allows: "VERB GROUP/RESOURCE NAME", * for any name.
template <typename Node, typename Words>
void add_allowed(const Node& rule, const Words& words, std::set<std::string>& all) {
  auto names = words(rule, "resourceNames");
  if (names.empty()) names = {"*"};
  for (const auto& verb : words(rule, "verbs"))
    for (const auto& group : words(rule, "apiGroups"))
      for (const auto& resource : words(rule, "resources"))
        for (const auto& name : names) {
          auto one = verb;
          all.insert(
              one.append(" ").append(group).append("/").append(resource).append(" ").append(name));
        }
}

std::vector<std::string> yaml_words(const YAML::Node& rule, const char* key) {
  std::vector<std::string> all;
  for (const auto& one : rule[key]) all.push_back(one.Scalar());
  return all;
}

std::vector<std::string> json_words(const nlohmann::json& rule, const char* key) {
  return rule.value(key, std::vector<std::string>{});
}

}  // namespace

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

// Asked of the world itself, beside what the API server lets everybody do.
BOOST_AUTO_TEST_CASE(the_rotators_role_in_kubernetes_is_the_one_that_is_shipped) {
  const scenarios::Scenario scenario;
  mocks::sim::EventQueue queue;
  mocks::sim::Trace trace;
  mocks::sim::NoFaults faults;
  scenarios::World world(queue, trace, faults, scenario, 1);
  const auto answer = world.kubernetes().handle(
      {.method = "POST",
       .origin = "https://kubernetes.example:6443",
       .target = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
       .headers = {{"Authorization", "Bearer " + world.credentials().kubernetes_token},
                   {"Content-Type", "application/json"}},
       .body = R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectRulesReview",)"
               R"("spec":{"namespace":"platform"}})"});
  BOOST_TEST_REQUIRE(answer.response.status == 201);
  std::set<std::string> allowed;
  const auto review = nlohmann::json::parse(answer.response.body);
  for (const auto& rule : review["status"]["resourceRules"])
    if (const auto groups = json_words(rule, "apiGroups");
        groups != std::vector<std::string>{"authorization.k8s.io"} &&
        groups != std::vector<std::string>{"authentication.k8s.io"})
      add_allowed(rule, json_words, allowed);
  std::set<std::string> shipped;
  for (const auto& document :
       YAML::LoadAllFromFile(std::string(OVERLAP_SOURCE_DIR) + "/rotator/deploy/rbac.yaml"))
    if (document["kind"].Scalar() == "Role")
      for (const auto& rule : document["rules"]) add_allowed(rule, yaml_words, shipped);
  BOOST_TEST_REQUIRE(shipped.contains("patch apps/deployments portal-backend"));
  BOOST_TEST(allowed == shipped, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
