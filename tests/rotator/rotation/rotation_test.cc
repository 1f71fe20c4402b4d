// The rotation against the mocks: what works, what is refused, what goes wrong and how it ends.
#include "rotator/rotation/rotation.h"

#include <boost/test/unit_test.hpp>

#include "rotator/calls/times.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(rotation)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Judgement;
using rotator::Outcome;
using rotator::Phase;
using testing::require;
using testing::World;

void show(const World& world) {
  for (const auto& line : world.recorder.lines) BOOST_TEST_MESSAGE(line);
}

}  // namespace

BOOST_AUTO_TEST_CASE(rotates_without_one_pod_on_a_refused_secret) {
  World world;
  const auto outcome = require(world.run(world.configuration()));
  show(world);
  BOOST_TEST(outcome.ending == Ending::done);
  BOOST_TEST(outcome.exit_code == 0);
  BOOST_TEST(outcome.restarts == 1);
  world.check_whole();
  BOOST_TEST((world.vault_value() != testing::first_secret));
  const std::vector<Phase> expected = {
      Phase::preflight, Phase::create,  Phase::store, Phase::rollout, Phase::verify,
      Phase::overlap,   Phase::disable, Phase::soak,  Phase::removal, Phase::confirm};
  BOOST_TEST(world.recorder.phases == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(adds_less_than_two_seconds_to_window_and_soak) {
  World world;
  const auto configuration = world.configuration();
  std::optional<rotator::Plan> plan;
  world.look(configuration, [&](rotator::Rotation& rotation) { plan = *rotation.plan(); });
  BOOST_REQUIRE(plan.has_value());
  const auto outcome = require(world.run(configuration));
  const auto unavoidable = plan->window + plan->soak;
  const auto added = outcome.took - unavoidable;
  BOOST_TEST_MESSAGE("added " << rotator::to_text(added) << " to " << rotator::to_text(unavoidable)
                              << " in " << outcome.api_calls << " calls");
  BOOST_TEST((added < 2s));
  BOOST_TEST((added * 100 < unavoidable));
}

BOOST_AUTO_TEST_CASE(rotates_again_and_again_from_where_the_last_one_ended) {
  World world;
  for (int i = 0; i < 3; ++i) {
    const auto before = world.vault_value();
    const auto outcome = require(world.run(world.configuration()));
    BOOST_TEST(outcome.ending == Ending::done);
    BOOST_TEST(outcome.api_calls < 250U);
    BOOST_TEST((world.vault_value() != before));
    world.check_whole();
  }
}

// A Job whose pod died after its work was done is run again.
BOOST_AUTO_TEST_CASE(does_not_rotate_again_before_the_minimum_interval_has_passed) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.minimum_interval = 1h;
  BOOST_TEST(require(world.run(configuration)).rotated);
  const auto rotated = world.vault_value();
  const auto again = require(world.run(configuration));
  BOOST_TEST(again.ending == Ending::done);
  BOOST_TEST(!again.rotated);
  BOOST_TEST(again.message.find("rotation.minimum_interval (1h)") != std::string::npos,
             again.message);
  BOOST_TEST((world.vault_value() == rotated));
  world.queue.run_until(world.queue.now() + 1h);
  require(world.run(configuration));
  BOOST_TEST((world.vault_value() != rotated));
  world.check_whole();
}

// Whatever became of the metrics that were written then.
BOOST_AUTO_TEST_CASE(tells_when_the_secret_was_last_rotated_as_the_journal_knows_it) {
  World world;
  BOOST_TEST((require(world.run(world.configuration())).rotated_before == ports::WallTime{}));
  const auto rotated = world.queue.wall_now();
  const auto idle = require(world.resume(world.configuration()));
  BOOST_TEST(!idle.rotated);
  BOOST_TEST((idle.rotated_before <= rotated && idle.rotated_before > rotated - 1min));
  // Also over one that was taken back, or refused.
  world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  const auto back = require(world.rollback(world.configuration()));
  BOOST_TEST(back.ending == Ending::rolled_back, back.message);
  world.conditions.take_down("idp");
  const auto failed = require(world.run(world.configuration()));
  BOOST_TEST(failed.ending == Ending::unknown, failed.message);
  BOOST_TEST((failed.rotated_before == idle.rotated_before));
}

// Each refused before anything is changed.
BOOST_AUTO_TEST_CASE(refuses_a_secret_that_is_not_ours_and_leaves_it_alone) {
  World world;
  world.idp->core().create_secret(
      testing::client,
      {.id = "ocsforeign", .value = "synthetic-foreign-secret-0001", .settled = true});
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::refused);
  BOOST_TEST(outcome.exit_code == 1);
  BOOST_TEST(outcome.message.find("slots_free") != std::string::npos, outcome.message);
  BOOST_TEST(world.secret_ids().size() == 2U);
  std::optional<rotator::Plan> plan;
  world.look(world.configuration(), [&](rotator::Rotation& rotation) { plan = *rotation.plan(); });
  bool shown = false;
  for (const auto& finding : plan->findings)
    if (finding.check == rotator::Check::foreign_secrets)
      shown = finding.verdict == Judgement::fail &&
              finding.detail.find("ocsforeign") != std::string::npos;
  BOOST_TEST(shown);
}

