// Each gate switched off lets the very hazard through that it stands against: so each can go red.
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(hazard)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Gate;
using testing::World;

rotator::Configuration without(const World& world, std::set<Gate> gates) {
  auto configuration = world.configuration();
  configuration.rotation.disabled_gates = std::move(gates);
  configuration.rotation.skip_preflight = true;
  configuration.rotation.soak = 0s;
  return configuration;
}

// How many pods held a secret at the moment when it was refused, or started with one that was.
std::uint64_t harm(World& world, const rotator::Configuration& configuration) {
  const auto outcome = world.run(configuration);
  BOOST_REQUIRE(outcome.has_value());
  BOOST_TEST(outcome->ending == Ending::done, outcome->message);
  return world.ledger.failures();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stale_pod_is_cut_off_without_the_gate_on_contents_and_the_one_on_processes) {
  {
    World world;
    world.fleet->trouble({.stale_render = true}, 1);
    BOOST_TEST(
        harm(world, without(world, {Gate::every_pod_on_new, Gate::process_newer_than_file})) > 0U);
  }
  {
    World world;
    world.fleet->trouble({.stale_render = true}, 1);
    BOOST_TEST(harm(world, without(world, {})) == 0U);
  }
}

// The sidecar mends the file, so the content alone looks right; the process still holds the old.
BOOST_AUTO_TEST_CASE(a_file_mended_behind_the_process_passes_without_the_gate_on_processes) {
  for (const bool guarded : {false, true}) {
    World world;
    // No look at the pods before their sidecars have polled: the gate on contents is late.
    auto configuration =
        without(world, guarded ? std::set<Gate>{} : std::set<Gate>{Gate::process_newer_than_file});
    world.fleet->trouble({.stale_render = true}, 1);
    world.recorder.on_phase = [&world](rotator::Phase phase) {
      if (phase == rotator::Phase::verify) world.rotator_process.pause();
    };
    // Asleep while the sidecars mend the files.
    struct Waker final : mocks::Timed {
      mocks::sim::Process& process;
      explicit Waker(mocks::sim::Process& p) : process(p) {}
      void on_timer(std::uint32_t, std::uint64_t) override {
        if (process.paused()) process.resume();
      }
    } waker(world.rotator_process);
    for (int minute = 6; minute < 60; minute += 6)
      world.queue.at(ports::Instant(std::chrono::minutes(minute)), waker, 0, 0);
    if (guarded)
      BOOST_TEST(harm(world, configuration) == 0U);
    else
      BOOST_TEST(harm(world, configuration) > 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_dying_pod_is_cut_off_without_the_gate_on_old_pods) {
  for (const bool guarded : {false, true}) {
    World world;
    auto configuration = without(
        world, guarded
                   ? std::set<Gate>{Gate::window_elapsed, Gate::quiet_period}
                   : std::set<Gate>{Gate::old_pods_gone, Gate::window_elapsed, Gate::quiet_period});
    configuration.rotation.probes = 1;
    if (guarded)
      BOOST_TEST(harm(world, configuration) == 0U);
    else
      BOOST_TEST(harm(world, configuration) > 0U);
  }
}

BOOST_AUTO_TEST_CASE(
    a_secret_that_is_not_accepted_yet_reaches_vault_without_the_gate_on_acceptance) {
  for (const bool guarded : {false, true}) {
    World world({.variant = mocks::idp::Variant::slow});
    auto configuration =
        without(world, guarded ? std::set<Gate>{} : std::set<Gate>{Gate::new_secret_accepted});
    const auto outcome = world.run(configuration);
    BOOST_REQUIRE(outcome.has_value());
    if (guarded)
      BOOST_TEST(world.ledger.breaches().empty());
    else
      BOOST_TEST(!world.ledger.breaches().empty());
  }
}

// The guide's fixed wait, without any look at the pods.
BOOST_AUTO_TEST_CASE(a_fixed_wait_fails_when_it_is_shorter_than_the_rollout) {
  const std::set<Gate> timer = {Gate::old_pods_gone, Gate::every_pod_on_new,
                                Gate::process_newer_than_file, Gate::new_secret_accepted,
                                Gate::quiet_period};
  for (const auto window : {10s, 600s}) {
    World world;
    auto configuration = without(world, timer);
    configuration.rotation.window = window;
    if (window == 10s)
      BOOST_TEST(harm(world, configuration) > 0U);
    else
      BOOST_TEST(harm(world, configuration) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_gate_that_is_off_is_told_loudly) {
  World world;
  harm(world, without(world, {Gate::window_elapsed}));
  BOOST_TEST(world.recorder.told(
      "warning UNSAFE: gate window_elapsed is switched off by the configuration"));
}

BOOST_AUTO_TEST_SUITE_END()
