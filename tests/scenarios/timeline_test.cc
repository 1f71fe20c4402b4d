// What acts of a timeline do to a whole run on the simulated wire.
#include <boost/test/unit_test.hpp>

#include "scenarios/run.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(timeline)

namespace {

// A quiet rotation with this timeline.
scenarios::Report run(const std::string& timeline) {
  const auto scenario = scenarios::parse_scenario(
      "purpose: A test.\nsource: This test.\nrotation: {window: 10m, rollout_deadline: 20m}\n" +
          timeline,
      "scenarios/field/x.yaml");
  BOOST_REQUIRE_MESSAGE(scenario.has_value(), (scenario ? "" : scenario.error().message));
  auto report = scenarios::run_simulated(*scenario, {.seed = 1, .keep_timeline = true});
  BOOST_REQUIRE(report.has_value());
  return std::move(*report);
}

bool says(const scenarios::Report& report, const std::string& line) {
  for (const auto& entry : report.timeline)
    if (entry.what.find(line) != std::string::npos) return true;
  return false;
}

double rollout_s(const scenarios::Report& report) {
  for (const auto& phase : report.phases)
    if (phase.phase == "rollout") return phase.to_s - phase.from_s;
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_partition_of_the_vault_agents_holds_the_rollout_up_until_its_repair) {
  const auto quiet = run("");
  const auto cut =
      run("timeline:\n  - {after: rollout, partition: agent/*>vault}\n"
          "  - {after: rollout, plus: 5m, repair: agent/*>vault}\n");
  BOOST_TEST(rollout_s(quiet) > 0);
  BOOST_TEST(rollout_s(cut) > rollout_s(quiet) + 120);
  BOOST_TEST(cut.rotation.outcome == "done", cut.rotation.message);
}

BOOST_AUTO_TEST_CASE(a_vault_that_is_down_refuses_its_agents_too) {
  const auto quiet = run("");
  const auto down =
      run("timeline:\n  - {after: rollout, take_down: vault}\n"
          "  - {after: rollout, plus: 5m, bring_up: vault}\n");
  BOOST_TEST(rollout_s(down) > rollout_s(quiet) + 120);
}

BOOST_AUTO_TEST_CASE(portal_pods_cut_off_from_the_identity_provider_fail_their_logins) {
  const auto report = run(
      "timeline:\n  - {at: 10s, partition: portal/*>idp}\n  - {at: 40s, repair: portal/*>idp}\n");
  BOOST_TEST(report.logins.failed > 100U);
  BOOST_TEST(report.logins.by_cause.at("idp_unavailable") == report.logins.failed);
}

BOOST_AUTO_TEST_CASE(an_act_is_told_as_the_file_writes_it) {
  const auto report = run("timeline:\n  - {at: 1s, partition: operator}\n");
  BOOST_TEST(says(report, "act partition operator>*"));
}

BOOST_AUTO_TEST_SUITE_END()