BOOST_AUTO_TEST_CASE(refuses_a_registered_authentication_method_other_than_the_configured) {
  World world({.registered = mocks::idp::AuthenticationMethod::client_secret_basic});
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::refused);
  BOOST_TEST(
      outcome.message.find("authentication_method: client 0oaportal is registered with "
                           "client_secret_basic, but client_secret_post is configured") == 0U,
      outcome.message);
  BOOST_TEST(world.secret_ids().size() == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_a_window_shorter_than_the_safe_one) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.window = 1min;
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::refused);
  BOOST_TEST(
      outcome.message.find("window: the window of 1m is shorter than the safe minimum of") == 0U,
      outcome.message);
}

BOOST_AUTO_TEST_CASE(refuses_a_tenant_with_one_secret_before_any_change) {
  World world({.variant = mocks::idp::Variant::single});
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::refused);
  BOOST_TEST(outcome.message.find("maximum number") != std::string::npos, outcome.message);
  BOOST_TEST(world.secret_ids().size() == 1U);
  BOOST_TEST(world.vault.current_version("portal-kv", "oidc/portal") == 1);
  // And again: nothing is left behind that blocks.
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::refused);
  auto configuration = world.configuration();
  configuration.identity_provider.max_secrets = 1;
  BOOST_TEST(require(world.run(configuration)).message.find("strategy: ") == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_cutover_without_consent_and_needs_no_world_to_say_so) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.strategy = "cutover";
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::misconfigured);
  BOOST_TEST(outcome.exit_code == 65);
  BOOST_TEST(world.network.calls("rotator") == 0U);
}

BOOST_AUTO_TEST_CASE(cutover_is_the_hazard_that_overlap_avoids) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.strategy = "cutover";
  configuration.rotation.accept_downtime = true;
  BOOST_TEST(require(world.run(configuration)).ending == Ending::done);
  BOOST_TEST(world.ledger.failures() > 0U);
}

