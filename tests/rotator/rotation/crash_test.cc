// Crash before and after every external call, with and without a lost reply; then a new process
// resumes: no pod on a refused secret, nothing orphaned.
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/brisk.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"
#include "tests/stride.h"

BOOST_AUTO_TEST_SUITE(crash)

namespace {

using rotator::Ending;
using testing::brisk;
using testing::calls_of_a_whole_rotation;
using testing::finish;
using testing::stride;
using testing::stride_begin;
using testing::World;
namespace fault = mocks::sim::fault;

}  // namespace

BOOST_AUTO_TEST_CASE(at_any_call_is_mended_by_the_next_run) {
  const auto calls = calls_of_a_whole_rotation();
  BOOST_TEST_MESSAGE(calls << " calls");
  std::uint64_t row = 0;
  for (const auto kind : {&fault::crash_before, &fault::crash_after}) {
    for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT((kind == &fault::crash_before ? "before" : "after") << " call " << nth) {
        World world;
        world.fault_any(kind, nth);
        const auto outcome = world.run(brisk(world));
        BOOST_TEST(!outcome.has_value());
        finish(world);
        world.check_whole();
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_lost_reply_at_any_call_harms_nothing) {
  const auto calls = calls_of_a_whole_rotation();
  std::uint64_t row = 0;
  for (const auto kind : {&fault::lost_reply, &fault::hang, &fault::reset}) {
    for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT(kind->name << " at call " << nth) {
        World world;
        world.fault_any(kind, nth);
        const auto outcome = world.run(brisk(world));
        BOOST_REQUIRE(outcome.has_value());
        if (outcome->ending != Ending::done) finish(world);
        world.check_whole();
      }
    }
  }
}

// The caller has long given up when the request arrives.
BOOST_AUTO_TEST_CASE(a_call_that_arrives_late_harms_nothing) {
  const auto calls = calls_of_a_whole_rotation();
  std::uint64_t row = 0;
  for (const auto delay : {std::chrono::seconds(11), std::chrono::seconds(25)}) {
    for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT("call " << nth << " arrives after " << delay.count() << " s") {
        World world;
        world.plan.add({.label = "late",
                        .kind = &fault::slow,
                        .caller = "rotator",
                        .nth = nth,
                        .delay = delay});
        const auto outcome = world.run(brisk(world));
        BOOST_REQUIRE(outcome.has_value());
        if (outcome->ending != Ending::done) finish(world);
        world.pass(std::chrono::minutes(2));
        world.check_whole();
      }
    }
  }
}

// The one that mends may die as well: at any call of its own.
BOOST_AUTO_TEST_CASE(of_the_run_that_mends_another_is_mended_too) {
  const auto calls = calls_of_a_whole_rotation();
  for (std::uint64_t first = 12; first <= calls; first += 9) {
    for (std::uint64_t second = 4; second <= calls; second += 11) {
      BOOST_TEST_CONTEXT("after call " << first << ", then after " << second << " more") {
        World world;
        world.fault_any(&fault::crash_after, first);
        world.fault_any(&fault::crash_after, first + second);
        BOOST_TEST(!world.run(brisk(world)).has_value());
        finish(world);
        world.check_whole();
      }
    }
  }
}

// A rollout that never completes, and a crash at any call of the way back.
BOOST_AUTO_TEST_CASE(on_the_way_back_is_mended_too) {
  const auto doomed = [](World& world) {
    world.fleet->trouble({.never_ready = true}, 1);
    return brisk(world);
  };
  std::uint64_t calls = 0;
  {
    World world({.progress_deadline_s = 60});
    BOOST_REQUIRE(world.run(doomed(world))->ending == Ending::rolled_back);
    calls = world.network.calls("rotator");
  }
  for (std::uint64_t nth = 30; nth <= calls; nth += stride) {
    BOOST_TEST_CONTEXT("after call " << nth) {
      World world({.progress_deadline_s = 60});
      const auto configuration = doomed(world);
      world.fault_any(&fault::crash_after, nth);
      BOOST_TEST(!world.run(configuration).has_value());
      finish(world);
      world.check_whole();
    }
  }
}

BOOST_AUTO_TEST_CASE(leaves_no_secret_in_journal_or_messages) {
  World world;
  BOOST_REQUIRE(world.run(brisk(world))->ending == Ending::done);
  world.look(brisk(world), [&world](rotator::Rotation& rotation) {
    const auto status = rotation.status();
    BOOST_REQUIRE(status.has_value());
    const auto text = to_json(status->journal, "");
    for (const auto& plain : world.plaintexts()) BOOST_TEST(text.find(plain) == std::string::npos);
    BOOST_TEST(text.find(status->journal.new_fingerprint) != std::string::npos);
  });
}

BOOST_AUTO_TEST_SUITE_END()
