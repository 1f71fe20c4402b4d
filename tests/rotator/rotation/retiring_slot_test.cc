// A provider that makes the old secret lapse when it makes a new one, and has one place for it:
// made once, proved at once, and taken back by putting the old one back (Keycloak).
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/brisk.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"
#include "tests/stride.h"

BOOST_AUTO_TEST_SUITE(retiring_slot)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Phase;
using testing::brisk;
using testing::calls_of_a_whole_rotation;
using testing::finish;
using testing::require;
using testing::stride;
using testing::stride_begin;
namespace fault = mocks::sim::fault;

mocks::idp::CoreOptions with(const mocks::idp::Succession& succession) {
  const auto* dialect = mocks::idp::find_dialect("keycloak");
  auto core = dialect->core(mocks::idp::options_of(mocks::idp::Variant::multi));
  core.succession = succession;
  return core;
}

struct World : testing::World {
  explicit World(const mocks::idp::Succession& succession = {})
      : testing::World(
            {.core = with(succession), .dialect = mocks::idp::find_dialect("keycloak")}) {
    ledger.on_call = [this](const std::string& call) {
      if (call.find("POST") != std::string::npos && call.ends_with("/client-secret")) ++regenerated;
    };
  }
  // Somebody else presses "Regenerate".
  void others_regenerate() {
    const mocks::idp::Console::Session session{
        .send = [this](const ports::Request& request) -> ports::Result<ports::Response> {
          return idp->handle(request).response;
        },
        .client_id = testing::client,
        .admin_token = idp->admin_token()};
    const auto made = idp->console().replace(session);
    BOOST_REQUIRE(made.has_value());
    others = made->value;
    seen_secrets.push_back(others);
  }
  bool first_works() const {
    return idp->core().accepts(mocks::name_of(testing::client),
                               mocks::name_of(testing::first_secret), queue.now());
  }

  int regenerated = 0;
  std::string others;
};

void check_says(const rotator::Outcome& outcome, const char* part) {
  BOOST_TEST(outcome.message.find(part) != std::string::npos, outcome.message);
}

}  // namespace

BOOST_AUTO_TEST_CASE(is_rotated_with_one_regeneration_and_the_old_one_removed_after_the_soak) {
  World world;
  world.recorder.on_phase = [&](Phase phase) {
    if (phase == Phase::removal) BOOST_TEST(world.first_works());
  };
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(world.regenerated == 1);
  BOOST_TEST(world.vault_value() != testing::first_secret);
  world.check_whole();
  // And again, from where it ended.
  world.recorder.on_phase = {};
  const auto second = require(world.run(world.configuration()));
  BOOST_TEST(second.ending == Ending::done, second.message);
  world.check_whole();
}

// Newer servers show a reference for what a vault keeps, where the rotated one is asked for alone.
BOOST_AUTO_TEST_CASE(needs_no_word_of_the_rotated_one_but_the_clients_own) {
  World world({.placeholder = true});
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::done);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(an_expired_secret_is_not_rotated) {
  World world;
  auto& core = world.idp->core();
  core.set_expiry(testing::client, core.secrets(testing::client).front()->id,
                  world.queue.wall_now() + 1h);
  world.pass(2h);
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::refused, outcome.message);
  check_says(outcome, "expired");
  BOOST_TEST(world.regenerated == 0);
}

