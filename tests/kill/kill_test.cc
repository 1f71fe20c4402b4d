// kill -9 of the rotator's executable at many calls of a rotation over real HTTPS, before and after
// the call's effect; each time another process resumes. `test_kill -- N` kills N times instead of
// twenty.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

#include "scenarios/run.h"
#include "scenarios/scenario.h"

namespace {

std::uint64_t kills() {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  return suite.argc > 1 ? std::strtoull(suite.argv[1], nullptr, 10) : 20;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kill)

BOOST_AUTO_TEST_CASE(finishes_after_a_real_kill_without_one_failed_login) {
  const auto scenario = scenarios::load_scenario(std::string(OVERLAP_SOURCE_DIR) +
                                                 "/scenarios/field/fast_rotation.yaml");
  BOOST_REQUIRE(scenario.has_value());
  const auto quiet = scenarios::run_simulated(*scenario, {.seed = 1});
  BOOST_REQUIRE(quiet.has_value());
  BOOST_REQUIRE(quiet->rotation.api_calls > 20);
  const std::uint64_t total = kills();
  std::uint64_t fired = 0;
  for (std::uint64_t i = 0; i < total; ++i) {
    // An even spread over the calls of a quiet run; odd seeds kill after the call's effect, even
    // ones before it.
    const std::uint64_t call = 1 + i * (quiet->rotation.api_calls * 3 / 4) / total;
    scenarios::RunOptions options{.seed = i + 1,
                                  .rotator = std::string(OVERLAP_BINARY_DIR) + "/rotator/rotator"};
    options.kill_at_call = call;
    const auto report = scenarios::run_http(*scenario, options);
    if (!report) BOOST_FAIL(report.error().message);
    std::string all;
    for (const auto& deviation : report->deviations) all += "; " + deviation;
    BOOST_TEST(report->as_expected, "killed at call " << call << " with seed " << i + 1 << all);
    if (report->faults_never_fired.empty()) ++fired;
  }
  BOOST_TEST(fired == total);
  BOOST_TEST_MESSAGE(fired << " real kills");
}

BOOST_AUTO_TEST_SUITE_END()
