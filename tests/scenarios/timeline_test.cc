// What acts of a timeline do to a whole run on the simulated wire.
#include <boost/test/unit_test.hpp>

#include "scenarios/run.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(timeline)

namespace {

const std::string rotator = "rotation: {window: 10m, rollout_deadline: 20m}\n";
// A secret that is stored and rolled out, and then taken back in Vault alone.
const std::string by_hand =
    "operator: [{create_secret: true}, {put_secret: new}, {restart: true}, {rollout_status: 5m}, "
    "{put_secret: old}, {wait: 15m}]\n";

// Somebody who rotates, with this timeline.
scenarios::Report run(const std::string& timeline, const std::string& driver = rotator) {
  const auto scenario = scenarios::parse_scenario(
      "purpose: A test.\nsource: This test.\n" + driver + timeline, "scenarios/field/x.yaml");
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

std::size_t times(const scenarios::Report& report, const std::string& line) {
  std::size_t count = 0;
  for (const auto& entry : report.timeline)
    count += entry.what.find(line) != std::string::npos ? 1U : 0U;
  return count;
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
  BOOST_TEST((cut.rotation.outcome == rotator::Ending::done), cut.rotation.message);
}

// By hand: kubectl alone waits for the rollout, so only the agents can be what holds it up.
BOOST_AUTO_TEST_CASE(a_vault_that_is_down_refuses_its_agents_too) {
  const std::string rolled_out =
      "operator: [{create_secret: true}, {put_secret: new}, {restart: true}, "
      "{rollout_status: 9m}]\n";
  const auto quiet = run("", rolled_out);
  const auto down =
      run("timeline:\n  - {after: rollout, take_down: vault}\n"
          "  - {after: rollout, plus: 5m, bring_up: vault}\n",
          rolled_out);
  BOOST_TEST(rollout_s(quiet) > 0);
  BOOST_TEST(rollout_s(down) > rollout_s(quiet) + 120);
}

BOOST_AUTO_TEST_CASE(portal_pods_cut_off_from_the_identity_provider_fail_their_logins) {
  const auto report = run(
      "timeline:\n  - {at: 10s, partition: portal/*>idp}\n  - {at: 40s, repair: portal/*>idp}\n");
  BOOST_TEST(report.logins.failed > 100U);
  BOOST_TEST(report.logins.by_cause.at(mocks::users::Cause::idp_unavailable) ==
             report.logins.failed);
}

BOOST_AUTO_TEST_CASE(pods_that_the_injector_missed_never_serve) {
  const auto missed = run("timeline:\n  - {at: 0s, hold_injection: 100}\n");
  BOOST_TEST((missed.rotation.outcome != rotator::Ending::done));
  const auto mended =
      run("timeline:\n  - {at: 0s, hold_injection: 100}\n  - {at: 0s, release_injection: 1}\n");
  BOOST_TEST((mended.rotation.outcome == rotator::Ending::done));
}

BOOST_AUTO_TEST_CASE(agents_that_are_wedged_find_no_new_version_until_they_are_freed) {
  const std::string stored = "operator: [{create_secret: true}, {put_secret: new}, {wait: 15m}]\n";
  const auto quiet = run("", stored);
  const auto wedged = run("timeline:\n  - {at: 0s, wedge_agent: 1000}\n", stored);
  const auto freed =
      run("timeline:\n  - {at: 0s, wedge_agent: 1000}\n  - {at: 5m, free_agent: 1000}\n", stored);
  BOOST_TEST(times(quiet, "file rendered") > 0U);
  BOOST_TEST(times(wedged, "file rendered") == 0U);
  BOOST_TEST(times(freed, "file rendered") == times(quiet, "file rendered"));
}

BOOST_AUTO_TEST_CASE(agents_that_do_not_poll_keep_what_they_rendered_first) {
  const auto quiet = run("", by_hand);
  const auto held = run("timeline:\n  - {at: 0s, hold_polling: 100}\n", by_hand);
  const auto released = run(
      "timeline:\n  - {at: 0s, hold_polling: 100}\n  - {at: 0s, release_polling: 1}\n", by_hand);
  BOOST_TEST(times(held, "file rendered") < times(quiet, "file rendered"));
  BOOST_TEST(times(released, "file rendered") == times(quiet, "file rendered"));
}

BOOST_AUTO_TEST_CASE(pods_whose_agents_read_from_a_standby_far_behind_do_not_get_the_new_secret) {
  const auto behind = run("timeline:\n  - {at: 0s, lag_standby: 1h}\n");
  BOOST_TEST((behind.rotation.outcome != rotator::Ending::done));
  const auto synchronous =
      run("timeline:\n  - {at: 0s, lag_standby: 1h}\n  - {at: 0s, sync_standby: true}\n");
  BOOST_TEST((synchronous.rotation.outcome == rotator::Ending::done));
}

BOOST_AUTO_TEST_CASE(pods_that_cannot_be_asked_prove_nothing_until_they_can) {
  for (const char* trouble : {"refused", "no_status", "truncated"}) {
    const auto broken = run("timeline:\n  - {at: 0s, break_exec: " + std::string(trouble) + "}\n");
    BOOST_TEST((broken.rotation.outcome != rotator::Ending::done), trouble);
    BOOST_TEST(broken.logins.failed == 0U, trouble);
  }
  const auto mended =
      run("timeline:\n  - {at: 0s, break_exec: refused}\n  - {at: 0s, mend_exec: true}\n");
  BOOST_TEST((mended.rotation.outcome == rotator::Ending::done));
}

BOOST_AUTO_TEST_CASE(an_act_that_finds_nothing_to_end_fails_aloud) {
  const auto early =
      run("timeline:\n  - {after: rollout, take_down: metrics}\n  - {at: 0s, bring_up: metrics}\n");
  BOOST_REQUIRE(early.acts_failed.size() == 1U);
  BOOST_TEST(early.acts_failed.front() ==
             "line 6: at 0s, bring_up metrics: nothing of the kind was in force: no take_down had "
             "happened that was not taken back");
  BOOST_TEST(!early.as_expected);
  const auto twice =
      run("timeline:\n  - {at: 0s, wedge_agent: 1}\n  - {at: 1s, free_agent: 1}\n"
          "  - {at: 2s, free_agent: 1}\n");
  BOOST_REQUIRE(twice.acts_failed.size() == 1U);
  BOOST_TEST(twice.acts_failed.front().starts_with("line 7: at 2s, free_agent 1: nothing of the "));
}

BOOST_AUTO_TEST_CASE(an_act_that_finds_its_work_done_fails_aloud) {
  const auto report =
      run("timeline:\n  - {at: 0s, take_down: metrics}\n  - {at: 1s, take_down: metrics}\n"
          "  - {at: 2s, bring_up: metrics}\n  - {at: 3s, take_down: metrics}\n"
          "  - {at: 4s, bring_up: metrics}\n");
  BOOST_REQUIRE(report.acts_failed.size() == 1U);
  BOOST_TEST(report.acts_failed.front() ==
             "line 6: at 1s, take_down metrics: it is so already, since line 5");
}

BOOST_AUTO_TEST_CASE(what_is_released_is_what_was_held_and_nothing_else) {
  // The one pod that starts late is used up by the restart; then agents do not poll.
  const auto report =
      run("timeline:\n  - {after: rollout, hold_refresh: 1}\n"
          "  - {after: rollout, plus: 30s, hold_polling: 100}\n"
          "  - {after: rollout, plus: 31s, release_refresh: 1}\n"
          "  - {after: rollout, plus: 32s, hold_refresh: 1}\n");
  BOOST_REQUIRE(report.acts_failed.size() == 1U);
  BOOST_TEST(report.acts_failed.front().ends_with(
      "pods created next are in another trouble already; release that first"));
}

BOOST_AUTO_TEST_CASE(an_act_is_told_as_the_file_writes_it) {
  const auto report = run("timeline:\n  - {at: 1s, partition: operator}\n");
  BOOST_TEST(says(report, "act partition operator>*"));
}

BOOST_AUTO_TEST_SUITE_END()
