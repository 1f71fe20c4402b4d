// The crash matrix on the simulated wire: at every call of a whole rotation the rotator dies before
// or after it, or its reply is lost or its connection breaks; a new process resumes; users log in
// all the while. No login fails, no invariant is violated, one secret is left.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <string>

#include "scenarios/run.h"
#include "tests/stride.h"

BOOST_AUTO_TEST_SUITE(crash)

namespace {

using scenarios::Report;
using scenarios::Scenario;
using testing::stride;
using testing::stride_begin;
namespace fault = mocks::sim::fault;
using Fault = const mocks::sim::FaultKind*;

// A second crash comes at most so many calls after the first.
constexpr std::uint64_t longest_second_life = 12;

// A brisk rotation in a small fleet: short waits, so that few of the calls are renewals.
Scenario brisk() {
  auto scenario = scenarios::parse_scenario(R"(
purpose: A brisk rotation.
source: The crash matrix.
world:
  vault: {render_interval: 20s}
  fleet: {replicas: 2, pod_ready: 3s..6s, termination: 2s..4s, termination_grace_s: 5}
  portal: {logins_per_minute: 240}
rotation:
  soak: 20s
  quiet_period: 10s
  probes: 2
  longest_token_exchange: 5s
  refresh_in_flight: 5s
  pod_ready_estimate: 6s
lead: 10s
tail: 30s
at_most: 1h
)",
                                            "scenarios/crash_matrix.yaml");
  BOOST_REQUIRE_MESSAGE(scenario.has_value(), scenario.error().message);
  return *scenario;
}

Report run(const Scenario& scenario) {
  auto report = scenarios::run_simulated(scenario, {.seed = 7});
  BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().message);
  return *report;
}

std::uint64_t calls_of_a_quiet_run() {
  const auto report = run(brisk());
  BOOST_REQUIRE_MESSAGE(report.as_expected, scenarios::text_details(report));
  return report.rotation.api_calls;
}

Scenario with_fault(Fault kind, std::uint64_t nth) {
  auto scenario = brisk();
  scenario.faults = {{.label = "the fault", .kind = kind, .caller = "rotator", .nth = nth}};
  return scenario;
}

// ... and the process that resumes dies too, some calls later.
Scenario with_two_crashes(Fault kind, std::uint64_t nth) {
  auto scenario = with_fault(kind, nth);
  scenario.faults.push_back({.label = "the next fault",
                             .kind = &fault::crash_after,
                             .caller = "rotator",
                             .nth = nth + 1 + nth % longest_second_life});
  return scenario;
}

// Whole: whatever the rotator says of itself, no harm is done and nothing is left over. A second
// fault may come too late to fire.
bool whole(const Report& report) {
  bool good = report.logins.failed == 0 &&
              report.faults_never_fired.size() < report.faults.size() &&
              (report.rotation.outcome == rotator::Ending::done ||
               report.rotation.outcome == rotator::Ending::rolled_back) &&
              // Who died before it had begun is scheduled again, and then rotates.
              report.rotation.message.find("ever begun") == std::string::npos;
  for (const auto& invariant : report.invariants)
    good = good && invariant.verdict == scenarios::Verdict::pass;
  return good;
}

// One row of the matrix: a run for each call, from `first` on.
void row(const std::string& name, std::uint64_t first,
         const std::function<Scenario(std::uint64_t nth)>& scenario) {
  const auto calls = calls_of_a_quiet_run();
  std::map<std::string, int> endings;
  for (std::uint64_t nth = first; nth <= calls; nth += stride) {
    const auto report = run(scenario(nth));
    ++endings[scenarios::to_string(report.rotation.outcome)];
    if (!whole(report))
      BOOST_ERROR(name << " at call " << nth << " of " << calls << "\n"
                       << scenarios::text_details(report));
  }
  std::string text;
  for (const auto& [ending, runs] : endings) text += ", " + std::to_string(runs) + " " + ending;
  BOOST_TEST_MESSAGE(name << ": " << calls << " calls" << text);
  // Most of the rotations do come to their end: a matrix of refusals would prove nothing.
  BOOST_TEST(static_cast<std::uint64_t>(endings["done"]) * stride * 2 > calls);
}

}  // namespace

BOOST_AUTO_TEST_CASE(before_any_call_is_mended_by_a_new_process) {
  row("crash_before", 1, [](std::uint64_t nth) { return with_fault(&fault::crash_before, nth); });
}

BOOST_AUTO_TEST_CASE(after_any_call_is_mended_by_a_new_process) {
  row("crash_after", stride_begin(1),
      [](std::uint64_t nth) { return with_fault(&fault::crash_after, nth); });
}

BOOST_AUTO_TEST_CASE(a_lost_reply_to_any_call_harms_nothing) {
  row("lost_reply", stride_begin(2),
      [](std::uint64_t nth) { return with_fault(&fault::lost_reply, nth); });
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_at_any_call_harms_nothing) {
  row("reset", 1, [](std::uint64_t nth) { return with_fault(&fault::reset, nth); });
}

BOOST_AUTO_TEST_CASE(the_process_that_resumes_may_die_as_well) {
  row("two crashes", stride_begin(1),
      [](std::uint64_t nth) { return with_two_crashes(&fault::crash_after, nth); });
}

BOOST_AUTO_TEST_CASE(a_crash_soon_after_a_lost_reply_is_mended_too) {
  row("lost_reply and crash", stride_begin(2),
      [](std::uint64_t nth) { return with_two_crashes(&fault::lost_reply, nth); });
}

BOOST_AUTO_TEST_CASE(stays_dead_until_the_timeline_starts_it) {
  auto scenario = scenarios::load_scenario(std::string(OVERLAP_SOURCE_DIR) +
                                           "/scenarios/field/rotator_killed.yaml");
  BOOST_REQUIRE(scenario.has_value());
  const auto when_told = scenarios::run_simulated(*scenario, {.seed = 1});
  std::erase_if(scenario->timeline,
                [](const auto& step) { return step.act == scenarios::Act::start; });
  const auto by_itself = scenarios::run_simulated(*scenario, {.seed = 1});
  BOOST_REQUIRE((when_told && by_itself));
  BOOST_TEST((when_told->rotation.outcome == rotator::Ending::done));
  BOOST_TEST((by_itself->rotation.outcome == rotator::Ending::done));
  BOOST_TEST(when_told->rotation.duration_s > by_itself->rotation.duration_s + 120);
}

BOOST_AUTO_TEST_CASE(started_by_the_timeline_after_a_death_in_preflight_it_rotates) {
  auto scenario = with_fault(&fault::crash_before, 3);
  scenario.timeline = {{.plus = std::chrono::minutes(2), .act = scenarios::Act::start}};
  const auto report = run(scenario);
  BOOST_TEST(whole(report), scenarios::text_details(report));
  BOOST_TEST(report.rotation.phase == "confirm");
}

BOOST_AUTO_TEST_SUITE_END()
