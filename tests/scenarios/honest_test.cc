// A rehearsal says what it did and tests what it says: acts do what their text says or the run is
// no pass, faults are played where they are seen, windows are the ones that were asked for.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "mocks/sim/event_queue.h"
#include "mocks/sim/trace.h"
#include "scenarios/run.h"
#include "scenarios/sweep.h"
#include "scenarios/world.h"

BOOST_AUTO_TEST_SUITE(honest)

namespace {

using scenarios::Report;
using scenarios::Verdict;

scenarios::Scenario scenario_of(const std::string& rest) {
  auto scenario = scenarios::parse_scenario("purpose: A test.\nsource: This test.\n" + rest,
                                            "scenarios/field/x.yaml");
  BOOST_REQUIRE_MESSAGE(scenario.has_value(), (scenario ? "" : scenario.error().message));
  return std::move(*scenario);
}

Report run(const std::string& rest, const scenarios::RunOptions& options = {}) {
  auto report = scenarios::run_simulated(scenario_of(rest), options);
  BOOST_REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  return std::move(*report);
}

double overlap_s(const Report& report) {
  for (const auto& phase : report.phases)
    if (phase.phase == "overlap") return std::round((phase.to_s - phase.from_s) * 1000) / 1000;
  return 0;
}

const std::string timer =
    "policies: {timer: {operator: [{create_secret: true}, {put_secret: new}, {restart: true},\n"
    "  {wait: window}, {delete_secret: true}]}}\n";

}  // namespace

BOOST_AUTO_TEST_CASE(a_policy_waits_for_the_window_of_the_scenario) {
  BOOST_TEST(overlap_s(run("rotation: {window: 3m}\n" + timer, {.policy = "timer"})) == 180);
  BOOST_TEST(overlap_s(run(timer, {.policy = "timer"})) == 900);
  BOOST_TEST(overlap_s(run("rotation: {window: 3m}\n" + timer,
                           {.policy = "timer", .window = std::chrono::minutes(1)})) == 60);
}

BOOST_AUTO_TEST_CASE(a_timeline_entry_that_is_never_reached_is_no_pass) {
  const auto report = run("rotation: {window: 10m}\ntimeline: [{at: 3h, seal: vault}]\n");
  BOOST_TEST((report.verdict == Verdict::unknown));
  BOOST_TEST(report.acts_never_happened.size() == 1U);
  BOOST_TEST(!report.as_expected);
}

BOOST_AUTO_TEST_CASE(an_act_that_finds_nothing_to_act_on_is_no_pass) {
  for (const char* act :
       {"{at: 5s, kill: rotator}, {at: 6s, kill: rotator}, {at: 1m, start: rotator}",
        "{at: 5s, start: rotator}", "{at: 5s, wedge_agent: 40}"}) {
    const auto report = run("rotation: {window: 10m}\ntimeline: [" + std::string(act) + "]\n");
    BOOST_TEST((report.verdict == Verdict::unknown), act);
    BOOST_TEST(report.acts_failed.size() == 1U, act);
  }
}

BOOST_AUTO_TEST_CASE(nobody_who_logs_in_is_no_pass) {
  const auto report = run("rotation: {window: 10m}\nworld: {portal: {logins_per_minute: 0}}\n");
  BOOST_TEST((report.verdict == Verdict::unknown));
  BOOST_TEST(!report.as_expected);
}

// In the overlap the older secret is the old one, whatever the order of the provider's list.
BOOST_AUTO_TEST_CASE(a_human_who_deletes_the_old_secret_deletes_the_older_one) {
  const auto report =
      run("rotation: {window: 15m}\ntimeline: [{after: overlap, plus: 4m, delete_secret: true}]\n",
          {.keep_timeline = true});
  BOOST_TEST(report.acts_failed.empty());
  bool deleted = false;
  for (const auto& entry : report.timeline) {
    if (!deleted && entry.what.starts_with("secret deleted")) {
      deleted = true;
      // Every pod is on the newer one by then.
      for (const auto& invariant : report.invariants)
        if (invariant.invariant == scenarios::Invariant::no_live_secret_retired)
          BOOST_TEST((invariant.verdict == Verdict::pass || invariant.at_s > entry.at_s + 1),
                     invariant.what);
    }
  }
  BOOST_TEST(deleted);
}

