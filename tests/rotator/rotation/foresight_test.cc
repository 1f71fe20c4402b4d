// What a plan says that a rotation will change, against what the rotation then changes: for each
// provider, with each strategy that it bears.
#include "rotator/rotation/preflight/foresight.h"

#include <boost/test/unit_test.hpp>

#include "rotator/rotation/strategies/strategies.h"
#include "tests/one_slot/adapter.h"
#include "tests/one_slot/dialect.h"
#include "tests/rotator/rotation/brisk.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(foresight)

namespace {

using namespace std::chrono_literals;
using testing::require;
using testing::World;

// A call that changes something beside the rotation's own notes and what it tells others: its
// journal, its lock, Events, and requests for a token or a review.
bool changes(const std::string& call) {
  if (call.starts_with("GET ") || call.starts_with("LIST ")) return false;
  for (const char* own : {"portal-rotation", "/leases", "/events", "/v1/auth/", "reviews",
                          "capabilities-self", "/token"})
    if (call.find(own) != std::string::npos) return false;
  return true;
}

testing::WorldOptions world_of(const mocks::idp::Dialect& dialect) {
  testing::WorldOptions options{
      .dialect = &dialect, .renders_fallback = true, .tries_fallback = true};
  const auto core = mocks::idp::options_of(mocks::idp::Variant::multi);
  options.core = dialect.core != nullptr ? dialect.core(core) : core;
  if (dialect.name == "one_slot") options.new_provider = &one_slot::new_adapter;
  return options;
}

rotator::Configuration with(const World& world, const rotator::Strategy& strategy) {
  auto configuration = testing::brisk(world);
  configuration.rotation.strategy = strategy.name;
  configuration.rotation.accept_downtime = true;
  configuration.rotation.portal_tries_fallback = true;
  configuration.rotation.emergency.max_exposure = 1h;
  return configuration;
}

std::vector<std::string> told_by(World& world, const rotator::Configuration& configuration,
                                 bool& begins) {
  std::vector<std::string> told;
  world.look(configuration, [&](rotator::Rotation& rotation) {
    const auto plan = rotation.plan();
    BOOST_REQUIRE(plan.has_value());
    begins = plan->verdict() == rotator::Judgement::pass;
    BOOST_TEST(plan->calls.empty() != begins);
    for (const auto& call : plan->calls) told.push_back(call.method + " " + call.path);
  });
  return told;
}

int check(const mocks::idp::Dialect& dialect) {
  int rotated = 0;
  for (const auto* strategy : rotator::all_strategies()) {
    BOOST_TEST_CONTEXT(dialect.name << ", " << strategy->name) {
      World world(world_of(dialect));
      std::vector<std::string> changed;
      world.ledger.on_call = [&changed](const std::string& call) {
        // One that had to be asked for again is one.
        if (changes(call) && (changed.empty() || changed.back() != call)) changed.push_back(call);
      };
      const auto configuration = with(world, *strategy);
      bool begins = false;
      const auto told = told_by(world, configuration, begins);
      BOOST_TEST(changed.empty());  // the plan itself
      if (!begins) continue;
      const auto outcome = require(world.run(configuration));
      BOOST_TEST(outcome.ending == rotator::Ending::done, outcome.message);
      BOOST_TEST(told == changed, boost::test_tools::per_element());
      ++rotated;
    }
  }
  return rotated;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tells_what_a_run_then_changes_call_by_call) {
  int rotated = 0;
  for (const auto& dialect : mocks::idp::dialects()) {
    const int here = check(dialect);
    BOOST_TEST(here >= 2, dialect.name);
    rotated += here;
  }
  BOOST_TEST(check(one_slot::dialect) >= 1);
  BOOST_TEST(rotated >= 11);  // three providers with three strategies, one with two
}

// Who may not begin changes nothing.
BOOST_AUTO_TEST_CASE(of_a_rotation_that_cannot_begin_there_is_none) {
  World world;
  auto configuration = testing::brisk(world);
  configuration.rotation.window = 1s;
  bool begins = true;
  BOOST_TEST(told_by(world, configuration, begins).empty());
  BOOST_TEST(!begins);
}

BOOST_AUTO_TEST_SUITE_END()
