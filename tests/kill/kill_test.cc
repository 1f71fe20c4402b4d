// kill -9 of the rotator's executable at many calls of a rotation over real HTTPS, before and after
// the call's effect; each time another process resumes. `test_kill -- N` kills N times instead of
// twenty.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/run.h"
#include "scenarios/scenario.h"

BOOST_AUTO_TEST_SUITE(kill)

namespace {

std::uint64_t kills() {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  return suite.argc > 1 ? std::strtoull(suite.argv[1], nullptr, 10) : 20;
}

}  // namespace

BOOST_AUTO_TEST_CASE(finishes_after_a_real_kill_without_one_failed_login) {
  auto scenario = scenarios::load_scenario(std::string(OVERLAP_SOURCE_DIR) +
                                           "/scenarios/field/fast_rotation.yaml");
  BOOST_REQUIRE(scenario.has_value());
  scenario->lead = scenario->tail = std::chrono::seconds(5);  // the kills are what is looked at
  const auto quiet = scenarios::run_simulated(*scenario, {.seed = 1});
  BOOST_REQUIRE(quiet.has_value());
  BOOST_REQUIRE(quiet->rotation.api_calls > 20);
  const std::uint64_t total = kills();
  // Several at a time: most of a run is waiting. Results are looked at on this thread only.
  std::vector<std::optional<ports::Result<scenarios::Report>>> results(total);
  std::atomic<std::uint64_t> next{0};
  const auto work = [&] {
    for (std::uint64_t i = next++; i < total; i = next++) {
      // An even spread over the calls of a quiet run; odd seeds kill after the call's effect, even
      // ones before it.
      scenarios::RunOptions options{
          .seed = i + 1, .rotator = std::string(OVERLAP_BINARY_DIR) + "/rotator/rotator"};
      options.kill_at_call = 1 + i * (quiet->rotation.api_calls * 3 / 5) / total;
      results[i].emplace(scenarios::run_http(*scenario, options));
    }
  };
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) workers.emplace_back(work);
  for (auto& worker : workers) worker.join();
  for (std::uint64_t i = 0; i < total; ++i) {
    const auto& report = *results[i];
    if (!report) BOOST_FAIL(report.error().message);
    std::string all;
    for (const auto& deviation : report->deviations) all += "; " + deviation;
    // A fault that never fired is a deviation: every kill counted here struck.
    BOOST_TEST(report->as_expected, "seed " << i + 1 << all);
    BOOST_TEST(report->logins.failed == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
