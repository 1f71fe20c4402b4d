#include "rotator/rotation/exposure_forecast.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(exposure_forecast)

namespace {

using namespace std::chrono_literals;
using ports::Duration;
using rotator::FleetFacts;
using rotator::lost_logins;

// Rounds of 10 s, one pod each; the restart 6 s after the creation.
FleetFacts four_pods() {
  return {.replicas = 4,
          .max_surge = 1,
          .pod_ready = {.value = 9s},
          .termination = {.value = 15s},
          .acceptance = {.value = 4s},
          .vault_settle = {.value = 2s}};
}

void check_lost(const FleetFacts& facts, Duration exposure, Duration lost) {
  BOOST_TEST(lost_logins(facts, exposure).count() == lost.count(), exposure / 1s << " s");
}

}  // namespace

BOOST_AUTO_TEST_CASE(loses_the_share_of_the_pods_that_have_not_moved) {
  check_lost(four_pods(), 6s, 25s);   // 10 s of 4/4, 3/4, 2/4, 1/4
  check_lost(four_pods(), 16s, 15s);  // of 3/4, 2/4, 1/4
  check_lost(four_pods(), 31s, 5s);   // 5 s of 2/4, 10 s of 1/4
  check_lost(four_pods(), 46s, 0s);
  check_lost(four_pods(), 1h, 0s);
}

BOOST_AUTO_TEST_CASE(restarts_at_once_where_the_old_one_ends_before_the_new_one_is_accepted) {
  check_lost(four_pods(), 0s, 27s);  // the settling, then the rollout
  auto late = four_pods();
  late.propagation = {.value = 20s};
  check_lost(late, 0s, 29s);   // all until 20 s; 2 s of 3/4; 10 s of 2/4 and of 1/4
  check_lost(late, 24s, 27s);  // it is accepted by then
}

BOOST_AUTO_TEST_CASE(of_a_recreate_only_the_pods_that_still_live_lose_any) {
  auto facts = four_pods();
  facts.recreate = true;
  check_lost(facts, 6s, 15s);
  check_lost(facts, 21s, 0s);
}

BOOST_AUTO_TEST_CASE(the_curve_falls_from_an_end_at_once_to_no_loss) {
  for (const int replicas : {1, 4, 7, 1000}) {
    auto facts = four_pods();
    facts.replicas = replicas;
    const auto forecast = rotator::exposure_forecast(facts, 16s, 600);
    BOOST_REQUIRE(forecast.curve.size() >= 3U);
    BOOST_TEST(forecast.curve.size() <= std::size_t{rotator::most_exposure_points});
    BOOST_TEST(forecast.curve.front().exposure.count() == 0);
    BOOST_TEST(forecast.curve.back().lost.count() == 0);
    for (std::size_t i = 1; i < forecast.curve.size(); ++i) {
      BOOST_TEST(forecast.curve[i].exposure.count() > forecast.curve[i - 1].exposure.count());
      BOOST_TEST(forecast.curve[i].lost.count() <= forecast.curve[i - 1].lost.count());
    }
  }
}

BOOST_AUTO_TEST_CASE(tells_logins_where_their_rate_is_known_and_a_share_where_not) {
  const auto counted = rotator::exposure_forecast(four_pods(), 16s, 600);
  BOOST_TEST((counted.moved == 61s));  // the last pod is replaced at 46 s, and its old one ends
  BOOST_TEST(*counted.failed(counted.chosen) == 150.0);
  BOOST_TEST(counted.share(counted.chosen) == 15.0 / 61.0);
  const auto uncounted = rotator::exposure_forecast(four_pods(), 16s, {});
  BOOST_TEST(!uncounted.failed(uncounted.chosen).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
