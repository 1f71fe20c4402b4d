// A run that takes up what another began, and one that has lost the right to act.
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(take_up)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Phase;
using testing::require;
using testing::World;

// Everything that a rotation changes, in one line.
std::string effects(const World& world) {
  std::string all = std::to_string(world.ledger.restarts_seen()) + " restarts, version " +
                    std::to_string(world.vault.current_version("portal-kv", "oidc/portal"));
  for (const auto* secret : world.idp->core().secrets(testing::client))
    all += (secret->active ? ", active" : ", inactive");
  return all;
}

}  // namespace

// Nobody has written the journal: only the lease, looked at after the intent, can tell.
BOOST_AUTO_TEST_CASE(does_nothing_more_once_somebody_else_holds_the_lease) {
  for (const auto phase :
       {Phase::create, Phase::store, Phase::rollout, Phase::disable, Phase::removal}) {
    BOOST_TEST_CONTEXT(to_string(phase)) {
      World world;
      std::string before;
      world.when(phase, [&] {
        world.steal_lease();
        before = effects(world);
      });
      const auto outcome = require(world.run(world.configuration()));
      BOOST_TEST(outcome.ending == Ending::locked, outcome.message);
      BOOST_TEST(effects(world) == before);
      BOOST_TEST(world.ledger.breaches().empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(counts_the_window_from_the_new_secrets_creation_whoever_goes_on) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.window = 20min;
  ports::Instant created{};
  ports::Instant disabled{};
  const auto watch = [&](Phase stop) {
    world.recorder.on_phase = [&, stop](Phase phase) {
      if (phase == Phase::create && created == ports::Instant{}) created = world.queue.now();
      if (phase == Phase::disable) disabled = world.queue.now();
      if (phase == stop) world.rotator_process.interrupt();
    };
  };
  watch(Phase::overlap);
  BOOST_TEST(require(world.run(configuration)).ending == Ending::interrupted);
  world.pass(10min);
  watch(Phase::preflight);
  BOOST_TEST(require(world.resume(configuration)).ending == Ending::done);
  BOOST_TEST((disabled - created >= 20min));
  BOOST_TEST((disabled - created < 21min));
}

// kubectl rollout undo, while a rotation has been interrupted there: what brings its pod template
// back is a restart like any other.
BOOST_AUTO_TEST_CASE(restarts_and_counts_once_more_after_somebody_undid_its_rollout) {
  for (const auto phase : {Phase::verify, Phase::overlap, Phase::soak}) {
    World world;
    int patches = 0;
    world.ledger.on_call = [&patches](const std::string& call) {
      if (call.starts_with("PATCH") && call.find("/deployments/") != std::string::npos) ++patches;
    };
    world.when(phase, [&world] { world.rotator_process.interrupt(); });
    BOOST_TEST(require(world.run(world.configuration())).ending == Ending::interrupted);
    world.undo_rollout();
    world.pass(2min);
    const auto outcome = require(world.resume(world.configuration()));
    BOOST_TEST(outcome.ending == Ending::done, to_string(phase) << ": " << outcome.message);
    BOOST_TEST(patches == 2, to_string(phase) << ": " << patches << " restarts were asked for");
    BOOST_TEST(outcome.restarts == patches, to_string(phase));
    world.check_whole();
  }
}

// A controller that puts its own pod template in place again and again.
BOOST_AUTO_TEST_CASE(restarts_no_more_often_than_allowed_when_its_rollout_is_undone_each_time) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.max_restarts = 3;
  int patches = 0;
  world.ledger.on_call = [&patches](const std::string& call) {
    if (call.starts_with("PATCH") && call.find("/deployments/") != std::string::npos) ++patches;
  };
  world.recorder.on_phase = [&world](Phase phase) {
    if (phase == Phase::overlap) world.undo_rollout();
  };
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  BOOST_TEST(outcome.message.find("somebody else put another pod template") != std::string::npos,
             outcome.message);
  BOOST_TEST(outcome.restarts == patches);
  BOOST_TEST(patches <= 2 * configuration.rotation.max_restarts + 1);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(leaves_the_journal_of_another_client_or_workload_alone) {
  World world;
  world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  const auto before = effects(world);
  auto other_client = world.configuration();
  other_client.identity_provider.client_id = "0oaother";
  auto other_workload = world.configuration();
  other_workload.kubernetes.workload.name = "portal-frontend";
  other_workload.kubernetes.lease_name = "rotator-portal-backend";
  for (const auto& other : {other_client, other_workload}) {
    for (const auto& outcome : {require(world.resume(other)), require(world.rollback(other))}) {
      BOOST_TEST(outcome.ending != Ending::done);
      BOOST_TEST(outcome.message.find("not of the configured ones") != std::string::npos,
                 outcome.message);
    }
  }
  BOOST_TEST(effects(world) == before);
  BOOST_TEST(require(world.resume(world.configuration())).ending == Ending::done);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(refuses_to_go_back_once_the_old_secret_may_be_gone) {
  World world;
  world.when(Phase::confirm, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  const auto outcome = require(world.rollback(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::refused, outcome.message);
  BOOST_TEST(outcome.message.find("resume instead") != std::string::npos, outcome.message);
  BOOST_TEST(require(world.resume(world.configuration())).ending == Ending::done);
  world.check_whole();
}

BOOST_AUTO_TEST_SUITE_END()
