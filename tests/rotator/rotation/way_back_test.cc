// The way back moves nothing to what is not proved, and meets calls that are still on their way.
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(way_back)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Phase;
using testing::require;
using testing::World;
namespace fault = mocks::sim::fault;

mocks::idp::CoreOptions slow_to_enable(ports::Duration low, ports::Duration high) {
  auto core = mocks::idp::options_of(mocks::idp::Variant::multi);
  core.enable_lag = {.low = low, .high = high};
  core.retire_lag = {.low = 5s, .high = 45s};
  core.replicas = 3;
  return core;
}

// A call of the rotator to `target` that arrives only after its caller has given up on it and was
// asked to stop.
void stop_in_flight(World& world, const char* method, const char* target) {
  world.plan.add({.label = "late",
                  .kind = &fault::slow,
                  .caller = "rotator",
                  .method = method,
                  .target = target,
                  .delay = 15s});
  world.ledger.on_call = [&world, verb = std::string(method),
                          wanted = std::string(target).substr(1)](const std::string& call) {
    if (call.starts_with(verb) && call.ends_with(wanted)) world.rotator_process.interrupt();
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(proves_the_old_secret_again_before_anything_is_moved_to_it) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const auto after : {1s, 60s}) {
      World world({.seed = seed, .core = slow_to_enable(60s, 90s)});
      auto configuration = world.configuration();
      configuration.rotation.soak = 10min;
      struct Stopper final : mocks::Timed {
        mocks::sim::Process& process;
        explicit Stopper(mocks::sim::Process& p) : process(p) {}
        void on_timer(std::uint32_t, std::uint64_t) override { process.interrupt(); }
      } stopper(world.rotator_process);
      world.when(Phase::soak, [&] { world.queue.at(world.queue.now() + after, stopper, 0, 0); });
      BOOST_TEST_CONTEXT("seed " << seed << ", stopped after " << after.count() << " s") {
        BOOST_TEST(require(world.run(configuration)).ending == Ending::interrupted);
        const auto outcome = require(world.rollback(configuration));
        BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
        world.check_whole();
        BOOST_TEST((world.vault_value() == testing::first_secret));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(moves_nothing_to_an_old_secret_that_stays_refused) {
  World world({.core = slow_to_enable(1h, 1h)});
  world.when(Phase::soak, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  world.pass(2min);
  const auto outcome = require(world.rollback(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
  BOOST_TEST(outcome.message.find("nothing was moved back to it") != std::string::npos,
             outcome.message);
  BOOST_TEST((world.vault_value() != testing::first_secret));
  world.pass(2h);
  BOOST_TEST(require(world.resume(world.configuration())).ending == Ending::rolled_back);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(asks_the_token_endpoint_for_no_proof_where_the_old_secret_never_ended) {
  World world;
  world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  int asked = 0;
  world.ledger.on_call = [&asked](const std::string& call) {
    if (call.ends_with("/token")) ++asked;
  };
  BOOST_TEST(require(world.rollback(world.configuration())).ending == Ending::rolled_back);
  BOOST_TEST(asked == 0);
}

// The sidecar mends the file behind a process that read the new value on the way back.
BOOST_AUTO_TEST_CASE(proves_the_processes_and_not_only_their_files) {
  World world;
  world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  world.fleet->trouble({.stale_render = true}, 1);
  struct Waker final : mocks::Timed {
    mocks::sim::Process& process;
    explicit Waker(mocks::sim::Process& p) : process(p) {}
    void on_timer(std::uint32_t, std::uint64_t) override { process.resume(); }
  } waker(world.rotator_process);
  bool restarted = false;
  bool slept = false;
  world.ledger.on_call = [&](const std::string& call) {
    if (call.find("PATCH") == 0 && call.find("/deployments/") != std::string::npos)
      restarted = true;
    if (!restarted || slept || call.find("GET") != 0 || call.find("/pods?") == std::string::npos)
      return;
    slept = true;
    world.rotator_process.pause();
    world.queue.at(world.queue.now() + 10min, waker, 0, 0);
  };
  const auto outcome = require(world.rollback(world.configuration()));
  BOOST_REQUIRE(slept);
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(waits_for_a_call_to_disable_that_is_still_on_its_way) {
  World world;
  stop_in_flight(world, "POST", "*/lifecycle/deactivate");
  require(world.run(world.configuration()));
  world.ledger.on_call = {};
  const auto outcome = require(world.rollback(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  world.pass(1min);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(succeeds_for_whoever_finishes_one_that_was_asked_for) {
  World world({.progress_deadline_s = 60});
  world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  world.fault(&fault::crash_after, "PATCH", "*/deployments/*");
  BOOST_REQUIRE(!world.rollback(world.configuration()).has_value());
  const auto asked = require(world.resume(world.configuration()));
  BOOST_TEST(asked.ending == Ending::rolled_back, asked.message);
  BOOST_TEST(asked.exit_code == 0);
  // The next one turns back by itself: nobody asked for that.
  world.fleet->trouble({.never_ready = true}, 1);
  world.when(Phase::rollback, [&world] { world.rotator_process.interrupt(); });
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::interrupted);
  const auto unasked = require(world.resume(world.configuration()));
  BOOST_TEST(unasked.ending == Ending::rolled_back, unasked.message);
  BOOST_TEST(unasked.exit_code == 1);
  world.check_whole();
}

// Pods that never render what Vault holds: restarted so often, whoever goes on with it, until an
// operator has looked.
BOOST_AUTO_TEST_CASE(counts_its_restarts_over_all_processes_that_work_on_it) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.max_restarts = 2;
  world.fleet->trouble({.stale_render = true}, 1000);
  int patches = 0;
  world.ledger.on_call = [&patches](const std::string& call) {
    if (call.starts_with("PATCH") && call.find("/deployments/") != std::string::npos) ++patches;
  };
  // Two forward, the pod template of before, and two more.
  world.fault(&fault::crash_after, "PATCH", "*/deployments/*", 5);
  BOOST_REQUIRE(!world.run(configuration).has_value());
  BOOST_TEST(patches == 5);
  const auto outcome = require(world.resume(configuration));
  BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
  BOOST_TEST(outcome.restarts == 5);
  BOOST_TEST(patches == 5);
  world.fleet->trouble({}, 0);
  const auto ended = require(world.resume(configuration));
  BOOST_TEST(ended.ending == Ending::rolled_back, ended.message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(takes_the_version_away_from_a_write_that_is_still_on_its_way) {
  World world;
  stop_in_flight(world, "PUT", "*/data/oidc/portal");
  require(world.run(world.configuration()));
  world.ledger.on_call = {};
  const auto outcome = require(world.rollback(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  world.pass(1min);
  world.check_whole();
  BOOST_TEST((world.vault_value() == testing::first_secret));
}

BOOST_AUTO_TEST_SUITE_END()