BOOST_AUTO_TEST_CASE(a_lost_reply_is_settled_without_a_second_regeneration) {
  World world;
  world.fault(&fault::lost_reply, "POST", "*/client-secret");
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(world.regenerated == 1);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(a_regeneration_that_arrives_late_is_waited_for) {
  World world;
  world.plan.add({.label = "late",
                  .kind = &fault::slow,
                  .caller = "rotator",
                  .method = "POST",
                  .target = "*/client-secret",
                  .delay = 15s});
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(world.regenerated == 1);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(a_value_that_died_with_the_process_is_read_again) {
  World world;
  world.fault(&fault::crash_after, "POST", "*/client-secret");
  BOOST_TEST(!world.run(world.configuration()).has_value());
  world.pass(5min);
  const auto ended = require(world.resume(world.configuration()));
  BOOST_TEST(ended.ending == Ending::done, ended.message);
  BOOST_TEST(world.regenerated == 1);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_is_mended_by_the_next_run) {
  const auto calls = calls_of_a_whole_rotation<World>();
  std::uint64_t row = 0;
  for (const auto* kind : {&fault::crash_before, &fault::crash_after}) {
    for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT(kind->name << " call " << nth) {
        World world;
        world.fault_any(kind, nth);
        BOOST_TEST(!world.run(brisk(world)).has_value());
        finish(world);
        world.check_whole();
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_call_whose_reply_is_lost_or_that_arrives_late_harms_nothing) {
  const auto calls = calls_of_a_whole_rotation<World>();
  std::uint64_t row = 0;
  for (const auto delay : {0s, 25s, 50s}) {
    for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT("call " << nth << " arrives after " << delay.count() << " s") {
        World world;
        world.plan.add({.label = "late",
                        .kind = delay == 0s ? &fault::lost_reply : &fault::slow,
                        .caller = "rotator",
                        .nth = nth,
                        .delay = delay});
        const auto outcome = require(world.run(brisk(world)));
        if (outcome.ending != Ending::done) finish(world);
        world.pass(2min);
        world.check_whole();
      }
    }
  }
}

// A rollout that never completes, and a crash at any call of the way back.
BOOST_AUTO_TEST_CASE(a_crash_on_the_way_back_is_mended_too) {
  const auto doomed = [](World& world) {
    world.fleet->trouble({.never_ready = true}, 1);
    auto configuration = brisk(world);
    configuration.rotation.rollout_deadline = 90s;
    return configuration;
  };
  std::uint64_t calls = 0;
  {
    World world;
    BOOST_REQUIRE(world.run(doomed(world))->ending == Ending::rolled_back);
    world.check_whole();
    calls = world.network.calls("rotator");
  }
  for (std::uint64_t nth = 35; nth <= calls; nth += stride) {
    BOOST_TEST_CONTEXT("after call " << nth) {
      World world;
      const auto configuration = doomed(world);
      world.fault_any(&fault::crash_after, nth);
      BOOST_TEST(!world.run(configuration).has_value());
      finish(world);
      world.check_whole();
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_made_where_the_old_secret_would_end_at_once) {
  for (const bool skip : {false, true}) {
    World world({.possible = false});
    auto configuration = world.configuration();
    configuration.rotation.skip_preflight = skip;
    const auto outcome = require(world.run(configuration));
    BOOST_TEST(outcome.ending == Ending::refused, outcome.message);
    BOOST_TEST(world.regenerated == 0);
    world.check_whole();
  }
}

BOOST_AUTO_TEST_CASE(is_refused_where_the_old_secret_lapses_before_it_is_done_with) {
  World world({.grace = 5min});
  auto configuration = world.configuration();
  configuration.rotation.window = 10min;
  configuration.rotation.soak = 5min;
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::refused, outcome.message);
  check_says(outcome, "old_lives_on");
  check_says(outcome, "let it live on for 15m at least");
  BOOST_TEST(world.regenerated == 0);
  world.check_whole();

  World fitting({.grace = 15min});
  BOOST_TEST(require(fitting.run(configuration)).ending == Ending::done);
  fitting.check_whole();
}

BOOST_AUTO_TEST_CASE(an_unread_policy_is_refused_unless_the_operator_says_what_it_says) {
  World world({.readable = false});
  auto configuration = world.configuration();
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::refused, outcome.message);
  check_says(outcome, "identity_provider.rotated_secret_life");
  configuration.identity_provider.rotated_secret_life = 48h;
  BOOST_TEST(require(world.run(configuration)).ending == Ending::done);
  world.check_whole();
}

// What the operator said was not so: it shows as soon as the new one is made.
BOOST_AUTO_TEST_CASE(an_old_secret_that_lapses_sooner_than_was_said_takes_its_place_again) {
  World world({.grace = 5min, .readable = false});
  auto configuration = world.configuration();
  configuration.identity_provider.rotated_secret_life = 48h;
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  check_says(outcome, "lapses at");
  BOOST_TEST(world.vault_value() == testing::first_secret);
  world.check_whole();
  world.pass(2h);
  BOOST_TEST(world.first_works());
}

BOOST_AUTO_TEST_CASE(an_old_secret_that_ended_at_once_takes_its_place_again) {
  for (const bool lost : {false, true}) {
    World world({.grace = 0s, .readable = false});
    if (lost) world.fault(&fault::lost_reply, "POST", "*/client-secret");
    auto configuration = world.configuration();
    configuration.identity_provider.rotated_secret_life = 48h;
    const auto outcome = require(world.run(configuration));
    BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
    check_says(outcome, "ended the old secret");
    BOOST_TEST(world.first_works());
    BOOST_TEST(world.vault_value() == testing::first_secret);
    BOOST_TEST(world.secret_ids().size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(goes_on_from_wherever_it_was_interrupted) {
  for (const auto phase : {Phase::store, Phase::rollout, Phase::verify, Phase::overlap, Phase::soak,
                           Phase::removal, Phase::confirm}) {
    BOOST_TEST_CONTEXT(to_string(phase)) {
      World world;
      world.when(phase, [&world] { world.rotator_process.interrupt(); });
      require(world.run(world.configuration()));
      const auto ended = require(world.resume(world.configuration()));
      BOOST_TEST(ended.ending == Ending::done, ended.message);
      BOOST_TEST(world.regenerated == 1);
      world.check_whole();
    }
  }
}

BOOST_AUTO_TEST_CASE(goes_back_by_putting_the_old_secret_back_once_no_pod_has_the_new_one) {
  for (const auto phase :
       {Phase::store, Phase::rollout, Phase::verify, Phase::overlap, Phase::soak}) {
    BOOST_TEST_CONTEXT(to_string(phase)) {
      World world;
      world.when(phase, [&world] { world.rotator_process.interrupt(); });
      require(world.run(world.configuration()));
      const auto ended = require(world.rollback(world.configuration()));
      BOOST_TEST(ended.ending == Ending::rolled_back, ended.message);
      BOOST_TEST(world.vault_value() == testing::first_secret);
      world.check_whole();
      // It is the client's secret again, and no deadline is on it.
      world.pass(100h);
      BOOST_TEST(world.first_works());
    }
  }
}

BOOST_AUTO_TEST_CASE(stays_with_the_new_secret_once_the_old_one_has_lapsed) {
  World world({.grace = 1h});
  world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  world.pass(2h);
  const auto back = require(world.rollback(world.configuration()));
  BOOST_TEST(back.ending == Ending::stopped, back.message);
  check_says(back, "pods may use the new one");
  BOOST_TEST(world.vault_value() != testing::first_secret);
  const auto forward = require(world.resume(world.configuration()));
  BOOST_TEST(forward.ending == Ending::done, forward.message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(puts_nothing_in_the_place_of_somebody_elses_secret) {
  World world;
  world.when(Phase::store, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  world.others_regenerate();
  const auto back = require(world.rollback(world.configuration()));
  BOOST_TEST(back.ending == Ending::stopped, back.message);
  BOOST_TEST(world.idp->core().accepts(mocks::name_of(testing::client),
                                       mocks::name_of(world.others), world.queue.now()));
}

BOOST_AUTO_TEST_CASE(a_secret_that_somebody_else_made_since_ends_in_no_success) {
  for (const auto phase : {Phase::verify, Phase::soak, Phase::removal, Phase::confirm}) {
    BOOST_TEST_CONTEXT(to_string(phase)) {
      World world;
      world.when(phase, [&world] { world.others_regenerate(); });
      const auto outcome = require(world.run(world.configuration()));
      BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
      check_says(outcome, "somebody else has made another secret");
      BOOST_TEST(world.regenerated == 1);
      BOOST_TEST(world.vault_value() != testing::first_secret);
      BOOST_TEST(world.vault_value() != world.others);
    }
  }
}

// A 200 does not prove that what it shows survived.
BOOST_AUTO_TEST_CASE(a_new_secret_that_was_evicted_is_found_by_its_login_and_never_stored) {
  World world;
  bool made = false;
  world.ledger.on_call = [&](const std::string& call) {
    if (call.find("POST") != std::string::npos && call.ends_with("/client-secret")) made = true;
    if (!made || call.find("GET") == std::string::npos) return;
    made = false;
    world.others_regenerate();
    world.others_regenerate();
  };
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
  BOOST_TEST(world.vault_value() == testing::first_secret);
}

BOOST_AUTO_TEST_SUITE_END()
