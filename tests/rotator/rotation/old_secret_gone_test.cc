// Somebody deletes the old secret while the rotation is on its way: there is nothing to come back
// to, and who still holds it is helped by the new one alone.
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(old_secret_gone)

namespace {

using rotator::Ending;
using rotator::Phase;
using testing::require;
using testing::World;

// What pods lose by it is not the rotation's doing.
void delete_old(World& world, std::uint64_t failed_logins) {
  auto& core = world.idp->core();
  for (const auto* secret : core.secrets(testing::client)) {
    if (secret->value != testing::first_secret) continue;
    const std::string id = secret->id;
    core.set_active(testing::client, id, false);
    core.delete_secret(testing::client, id);
    break;
  }
  while (!world.ledger.breaches().empty()) world.ledger.forget_latest();
  world.counter.value += failed_logins;
}

void check_goes_on(bool failure_signal, Phase phase) {
  BOOST_TEST_CONTEXT("in phase " << to_string(phase) << ", failure signal " << failure_signal) {
    World world({.failure_signal = failure_signal});
    // Until its pods have moved, more logins fail in each phase.
    bool gone = false;
    world.recorder.on_phase = [&world, &gone, phase](Phase entered) {
      if (gone && (entered == Phase::rollout || entered == Phase::verify)) world.counter.value += 7;
      if (gone || entered != phase) return;
      gone = true;
      delete_old(world, 7);
    };
    const auto outcome = require(world.run(world.configuration()));
    BOOST_TEST(gone);
    BOOST_TEST(outcome.ending == Ending::done, outcome.message);
    BOOST_TEST((world.vault_value() != testing::first_secret));
    world.check_whole();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(goes_on_to_the_new_one_though_logins_fail) {
  for (const auto phase : {Phase::store, Phase::rollout, Phase::verify, Phase::overlap})
    check_goes_on(true, phase);
}

BOOST_AUTO_TEST_CASE(goes_on_to_the_new_one_where_its_own_probes_are_all_that_sees_failures) {
  for (const auto phase : {Phase::store, Phase::rollout, Phase::verify, Phase::overlap})
    check_goes_on(false, phase);
}

// An operator who asked for the way back is told, and not overruled.
BOOST_AUTO_TEST_CASE(is_told_to_whoever_asks_for_the_way_back_and_the_next_run_goes_on) {
  World world;
  world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  delete_old(world, 0);
  const auto asked = require(world.rollback(world.configuration()));
  BOOST_TEST(asked.ending == Ending::stopped, asked.message);
  BOOST_TEST(asked.message.find("`rotator resume` goes on to the new one") != std::string::npos,
             asked.message);
  const auto resumed = require(world.resume(world.configuration()));
  BOOST_TEST(resumed.ending == Ending::done, resumed.message);
  world.check_whole();
}

namespace {

constexpr const char* added_again = "synthetic-id-of-the-old-value-again";

// Somebody deletes it in that phase and adds its value again under another id.
void add_again(World& world, Phase phase) {
  world.when(phase, [&world] {
    delete_old(world, 0);
    world.idp->core().create_secret(testing::client,
                                    {.id = added_again, .value = testing::first_secret});
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(added_again_under_another_id_is_told_as_that_and_is_gone_on_without) {
  for (const auto phase : {Phase::overlap, Phase::soak, Phase::removal, Phase::confirm}) {
    BOOST_TEST_CONTEXT("in phase " << to_string(phase)) {
      World world;
      add_again(world, phase);
      const auto outcome = require(world.run(world.configuration()));
      BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
      for (const char* part : {"somebody added its value again under another id, ", added_again,
                               "`rotator resume` ends the rotation"})
        BOOST_TEST(outcome.message.find(part) != std::string::npos, outcome.message);
      BOOST_TEST(outcome.message.find("404") == std::string::npos, outcome.message);
      BOOST_TEST(world.ledger.failures() == 0U);
      // As that sentence says.
      world.idp->core().set_active(testing::client, added_again, false);
      world.idp->core().delete_secret(testing::client, added_again);
      const auto resumed = require(world.resume(world.configuration()));
      BOOST_TEST(resumed.ending == Ending::done, resumed.message);
      world.check_whole();
    }
  }
}

BOOST_AUTO_TEST_CASE(that_is_gone_is_told_as_gone_where_it_should_be_enabled_again) {
  World world({.failure_signal = true});
  world.when(Phase::soak, [&world] { delete_old(world, 50); });
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
  BOOST_TEST(outcome.message.find("somebody has deleted the old secret ") != std::string::npos,
             outcome.message);
  BOOST_TEST(outcome.message.find("404") == std::string::npos, outcome.message);
}

// Trouble that is the new secret's own ends the run: there is one turn and no more.
BOOST_AUTO_TEST_CASE(is_gone_round_once_and_not_for_ever) {
  World world({.failure_signal = true});
  world.when(Phase::rollout, [&world] { delete_old(world, 7); });
  world.fleet->trouble({.never_ready = true}, 100);
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
  BOOST_TEST(world.recorder.told("going on to the new one"));
}

BOOST_AUTO_TEST_SUITE_END()
