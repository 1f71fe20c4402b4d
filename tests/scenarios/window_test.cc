// The safe window against the worlds that it speaks of: what it promises, and what it costs.
#include "scenarios/window.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "scenarios/run.h"
#include "scenarios/sweep.h"

BOOST_AUTO_TEST_SUITE(window)

namespace {

using ports::Duration;
using scenarios::Scenario;
using namespace std::chrono_literals;

// What a timer that waits `window` loses to the rotation.
std::uint64_t lost(Scenario scenario, Duration window, std::uint64_t seed) {
  scenario.driver = scenarios::timer();
  const auto report = scenarios::run_simulated(
      scenario, {.seed = seed, .window = window, .fidelity = mocks::users::Fidelity::counts});
  BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().message);
  return scenarios::lost_to_rotation(report->logins);
}

Scenario quiet() {
  Scenario scenario{.name = "quiet"};
  scenario.fleet.pod_ready = {.low = 20s, .high = 50s};
  scenario.fleet.termination = {.low = 5s, .high = 25s};
  scenario.fleet.replicas = 12;
  return scenario;
}

scenarios::SweepResult swept(const Scenario& scenario, const std::vector<Duration>& windows) {
  auto with_timer = scenario;
  with_timer.policies["timer"] = scenarios::timer();
  auto result =
      scenarios::sweep(with_timer, {.windows = windows, .policies = {"timer"}, .seeds = 10});
  BOOST_REQUIRE(result.has_value());
  result->safe_window = *scenarios::answer_window(scenario, {.seeds = 10});
  return *result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_second_less_than_the_found_minimum_loses_a_login) {
  const auto answer = scenarios::answer_window(quiet(), {.seeds = 10});
  BOOST_REQUIRE(answer.has_value());
  BOOST_REQUIRE(answer->found_minimum.has_value());
  std::uint64_t below = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    BOOST_TEST(lost(quiet(), *answer->found_minimum, seed) == 0U);
    below += lost(quiet(), *answer->found_minimum - 1s, seed);
  }
  BOOST_TEST(below > 0U);
}

BOOST_AUTO_TEST_CASE(the_answer_does_not_depend_on_the_number_of_threads) {
  const auto one = scenarios::answer_window(quiet(), {.seeds = 6, .threads = 1});
  const auto many = scenarios::answer_window(quiet(), {.seeds = 6, .threads = 3});
  BOOST_TEST((one->found_minimum == many->found_minimum));
  BOOST_TEST((one->lost == many->lost));
}

BOOST_AUTO_TEST_CASE(every_term_names_the_key_that_it_stands_at) {
  const auto answer = scenarios::answer_window(quiet(), {.seeds = 1});
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(!answer->computed.terms.empty());
  for (const auto& term : answer->computed.terms)
    BOOST_TEST((term.duration == Duration(0) || !term.source.empty()), term.name);
  BOOST_TEST(answer->computed.dominating == "rollout");
}

BOOST_AUTO_TEST_CASE(the_sentence_names_where_the_window_starts_and_the_scenarios_own) {
  auto scenario = quiet();
  scenario.driver.rotation.window = 2min;
  const auto short_window = scenarios::window_sentence(swept(scenario, {20min}));
  BOOST_TEST(short_window.find("from the creation of the new secret") != std::string::npos);
  BOOST_TEST(short_window.find("the scenario's own 2m is too short by ") != std::string::npos,
             short_window);
  scenario.driver.rotation.window = {};
  const auto without = scenarios::window_sentence(swept(scenario, {20min}));
  BOOST_TEST(without.find("the guide's 15m is ") != std::string::npos, without);
}

BOOST_AUTO_TEST_CASE(the_sentence_names_what_the_rotator_asks_for_where_that_is_more) {
  auto result = swept(quiet(), {20min});
  BOOST_TEST((result.safe_window->rotators > Duration(0)));
  result.safe_window->rotators = 1h;
  const auto more = scenarios::window_sentence(result);
  BOOST_TEST(more.find("takes no less than 1h;") != std::string::npos, more);
  result.safe_window->rotators = 1s;
  const auto less = scenarios::window_sentence(result);
  BOOST_TEST(less.find("takes no less") == std::string::npos, less);
}

BOOST_AUTO_TEST_CASE(the_sentence_gives_no_number_where_waiting_does_not_help) {
  auto scenario = quiet();
  // Pods are restarted long before the token endpoint knows what they bring.
  scenario.identity_provider.create_lag = mocks::TimeRange{.low = 30min, .high = 30min};
  const auto result = swept(scenario, {20min});
  BOOST_TEST(!result.safe_window->lost.empty());
  const auto sentence = scenarios::window_sentence(result);
  BOOST_TEST(sentence.starts_with("no safe window can be told"), sentence);
  BOOST_TEST(sentence.find("secret_not_propagated") != std::string::npos, sentence);
  BOOST_TEST(scenarios::sweep_json(result).find("\"value_s\": null") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_sentence_gives_no_number_that_its_own_table_contradicts) {
  auto result = swept(quiet(), {20min});
  BOOST_TEST(scenarios::window_sentence(result).starts_with("smallest safe window"));
  result.policies.front().points.front().lost_to_rotation = 3;
  BOOST_TEST(scenarios::window_sentence(result).find("timer loses logins at 20m") !=
             std::string::npos);
  // One that waits for no window says nothing of it.
  result.policies.front().waits_for_window = false;
  BOOST_TEST(scenarios::window_sentence(result).starts_with("smallest safe window"));
}

BOOST_AUTO_TEST_SUITE_END()