BOOST_AUTO_TEST_CASE(waits_until_a_slow_provider_accepts_the_new_and_refuses_the_old) {
  World world({.variant = mocks::idp::Variant::slow});
  const auto outcome = require(world.run(world.configuration()));
  show(world);
  BOOST_TEST(outcome.ending == Ending::done);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(restarts_again_when_a_pod_rendered_the_old_value) {
  World world;
  world.fleet->trouble({.stale_render = true}, 2);
  const auto outcome = require(world.run(world.configuration()));
  show(world);
  BOOST_TEST(outcome.ending == Ending::done);
  BOOST_TEST(outcome.restarts == 2);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(rolls_back_when_every_restart_renders_the_old_value) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.max_restarts = 2;
  world.fleet->trouble({.stale_render = true}, 6);
  const auto outcome = require(world.run(configuration));
  show(world);
  BOOST_TEST(outcome.ending == Ending::rolled_back);
  BOOST_TEST(outcome.exit_code == 1);
  world.check_whole();
  BOOST_TEST((world.vault_value() == testing::first_secret));
}

BOOST_AUTO_TEST_CASE(rolls_a_failed_rollout_back_by_itself) {
  World world({.progress_deadline_s = 60});
  world.fleet->trouble({.never_ready = true}, 1);
  const auto outcome = require(world.run(world.configuration()));
  show(world);
  BOOST_TEST(outcome.ending == Ending::rolled_back);
  BOOST_TEST(outcome.message.find("exceeded its progress deadline") != std::string::npos);
  world.check_whole();
  BOOST_TEST((world.vault_value() == testing::first_secret));
}

BOOST_AUTO_TEST_CASE(enables_the_old_secret_again_when_a_login_fails_while_soaking) {
  World world({.failure_signal = true});
  world.recorder.on_phase = [&world](Phase phase) {
    if (phase == Phase::soak) world.counter.value += 1;
  };
  const auto outcome = require(world.run(world.configuration()));
  show(world);
  BOOST_TEST(outcome.ending == Ending::stopped);
  BOOST_TEST(outcome.exit_code == 3);
  for (const auto* secret : world.idp->core().secrets(testing::client)) BOOST_TEST(secret->active);
  BOOST_TEST(world.secret_ids().size() == 2U);
  BOOST_TEST(world.ledger.breaches().empty());
  // A scheduled run leaves it to the operator; resume finishes it.
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::stopped);
  world.recorder.on_phase = {};
  BOOST_TEST(require(world.resume(world.configuration())).ending == Ending::done);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(rolls_back_when_logins_fail_in_the_window) {
  World world({.failure_signal = true});
  world.recorder.on_phase = [&world](Phase phase) {
    if (phase == Phase::overlap) world.counter.value += 3;
  };
  const auto outcome = require(world.run(world.configuration()));
  show(world);
  BOOST_TEST(outcome.ending == Ending::rolled_back);
  world.check_whole();
}

// Pods that restart count from zero again: what such a counter shows was counted since.
BOOST_AUTO_TEST_CASE(sees_failures_in_a_counter_that_was_reset) {
  World world({.failure_signal = true});
  world.counter.value = 50;
  world.recorder.on_phase = [&world](Phase phase) {
    if (phase == Phase::overlap) world.counter.value = 3;
  };
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::rolled_back);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(does_not_retire_what_a_stranger_put_out_of_use) {
  World world;
  world.recorder.on_phase = [&world](Phase phase) {
    if (phase == Phase::overlap)
      world.vault.write(world.vault.root(), "portal-kv/data/oidc/portal", "client_secret",
                        testing::first_secret);
  };
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::stopped);
  BOOST_TEST(outcome.message.find("somebody else changed it") != std::string::npos,
             outcome.message);
  BOOST_TEST(world.secret_ids().size() == 2U);
  BOOST_TEST(world.ledger.breaches().empty());
}

BOOST_AUTO_TEST_CASE(a_second_rotator_does_not_act_while_the_first_one_can) {
  World world;
  mocks::sim::Process other(world.queue, "second");
  std::optional<Outcome> second;
  testing::Recorder heard;
  world.recorder.on_phase = [&](Phase phase) {
    if (phase != Phase::rollout) return;
    other.start([&] {
      mocks::sim::SimClock clock(other);
      mocks::sim::SimRandom random(world.draws, 99);
      const auto http = world.network.client("second", other);
      auto token = world.vault_token;
      rotator::Rotation rotation({*http, clock, random, world.files}, world.configuration(),
                                 {.vault_token = ports::Secret(std::move(token))}, heard);
      second = rotation.run();
    });
  };
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::done);
  BOOST_TEST(require(second).ending == Ending::locked);
  BOOST_TEST(second->exit_code == 75);
  BOOST_TEST(heard.phases.empty());
  world.check_whole();
}

// A machine that slept: its rotator believes that it still holds the lock, and wakes up right
// before it would act.
BOOST_AUTO_TEST_CASE(a_rotator_that_slept_while_another_took_over_does_nothing_more) {
  for (const auto asleep : {Phase::store, Phase::rollout, Phase::overlap, Phase::disable,
                            Phase::removal, Phase::confirm}) {
    World world;
    mocks::sim::Process other(world.queue, "second");
    std::optional<Outcome> second;
    testing::Recorder heard;
    struct Waker final : mocks::Timed {
      mocks::sim::Process& process;
      explicit Waker(mocks::sim::Process& p) : process(p) {}
      void on_timer(std::uint32_t, std::uint64_t) override { process.resume(); }
    } waker(world.rotator_process);
    world.recorder.on_phase = [&](Phase phase) {
      if (phase != asleep || second) return;
      world.rotator_process.pause();
      world.queue.at(world.queue.now() + 1h, waker, 0, 0);
      other.start([&] {
        mocks::sim::SimClock clock(other);
        mocks::sim::SimRandom random(world.draws, 99);
        const auto http = world.network.client("second", other);
        auto token = world.vault_token;
        rotator::Rotation rotation({*http, clock, random, world.files}, world.configuration(),
                                   {.vault_token = ports::Secret(std::move(token))}, heard);
        second = rotation.run();
      });
    };
    const auto first = require(world.run(world.configuration()));
    BOOST_TEST_CONTEXT("asleep in " << to_string(asleep)) {
      BOOST_TEST(require(second).ending == Ending::done);
      BOOST_TEST(first.ending == Ending::locked, first.message);
      world.check_whole();
    }
  }
}

