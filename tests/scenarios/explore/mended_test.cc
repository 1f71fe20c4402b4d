// Plans under which a rotation once went wrong.
#include <boost/test/unit_test.hpp>

#include "scenarios/explore/plans.h"
#include "tests/scenarios/explore/brisk.h"

BOOST_AUTO_TEST_SUITE(explore_mended)

BOOST_AUTO_TEST_CASE(a_removal_that_was_answered_and_not_done_is_done_again) {
  // Taken back; something between the rotator and the provider says that the new secret is gone.
  const testing::explore::Court court;
  const auto plan = scenarios::explore::parse_plan(
      "[{kind: answer, status: 200, body: \"{}\", caller: rotator, server: idp, method: DELETE}, "
      "{kind: answer, status: 400, caller: rotator, server: kubernetes, method: GET, "
      "target: \"/api/v1/namespaces/platform/pods?*\", nth: 3}]");
  BOOST_REQUIRE(plan.has_value());
  const auto trial = court.court.play(*plan, 543);
  BOOST_REQUIRE(trial.has_value());
  BOOST_TEST(trial->rules_idle == 0U);
  BOOST_TEST(!trial->finding.has_value());
  BOOST_TEST(trial->ended == "rolled_back in rollback");
}

BOOST_AUTO_TEST_SUITE_END()
