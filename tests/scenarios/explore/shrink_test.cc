#include "scenarios/explore/shrink.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(explore_shrink)

namespace {

using scenarios::explore::Plan;
using scenarios::explore::shrunk;
using scenarios::explore::yaml_of;

// Eight rules, told apart by their server.
Plan eight() {
  Plan plan;
  for (int i = 0; i < 8; ++i)
    plan.push_back({.kind = &mocks::sim::fault::slow,
                    .server = "s" + std::to_string(i),
                    .nth = 6,
                    .count = 3,
                    .delay = std::chrono::seconds(40)});
  return plan;
}

const mocks::sim::FaultRule* at(const Plan& plan, const std::string& server) {
  const auto found = std::find_if(plan.begin(), plan.end(),
                                  [&](const auto& rule) { return rule.server == server; });
  return found == plan.end() ? nullptr : &*found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(leaves_the_rules_that_it_takes_and_makes_each_simpler) {
  int runs = 0;
  const auto least = shrunk(eight(), [&](const Plan& plan) -> ports::Result<bool> {
    ++runs;
    const auto* const one = at(plan, "s2");
    const auto* const other = at(plan, "s5");
    return one != nullptr && other != nullptr && one->delay >= std::chrono::seconds(10) &&
           other->nth >= 3;
  });
  BOOST_REQUIRE(least.has_value());
  BOOST_TEST(yaml_of(*least) ==
             "[{kind: slow, delay: 10s, server: \"s2\"}, "
             "{kind: slow, delay: 1s, server: \"s5\", nth: 3}]");
  BOOST_TEST(runs < 60);
}

BOOST_AUTO_TEST_CASE(what_goes_wrong_without_a_fault_has_the_empty_plan) {
  const auto least = shrunk(eight(), [](const Plan&) -> ports::Result<bool> { return true; });
  BOOST_REQUIRE(least.has_value());
  BOOST_TEST(least->empty());
}

BOOST_AUTO_TEST_CASE(a_run_that_is_interrupted_ends_it) {
  int runs = 0;
  const auto least = shrunk(eight(), [&](const Plan&) -> ports::Result<bool> {
    if (++runs == 3) return ports::fail(ports::ErrorCode::interrupted, "asked to stop");
    return false;
  });
  BOOST_REQUIRE(!least.has_value());
  BOOST_TEST((least.error().code == ports::ErrorCode::interrupted));
  BOOST_TEST(runs == 3);
}

BOOST_AUTO_TEST_SUITE_END()
