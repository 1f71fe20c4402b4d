// A planted mistake a gate: the hazard that it stands against, with the gate and without it. The
// two files of a pair differ in the switch alone.
#include <boost/test/unit_test.hpp>

#include "rotator/rotation/configuration.h"
#include "scenarios/run.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(gates)

namespace {

using scenarios::Report;
using scenarios::Scenario;
using scenarios::Verdict;

std::string file_of(rotator::Gate gate, const char* ending) {
  return testing::in_project("scenarios/field/gate_" + std::string(to_string(gate)) + ending);
}

Scenario load(const std::string& file) {
  auto scenario = scenarios::load_scenario(file);
  BOOST_REQUIRE_MESSAGE(scenario.has_value(), scenario.error().message);
  return *scenario;
}

Report run(const Scenario& scenario) {
  auto report = scenarios::run_simulated(scenario, {.seed = scenario.seed});
  BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().message);
  return *report;
}

rotator::Configuration configuration(const Scenario& scenario) {
  return scenarios::rotation_configuration(scenario, scenario.driver,
                                           scenarios::simulated_endpoints, {});
}

int violations(const Report& report) {
  int count = 0;
  for (const auto& invariant : report.invariants)
    if (invariant.verdict != Verdict::pass) ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_pair_differs_in_one_gate_alone) {
  for (const auto gate : rotator::all_gates) {
    BOOST_TEST_CONTEXT(to_string(gate)) {
      const auto on = load(file_of(gate, ".yaml"));
      const auto off = load(file_of(gate, "_off.yaml"));
      auto with = configuration(on);
      auto without = configuration(off);
      BOOST_TEST(with.rotation.disabled_gates.empty());
      BOOST_TEST((without.rotation.disabled_gates == std::set<rotator::Gate>{gate}));
      without.rotation.disabled_gates.clear();
      BOOST_TEST(scenarios::configuration_yaml(with, "k", "c") ==
                 scenarios::configuration_yaml(without, "k", "c"));
      BOOST_TEST(on.timeline.size() == off.timeline.size());
      BOOST_TEST(on.faults.size() == off.faults.size());
      BOOST_TEST(on.seed == off.seed);
    }
  }
}

// With every gate on, whoever drives the old secret out has harmed nobody: no invariant is
// violated, and no login fails, but for the outage which is the hazard of the quiet period itself.
BOOST_AUTO_TEST_CASE(protect_while_they_are_on) {
  for (const auto gate : rotator::all_gates) {
    BOOST_TEST_CONTEXT(to_string(gate)) {
      const auto report = run(load(file_of(gate, ".yaml")));
      BOOST_TEST(report.as_expected, scenarios::text_details(report));
      BOOST_TEST(violations(report) == 0, scenarios::text_details(report));
      if (gate == rotator::Gate::quiet_period) {
        BOOST_TEST((report.rotation.outcome == rotator::Ending::rolled_back));
        BOOST_TEST(report.logins.failed ==
                   report.logins.by_cause.at(mocks::users::Cause::idp_unavailable));
        continue;
      }
      BOOST_TEST((report.rotation.outcome == rotator::Ending::done));
      BOOST_TEST(report.logins.failed == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(each_goes_red_when_it_alone_is_off) {
  for (const auto gate : rotator::all_gates) {
    BOOST_TEST_CONTEXT(to_string(gate)) {
      const auto report = run(load(file_of(gate, "_off.yaml")));
      BOOST_TEST(report.as_expected, scenarios::text_details(report));
      BOOST_TEST((report.verdict == Verdict::fail));
      BOOST_TEST(violations(report) > 0, scenarios::text_details(report));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