BOOST_AUTO_TEST_CASE(a_value_that_was_never_created_is_not_put) {
  const auto report = run("operator: [{put_secret: new}]\n");
  BOOST_TEST((report.rotation.outcome == rotator::Ending::unknown));
  BOOST_TEST(report.rotation.message == "no secret has been created whose value could be put");
}

BOOST_AUTO_TEST_CASE(a_sweep_plays_faults_of_logins_where_they_are_seen) {
  const auto scenario = scenario_of(
      "rotation: {window: 10m}\n"
      "faults: [{kind: answer, status: 503, caller: portal/*, server: idp, from: 70s, to: 100s,\n"
      "  count: 0}]\n");
  const auto swept = scenarios::sweep(
      scenario, {.windows = {std::chrono::minutes(10)}, .policies = {"guarded"}, .seeds = 2});
  BOOST_REQUIRE(swept.has_value());
  BOOST_TEST(swept->policies.front().points.front().failed > 100U);
  const auto blind =
      scenarios::run_simulated(scenario, {.fidelity = mocks::users::Fidelity::counts});
  BOOST_REQUIRE(!blind.has_value());
  BOOST_TEST(blind.error().message.find("take exact") != std::string::npos);
}

// A run may lose no login and break a promise nonetheless: by luck.
BOOST_AUTO_TEST_CASE(a_sweep_tells_of_runs_that_broke_an_invariant) {
  const auto hazard = scenario_of(
      "world: {fleet: {termination: 100s..110s, termination_grace_s: 120}}\n"
      "rotation: {window: 1s}\n"
      "unsafe: {skip_preflight: true, disabled_gates: [old_pods_gone]}\n");
  const auto swept = scenarios::sweep(
      hazard, {.windows = {std::chrono::seconds(1)}, .policies = {"guarded"}, .seeds = 3});
  BOOST_REQUIRE(swept.has_value());
  const auto& point = swept->policies.front().points.front();
  BOOST_TEST(point.failed == 0U);
  BOOST_TEST(point.runs_broken == 3U);
  BOOST_TEST(scenarios::sweep_table(*swept).find("0 (3 broken)") != std::string::npos);
  BOOST_TEST(scenarios::sweep_json(*swept).find("\"runs_broken\": 3") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_closed_form_is_silent_beside_what_it_does_not_know) {
  const auto cut = run(
      "rotation: {window: 10m}\n"
      "faults: [{kind: refuse, caller: portal/*, server: idp, from: 70s, to: 80s, count: 0}]\n");
  BOOST_TEST(cut.logins.failed > 0U);
  BOOST_TEST(!cut.logins.expected_failed.has_value());
  const auto sessions = run("rotation: {window: 10m}\nworld: {portal: {sessions: true}}\n");
  BOOST_TEST(!sessions.logins.expected_failed.has_value());
}

BOOST_AUTO_TEST_CASE(vault_keeps_as_many_versions_as_the_world_says) {
  const auto scenario = scenario_of("world: {vault: {max_versions: 2}}\n");
  mocks::sim::EventQueue queue;
  mocks::sim::Trace trace;
  mocks::sim::NoFaults faults;
  scenarios::World world(queue, trace, faults, scenario, 1);
  auto& vault = world.vault();
  const std::string path = std::string(scenarios::vault_mount) + "/data/" + scenarios::secret_path;
  for (const char* value : {"synthetic-two", "synthetic-three"})
    BOOST_REQUIRE(
        (vault.write(vault.root(), path, "client_secret", value) == mocks::vault::Outcome::ok));
  BOOST_TEST((vault.read(vault.root(), path, {.version = 1}).outcome != mocks::vault::Outcome::ok));
  BOOST_TEST((vault.read(vault.root(), path, {.version = 2}).outcome == mocks::vault::Outcome::ok));
}

BOOST_AUTO_TEST_SUITE_END()
