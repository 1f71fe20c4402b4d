// A secret that leaked: what the plan says that its end costs, against what a run then counts.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <string>

#include "scenarios/run.h"
#include "scenarios/scenario.h"

BOOST_AUTO_TEST_SUITE(emergency)

namespace {

using namespace std::chrono_literals;
using scenarios::Scenario;

Scenario leaked() {
  auto scenario = scenarios::load_scenario(std::string(OVERLAP_SOURCE_DIR) +
                                           "/scenarios/field/leaked_secret_emergency.yaml");
  BOOST_REQUIRE(scenario.has_value());
  return *scenario;
}

}  // namespace

BOOST_AUTO_TEST_CASE(costs_what_the_plan_said_beforehand) {
  auto scenario = leaked();
  for (const ports::Duration exposure : {0s, 20s, 30s, 45s, 600s}) {
    BOOST_TEST_CONTEXT(exposure / 1s << " s") {
      scenario.driver.rotation.emergency.max_exposure = exposure;
      const auto plan = scenarios::plan_simulated(scenario, scenario.seed);
      BOOST_REQUIRE((plan.has_value() && plan->exposure.has_value()));
      const auto told = plan->exposure->failed(plan->exposure->chosen);
      BOOST_REQUIRE(told.has_value());
      constexpr int seeds = 8;
      double counted = 0;
      double computed = 0;
      for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto report = scenarios::run_simulated(scenario, {.seed = seed});
        BOOST_REQUIRE(report.has_value());
        BOOST_TEST((report->rotation.outcome == rotator::Ending::done), report->rotation.message);
        BOOST_TEST_REQUIRE(report->logins.expected_failed.has_value());
        counted += static_cast<double>(report->logins.blamed()) / seeds;
        computed += *report->logins.expected_failed / seeds;
        for (const auto& [cause, count] : report->logins.by_cause)
          BOOST_TEST((count == 0 || cause == mocks::users::Cause::pod_gone ||
                      cause == mocks::users::Cause::secret_retired));
      }
      BOOST_TEST_MESSAGE(exposure / 1s << " s: told " << *told << ", computed " << computed
                                       << ", counted " << counted);
      // It goes by the slowest pod that it has seen, and so tells rather more than less.
      BOOST_TEST(*told >= 0.9 * counted);
      BOOST_TEST(*told <= 3 * counted + 60);
      BOOST_TEST(std::abs(counted - computed) <= 0.15 * computed + 5);
    }
  }
}

// Of a secret that ends late enough, only what is proved before its end is exposure for nothing; of
// one that is soaked, the soak as well.
BOOST_AUTO_TEST_CASE(tells_how_long_the_old_secret_was_exposed_and_for_how_long_in_vain) {
  auto scenario = leaked();
  const auto rotate = [&] {
    const auto report = scenarios::run_simulated(scenario, {.seed = 1});
    BOOST_REQUIRE(report.has_value());
    BOOST_TEST_REQUIRE(report->rotation.exposure_s.has_value());
    return report->rotation;
  };
  const auto cut = rotate();
  BOOST_TEST(std::abs(*cut.exposure_s - 60) < 2);
  BOOST_TEST(*cut.unused_exposure_s == 0);  // pods still held it
  scenario.driver.rotation.emergency.max_exposure = 10min;
  const auto moved = rotate();
  BOOST_TEST(*moved.exposure_s < 600);
  BOOST_TEST(*moved.unused_exposure_s > 0);
  BOOST_TEST(*moved.unused_exposure_s < 30);
  scenario.driver.rotation.strategy = "overlap";
  scenario.driver.rotation.soak = 5min;
  const auto overlapped = rotate();
  BOOST_TEST(*overlapped.exposure_s > *moved.exposure_s);
  BOOST_TEST(*overlapped.unused_exposure_s > *moved.unused_exposure_s);
}

BOOST_AUTO_TEST_SUITE_END()
