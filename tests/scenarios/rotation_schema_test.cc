// The schema that `rotator schema` prints, held against whole files by a validator that no one here
// wrote.
#include <boost/test/unit_test.hpp>

#include "rotator/cli/config.h"
#include "scenarios/run.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(rotation_schema)

namespace {

const testing::Schema& schema() {
  static const testing::Schema held("rotation.yaml", rotator::configuration_schema());
  return held;
}

std::string example() {
  return testing::read_file(testing::in_project("rotator/cli/rotation.example.yaml"));
}

// The example with `from` replaced.
std::string with(const std::string& from, const std::string& to) {
  auto text = example();
  const auto at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_CASE(takes_the_installed_example) {
  BOOST_TEST(schema().complaints_about_yaml(example()) == "");
}

BOOST_AUTO_TEST_CASE(takes_what_a_rehearsal_writes_for_the_rotator) {
  const auto scenario = scenarios::load_scenario(
      testing::in_project("scenarios/field/gate_every_pod_on_new_off.yaml"));
  BOOST_REQUIRE(scenario.has_value());
  const auto configuration = scenarios::rotation_configuration(*scenario, scenario->driver,
                                                               scenarios::simulated_endpoints, {});
  const auto text = scenarios::configuration_yaml(configuration, "kubeconfig", "ca.pem");
  BOOST_TEST(schema().complaints_about_yaml(text) == "", text);
}

BOOST_AUTO_TEST_CASE(refuses_what_the_reader_refuses) {
  for (const auto& wrong :
       {with("  soak: 5m", "  soak: 5 minutes"), with("  soak: 5m", "  soaked: 5m"),
        with("strategy: overlap", "strategy: hope"),
        with("https://example.okta.com", "http://example.okta.com"),
        with("  deployment: portal-backend\n", ""),
        with("stop_after_failures: 0", "stop_after_failures: -1"),
        with("kubernetes_events: true", "kubernetes_events: often"),
        with("    query: sum(portal_login_failures_total)\n", ""),
        with("notifications:", "unsafe: {disabled_gates: [luck]}\nnotifications:")}) {
    BOOST_TEST(!schema().complaints_about_yaml(wrong).empty(), "the schema takes: " + wrong);
    BOOST_TEST(!rotator::parse_configuration(wrong, "x", {}).has_value(),
               "the reader takes: " + wrong);
  }
}

BOOST_AUTO_TEST_SUITE_END()
