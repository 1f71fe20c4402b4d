// The same seed, the same run: whatever ran before, beside it, or at which fidelity; and the counts
// agree with one another and with the closed form, as far as chance allows.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <thread>
#include <vector>

#include "scenarios/run.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(determinism)

namespace {

using scenarios::Report;
using scenarios::Scenario;

// Chance alone goes beyond five standard deviations once in 1.7 million times; and the seeds are
// fixed, so that a case that passes once passes always.
constexpr double most_deviations = 5.0;
constexpr std::uint64_t seeds = 40;

Scenario load(const std::string& name) {
  auto scenario =
      scenarios::load_scenario(testing::in_project("scenarios/guide/" + name + ".yaml"));
  BOOST_REQUIRE_MESSAGE(scenario.has_value(), scenario.error().message);
  return *scenario;
}

Report run(const Scenario& scenario, std::uint64_t seed,
           std::optional<mocks::users::Fidelity> fidelity = {}) {
  auto report = scenarios::run_simulated(scenario, {.seed = seed, .fidelity = fidelity});
  BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().message);
  return *report;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_hash_and_the_same_report) {
  for (const char* name : {"zero_downtime", "premature_deletion", "slow_idp_remedied"}) {
    const auto scenario = load(name);
    const auto first = run(scenario, 11);
    const auto again = run(scenario, 11);
    BOOST_TEST(first.trace_hash.size() == 16U);
    BOOST_TEST(first.trace_hash == again.trace_hash, name);
    BOOST_TEST(scenarios::json_document({first}) == scenarios::json_document({again}), name);
  }
}

BOOST_AUTO_TEST_CASE(another_seed_gives_another_hash) {
  const auto scenario = load("premature_deletion");
  BOOST_TEST(run(scenario, 11).trace_hash != run(scenario, 12).trace_hash);
}

BOOST_AUTO_TEST_CASE(a_run_does_not_depend_on_what_ran_before_it) {
  const auto scenario = load("stale_agent");
  const auto fresh = run(scenario, 11).trace_hash;
  run(load("zero_downtime"), 12);
  run(load("hard_cutover"), 13);
  BOOST_TEST(run(scenario, 11).trace_hash == fresh);
}

BOOST_AUTO_TEST_CASE(a_run_does_not_depend_on_runs_beside_it) {
  const auto scenario = load("stale_agent");
  std::vector<std::string> alone;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) alone.push_back(run(scenario, seed).trace_hash);
  std::vector<std::string> beside(alone.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < beside.size(); ++i)
      threads.emplace_back([&scenario, &beside, i] {
        const auto report = scenarios::run_simulated(scenario, {.seed = i + 1});
        if (report) beside[i] = report->trace_hash;
      });
  }
  BOOST_TEST(beside == alone, boost::test_tools::per_element());
}

// A timeline that is kept, or not, is told from the same facts.
BOOST_AUTO_TEST_CASE(a_run_that_is_watched_is_the_same_run) {
  const auto scenario = load("premature_deletion");
  const auto watched = scenarios::run_simulated(scenario, {.seed = 11, .keep_timeline = true});
  BOOST_REQUIRE(watched.has_value());
  BOOST_TEST(!watched->timeline.empty());
  BOOST_TEST(watched->trace_hash == run(scenario, 11).trace_hash);
}

BOOST_AUTO_TEST_CASE(counted_logins_fail_as_often_as_played_ones) {
  const auto scenario = load("premature_deletion");
  double played = 0;
  double counted = 0;
  double played_tried = 0;
  double counted_tried = 0;
  for (std::uint64_t seed = 1; seed <= seeds / 4; ++seed) {
    const auto exact = run(scenario, seed, mocks::users::Fidelity::exact);
    const auto counts = run(scenario, seed, mocks::users::Fidelity::counts);
    played += static_cast<double>(exact.logins.failed);
    counted += static_cast<double>(counts.logins.failed);
    played_tried += static_cast<double>(exact.logins.tried);
    counted_tried += static_cast<double>(counts.logins.tried);
    // Only where logins are events does a process stop in the middle of one.
    BOOST_REQUIRE(counts.logins.expected_failed.has_value());
    if (exact.logins.expected_failed)
      BOOST_TEST(*exact.logins.expected_failed == *counts.logins.expected_failed);
  }
  BOOST_TEST(played > 100);
  // Two independent Poisson counts of one mean.
  BOOST_TEST(std::abs(played - counted) < most_deviations * std::sqrt(played + counted),
             played << " played, " << counted << " counted");
  BOOST_TEST(std::abs(played_tried - counted_tried) <
                 most_deviations * std::sqrt(played_tried + counted_tried),
             played_tried << " played, " << counted_tried << " counted");
}

BOOST_AUTO_TEST_CASE(no_login_fails_without_downtime_at_any_fidelity) {
  const auto scenario = load("zero_downtime");
  for (const auto fidelity : mocks::users::all_fidelities) {
    const auto report = run(scenario, 11, fidelity);
    BOOST_TEST(report.logins.failed == 0U, to_string(fidelity));
    BOOST_TEST((report.logins.expected_failed == 0.0), to_string(fidelity));
    BOOST_TEST(report.as_expected, scenarios::text_details(report));
  }
}

BOOST_AUTO_TEST_CASE(counts_agree_with_the_closed_form) {
  for (const char* name : {"hard_cutover", "premature_deletion"}) {
    const auto scenario = load(name);
    double counted = 0;
    double expected = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const auto report = run(scenario, seed, mocks::users::Fidelity::counts);
      counted += static_cast<double>(report.logins.failed);
      expected += report.logins.expected_failed.value();
    }
    BOOST_TEST(expected > 100);
    BOOST_TEST(std::abs(counted - expected) < most_deviations * std::sqrt(expected),
               name << ": " << counted << " counted, " << expected << " expected");
  }
}

BOOST_AUTO_TEST_SUITE_END()
