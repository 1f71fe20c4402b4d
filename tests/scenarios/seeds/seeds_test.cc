// The same rotation under many seeds: where a provider's replicas lag, or pods come and go under
// the users' logins, a rotation that is safe by luck loses a login at some seed.
//
// `test_scenarios_seeds` plays a few seeds of each, `-- whole` 5,000 of each.
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "scenarios/run.h"
#include "scenarios/side_by_side.h"
#include "scenarios/window.h"

BOOST_AUTO_TEST_SUITE(seeds)

namespace {

using scenarios::Report;
using scenarios::Scenario;

// So many flawed runs of a rotation are told of.
constexpr std::size_t most_told = 5;

struct Rotation {
  const char* name = "";
  const char* text = "";  // what the scenario holds besides its purpose and source
  // The provider may need longer than the rotator believes in it; then it goes back.
  bool may_go_back = false;
};
constexpr std::array rotations = {
    Rotation{"zero_downtime", "rotation: {window: 15m}\n"},
    Rotation{"a_slow_provider",
             "world:\n"
             "  identity_provider: {variant: slow, create_lag: 60s..90s, retire_lag: 5s..45s}\n"
             "rotation: {window: 15m}\n"},
    Rotation{"a_provider_slow_by_minutes",
             "world:\n"
             "  identity_provider: {variant: slow, create_lag: 1m..10m, retire_lag: 5s..45s}\n"
             "rotation: {window: 15m}\n",
             true},
    Rotation{"a_slow_provider_and_few_probes",
             "world:\n"
             "  identity_provider: {variant: slow, create_lag: 60s..90s, retire_lag: 5s..45s}\n"
             "rotation: {window: 15m, probes: 2}\n"},
    // A resumed rotator knows of the refusals that an earlier one saw.
    Rotation{"a_rotator_interrupted_twice_while_replicas_lag",
             "world:\n"
             "  identity_provider: {variant: slow, create_lag: 60s..90s, retire_lag: 5s..45s}\n"
             "rotation: {window: 15m}\n"
             "timeline:\n"
             "  - {after: create, plus: 5s, interrupt: rotator}\n"
             "  - {after: create, plus: 20s, interrupt: rotator}\n"},
    // The replicas of one that is told no propagation disagree for as long.
    Rotation{"replicas_that_disagree",
             "world:\n"
             "  identity_provider: {variant: slow, create_lag: 30s..3m, retire_lag: 30s..3m,\n"
             "    answer_time: 5ms..20ms}\n"
             "rotation: {window: 15m}\n"},
};

Scenario scenario_of(const Rotation& rotation) {
  auto scenario = scenarios::parse_scenario(
      std::string("purpose: A rotation under many seeds.\nsource: Its test.\n") + rotation.text,
      std::string("scenarios/") + rotation.name + ".yaml");
  if (!scenario) throw std::runtime_error(scenario.error().message);
  return std::move(*scenario);
}

// One sentence; empty when all is whole.
std::string flaw(const Rotation& rotation, const Report& report) {
  const auto outcome = report.rotation.outcome;
  if (outcome != rotator::Ending::done &&
      !(rotation.may_go_back && outcome == rotator::Ending::rolled_back))
    return "it ended " + scenarios::to_string(outcome) + ": " + report.rotation.message;
  if (const auto lost = scenarios::lost_to_rotation(report.logins); lost > 0)
    return std::to_string(lost) + " logins were lost to the rotation";
  for (const auto& invariant : report.invariants)
    if (invariant.verdict != scenarios::Verdict::pass)
      return std::string(to_string(invariant.invariant)) + ": " + invariant.what;
  return {};
}

void play(const Rotation& rotation, std::uint64_t seeds) {
  const auto scenario = scenario_of(rotation);
  std::atomic<std::uint64_t> next{0};
  std::mutex mutex;
  std::uint64_t flaws = 0;
  std::uint64_t logins = 0;
  std::string told;
  scenarios::side_by_side(std::max(1U, std::thread::hardware_concurrency()), [&] {
    while (true) {
      const auto seed = ++next;
      if (seed > seeds) return;
      const auto report =
          scenarios::run_simulated(scenario, {.seed = seed,
                                              .fidelity = mocks::users::Fidelity::exact,
                                              .on_stop = scenarios::OnStop::resume});
      const auto what = report ? flaw(rotation, *report) : report.error().message;
      const std::lock_guard lock(mutex);
      if (report) logins += report->logins.tried;
      if (what.empty()) continue;
      if (++flaws <= most_told) told += "seed " + std::to_string(seed) + ": " + what + "\n";
    }
  });
  std::cout << rotation.name << ": " << seeds << " seeds, " << logins << " logins, " << flaws
            << " runs flawed\n";
  BOOST_TEST(logins > 0U);
  BOOST_TEST(flaws == 0U, rotation.name << ": " << told);
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_seed_costs_a_login_or_an_invariant) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  const std::string wanted = suite.argc > 1 ? suite.argv[1] : "";
  BOOST_REQUIRE_MESSAGE(wanted.empty() || wanted == "whole", wanted << " is not whole");
  for (const auto& rotation : rotations) play(rotation, wanted == "whole" ? 5000 : 25);
}

BOOST_AUTO_TEST_SUITE_END()