BOOST_AUTO_TEST_CASE(stops_when_asked_gives_the_lock_back_and_goes_on_later) {
  for (const auto phase : {Phase::store, Phase::rollout, Phase::overlap, Phase::soak}) {
    World world;
    world.recorder.on_phase = [&world, phase](Phase entered) {
      if (entered == phase) world.rotator_process.interrupt();
    };
    const auto outcome = require(world.run(world.configuration()));
    BOOST_TEST(outcome.ending == Ending::interrupted);
    BOOST_TEST(outcome.exit_code == 130);
    world.recorder.on_phase = {};
    const auto before = world.queue.now();
    const auto resumed = require(world.resume(world.configuration()));
    BOOST_TEST(resumed.ending == Ending::done, to_string(phase) << ": " << resumed.message);
    BOOST_TEST((resumed.durations.empty() || world.queue.now() - before < 20min));
    world.check_whole();
  }
}

BOOST_AUTO_TEST_CASE(a_stop_before_the_first_change_leaves_nothing_to_take_back) {
  World world;
  world.recorder.on_phase = [&world](Phase entered) {
    if (entered == Phase::create) world.rotator_process.interrupt();
  };
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::interrupted);
  BOOST_TEST(require(world.resume(world.configuration())).message ==
             "no rotation was ever begun here: nothing to resume");
  BOOST_TEST(require(world.process(world.configuration(), [](rotator::Rotation& rotation) {
               return rotation.rollback();
             })).ending == Ending::refused);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(an_operator_takes_a_rotation_back_from_any_phase_before_delete) {
  for (const auto phase :
       {Phase::store, Phase::rollout, Phase::verify, Phase::overlap, Phase::disable, Phase::soak}) {
    World world;
    world.recorder.on_phase = [&world, phase](Phase entered) {
      if (entered == phase) world.rotator_process.interrupt();
    };
    require(world.run(world.configuration()));
    world.recorder.on_phase = {};
    const auto outcome = require(world.process(
        world.configuration(), [](rotator::Rotation& rotation) { return rotation.rollback(); }));
    BOOST_TEST_CONTEXT(to_string(phase)) {
      BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
      // It was asked for, and it was done.
      BOOST_TEST(outcome.exit_code == 0);
      world.check_whole();
      BOOST_TEST((world.vault_value() == testing::first_secret));
      BOOST_TEST(require(world.run(world.configuration())).ending == Ending::done);
      world.check_whole();
    }
  }
}

BOOST_AUTO_TEST_CASE(says_whose_answer_it_waits_for_and_until_when) {
  const auto waits = [](const char* system, const char* name) {
    World world;
    world.when(Phase::preflight, [&] { world.conditions.take_down(system); });
    auto configuration = world.configuration();
    configuration.vault.session.patience = 2min;
    require(world.run(configuration));
    std::size_t told = 0;
    for (const auto& line : world.recorder.lines)
      if (line.starts_with("info ") && line.find(name) != std::string::npos &&
          line.find("; is tried again until 2026-") != std::string::npos &&
          line.find("Z at the latest, ") != std::string::npos)
        ++told;
    BOOST_TEST(told > 0U, system);
    // Once a call, however often it is tried.
    BOOST_TEST(told < 4U, system);
  };
  waits("idp", "https://okta.example");
  waits("vault", "https://vault.example:8200");
  waits("kubernetes", "https://kubernetes.example:6443");
}

BOOST_AUTO_TEST_CASE(a_run_that_comes_to_no_rotation_tells_of_itself_and_not_of_the_last_one) {
  World world;
  const auto first = require(world.run(world.configuration()));
  const auto fails = [&](Ending ending) {
    const auto failed = require(world.run(world.configuration()));
    BOOST_TEST(failed.ending == ending, failed.message);
    BOOST_TEST(failed.rotation_id.size() == first.rotation_id.size());
    BOOST_TEST(failed.rotation_id != first.rotation_id);
    BOOST_TEST(failed.restarts == 0);
    BOOST_TEST(failed.message.find("`rotator resume`") == std::string::npos, failed.message);
  };
  world.conditions.take_down("idp");
  fails(Ending::unknown);
  world.conditions.bring_up("idp");
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"max_versions":1})");
  fails(Ending::refused);
  const auto resumed = require(world.resume(world.configuration()));
  BOOST_TEST(resumed.ending == Ending::done);
  BOOST_TEST(!resumed.rotated);
}

BOOST_AUTO_TEST_SUITE_END()
