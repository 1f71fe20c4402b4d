// The safe window against fleets of any shape, a thousand of them: what it promises, and what it
// costs.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "mocks/sim/draws.h"
#include "rotator/calls/times.h"
#include "scenarios/run.h"
#include "scenarios/window.h"

BOOST_AUTO_TEST_SUITE(safe_window)

namespace {

using mocks::sim::Draws;
using ports::Duration;
using scenarios::Scenario;
using namespace std::chrono_literals;

constexpr int fleets = 1000;
constexpr int searched_fleets = 100;

std::uint64_t whole(const Draws& draws, std::uint64_t low, std::uint64_t high,
                    std::uint64_t index) {
  return low + draws.below(high - low + 1, mocks::sim::Stream::identifiers, 0, index);
}

Duration seconds(const Draws& draws, std::uint64_t low, std::uint64_t high, std::uint64_t index) {
  return std::chrono::seconds(whole(draws, low, high, index));
}

// A fleet of any shape; every estimate of the rotator is left at its default.
Scenario any_fleet(std::uint64_t number) {
  const Draws draws(number);
  Scenario scenario{.name = "fleet/" + std::to_string(number), .seed = number};
  auto& fleet = scenario.fleet;
  fleet.replicas = static_cast<int>(whole(draws, 1, 16, 0));
  const auto surge = whole(draws, 0, 3, 1);
  fleet.max_surge = whole(draws, 0, 1, 2) == 0 ? "25%" : std::to_string(surge);
  fleet.max_unavailable =
      surge == 0 ? std::to_string(whole(draws, 1, 2, 3)) : std::to_string(whole(draws, 0, 2, 3));
  fleet.pod_ready.low = seconds(draws, 1, 60, 4);
  fleet.pod_ready.high = fleet.pod_ready.low + seconds(draws, 0, 60, 5);
  fleet.termination.low = seconds(draws, 1, 15, 6);
  fleet.termination.high = fleet.termination.low + seconds(draws, 0, 30, 7);
  fleet.endpoint_lag.high = seconds(draws, 1, 5, 8);
  fleet.min_ready_s = static_cast<int>(whole(draws, 0, 20, 9));
  scenario.vault.render_interval = seconds(draws, 20, 600, 10);
  scenario.portal.token_exchange.high = seconds(draws, 1, 5, 11);
  scenario.portal.logins_per_minute = static_cast<int>(whole(draws, 60, 600, 12));
  return scenario;
}

// What a timer that waits `window` loses to the rotation.
std::uint64_t lost(Scenario scenario, Duration window, std::uint64_t seed) {
  scenario.driver = scenarios::timer();
  const auto report = scenarios::run_simulated(
      scenario, {.seed = seed, .window = window, .fidelity = mocks::users::Fidelity::counts});
  BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().message);
  return scenarios::lost_to_rotation(report->logins);
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_timer_at_the_safe_window_of_a_thousand_fleets_loses_a_login) {
  for (std::uint64_t number = 1; number <= fleets; ++number) {
    const auto scenario = any_fleet(number);
    const auto plan = scenarios::plan_simulated(scenario, scenario.seed);
    BOOST_REQUIRE(plan.has_value());
    const auto window = rotator::safe_window(scenarios::true_facts(scenario, plan->facts)).total;
    BOOST_TEST(lost(scenario, window, number) == 0U,
               scenario.name << " loses logins at " << rotator::to_text(window));
  }
}

BOOST_AUTO_TEST_CASE(the_safe_window_is_at_most_twice_the_shortest_that_a_search_finds) {
  std::vector<double> ratios;
  for (std::uint64_t number = 1; number <= searched_fleets; ++number) {
    const auto answer = scenarios::answer_window(any_fleet(number), {.seeds = 3});
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST_REQUIRE(answer->found_minimum.has_value());
    BOOST_TEST((*answer->found_minimum <= answer->computed.total + 1s));
    ratios.push_back(rotator::in_seconds(answer->computed.total) /
                     std::max(1.0, rotator::in_seconds(*answer->found_minimum)));
  }
  std::sort(ratios.begin(), ratios.end());
  BOOST_TEST(ratios[ratios.size() / 2] <= 2.0);
}

BOOST_AUTO_TEST_SUITE_END()
