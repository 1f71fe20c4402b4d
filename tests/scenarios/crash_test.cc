// The crash matrix on the simulated wire: at every call of a whole rotation the rotator dies before
// or after it, or its reply is lost or its connection breaks; a new process resumes; users log in
// all the while. No login fails, no invariant is violated, one secret is left.
#include <boost/test/unit_test.hpp>

#include "scenarios/run.h"

namespace {

using scenarios::Report;
using scenarios::Scenario;
using Fault = mocks::sim::Verdict::Kind;

// Every call; but sanitised builds, some five times as slow, take each third one, from another one
// for each kind of fault, so that together the kinds meet every call.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t stride = 3;
#else
constexpr std::uint64_t stride = 1;
#endif

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
  code_lifetime: 20s
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

// Whole: whatever the rotator says of itself, no harm is done and nothing is left over.
bool whole(const Report& report) {
  bool good = report.logins.failed == 0 && report.faults_never_fired.empty() &&
              (report.rotation.outcome == "done" || report.rotation.outcome == "rolled_back");
  for (const auto& invariant : report.invariants)
    good = good && invariant.verdict == scenarios::Verdict::pass;
  return good;
}

struct Score {
  std::uint64_t runs = 0;
  std::uint64_t done = 0;
  std::uint64_t rolled_back = 0;
};

Score matrix_row(Fault kind, std::uint64_t first) {
  Score score;
  const auto calls = calls_of_a_quiet_run();
  for (std::uint64_t nth = first; nth <= calls; nth += stride) {
    const auto report = run(with_fault(kind, nth));
    ++score.runs;
    score.done += report.rotation.outcome == "done";
    score.rolled_back += report.rotation.outcome == "rolled_back";
    if (!whole(report))
      BOOST_ERROR(mocks::sim::to_string(kind) << " at call " << nth << " of " << calls << "\n"
                                              << scenarios::text_details(report));
  }
  BOOST_TEST_MESSAGE(mocks::sim::to_string(kind)
                     << ": " << calls << " calls, " << score.runs << " runs, " << score.done
                     << " done, " << score.rolled_back << " rolled back");
  return score;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(before_any_call_is_mended_by_a_new_process) {
  BOOST_TEST(matrix_row(Fault::crash_before, 1).runs > 0U);
}

BOOST_AUTO_TEST_CASE(after_any_call_is_mended_by_a_new_process) {
  BOOST_TEST(matrix_row(Fault::crash_after, 1 + 1 % stride).runs > 0U);
}

BOOST_AUTO_TEST_CASE(a_lost_reply_to_any_call_harms_nothing) {
  BOOST_TEST(matrix_row(Fault::lost_reply, 1 + 2 % stride).runs > 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_at_any_call_harms_nothing) {
  BOOST_TEST(matrix_row(Fault::reset, 1).runs > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
