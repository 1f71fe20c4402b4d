// A secret that leaked: it ends as soon as the fleet has moved, or when its exposure is no longer
// bearable, whoever still uses it; and nothing brings it back.
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/brisk.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"
#include "tests/stride.h"

BOOST_AUTO_TEST_SUITE(emergency)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Outcome;
using rotator::Phase;
using testing::require;
using testing::stride;
using testing::stride_begin;
namespace fault = mocks::sim::fault;

struct World : testing::World {
  explicit World(testing::WorldOptions options = {}) : testing::World(std::move(options)) {
    ledger.on_call = [this](const std::string& call) {
      const auto ends =
          call.ends_with("/lifecycle/deactivate") ||
          call.find("removePassword") != std::string::npos ||
          (call.starts_with("DELETE ") && call.find("/client-secret/rotated") != std::string::npos);
      if (call.ends_with("/secrets") && call.starts_with("POST ")) created = queue.now();
      if (ends && ended == ports::Instant{}) ended = queue.now();
      if (call.starts_with("DELETE ")) deleted = queue.now();
      if (call.ends_with("/lifecycle/activate")) ++given_back;
    };
  }

  rotator::Configuration bearing(ports::Duration exposure) const {
    auto wanted = testing::brisk(*this);
    wanted.rotation.strategy = "emergency";
    wanted.rotation.emergency.max_exposure = exposure;
    return wanted;
  }
  // Until it is at rest; as the next runs of a Job do.
  Outcome finish(const rotator::Configuration& configuration) {
    constexpr int most_runs = 4;
    std::optional<Outcome> last;
    for (int i = 0; i < most_runs && (!last || last->ending != Ending::done); ++i)
      last = run(configuration);
    return require(last);
  }
  // One secret is left, in Vault and in every pod. Some logins may have failed on the way.
  void check_moved() {
    BOOST_TEST(given_back == 0);
    BOOST_TEST(!first_is_active());
    BOOST_REQUIRE(secret_ids().size() == 1U);
    BOOST_TEST((ledger.in_use() == std::set{mocks::name_of(vault_value())}));
    BOOST_TEST((idp->core().secrets(testing::client).front()->value == vault_value()));
    for (const auto& breach : ledger.breaches())
      BOOST_TEST(breach.find("holds a secret that is refused now") != std::string::npos, breach);
  }

  ports::Instant created{};
  ports::Instant ended{};
  ports::Instant deleted{};
  int given_back = 0;
};

void check_says(const Outcome& outcome, std::string_view part) {
  BOOST_TEST(outcome.message.find(part) != std::string::npos, outcome.message);
}

}  // namespace

BOOST_AUTO_TEST_CASE(ends_the_secret_at_once_when_every_pod_has_moved) {
  World world;
  ports::Instant moved{};
  world.recorder.on_phase = [&](Phase phase) {
    if (phase == Phase::disable) moved = world.queue.now();
    BOOST_TEST((phase != Phase::overlap && phase != Phase::soak));
  };
  const auto outcome = require(world.run(world.bearing(1h)));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(outcome.strategy == "emergency");
  BOOST_TEST((world.ended - moved < 2s));
  BOOST_TEST((world.deleted - world.ended < 5s));
  BOOST_TEST((world.ended - world.created < 10min));
  BOOST_TEST(world.given_back == 0);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(ends_the_secret_when_its_exposure_is_no_longer_bearable) {
  for (const ports::Duration exposure : {0s, 1s, 9s, 25s}) {
    BOOST_TEST_CONTEXT(exposure / 1s << " s") {
      World world({.replicas = 6});
      const auto outcome = require(world.run(world.bearing(exposure)));
      BOOST_TEST(outcome.ending == Ending::done, outcome.message);
      BOOST_TEST((world.ended - world.created >= exposure - 1s));
      BOOST_TEST((world.ended - world.created <= exposure + 2s));
      BOOST_TEST(world.ledger.failures() > 0U);
      BOOST_TEST(world.recorder.told("the leaked secret has ended before every pod was proved"));
      BOOST_TEST((world.ended < world.deleted));
      world.check_moved();
    }
  }
}

// A fleet that never gets ready, pods that cannot be looked into, a value of a stranger's: nothing
// of it puts the end off.
BOOST_AUTO_TEST_CASE(no_trouble_puts_the_end_off_or_brings_the_secret_back) {
  const std::vector<std::pair<const char*, std::function<void(World&)>>> troubles = {
      {"never ready", [](World& world) { world.fleet->trouble({.never_ready = true}, 1); }},
      {"stale", [](World& world) { world.fleet->trouble({.stale_render = true}, 40); }},
      {"no exec", [](World& world) { world.fault(&fault::reset, "GET", "*/exec*", 5, 0); }},
      {"a stranger's value",
       [](World& world) {
         world.when(Phase::store, [&world] { world.write_vault("synthetic-foreign-0001"); });
       }},
      {"no restart",
       [](World& world) { world.fault(&fault::refuse, "PATCH", "*/deployments/*", 1, 0); }},
  };
  for (const auto& [name, trouble] : troubles) {
    BOOST_TEST_CONTEXT(name) {
      World world({.progress_deadline_s = 60});
      trouble(world);
      const auto outcome = require(world.run(world.bearing(3min)));
      BOOST_TEST((outcome.ending == Ending::stopped || outcome.ending == Ending::unknown),
                 outcome.ending << ": " << outcome.message);
      BOOST_TEST((world.ended - world.created >= 3min - 1s));
      // No call is repeated for longer than 10 s, and no other one begun.
      BOOST_TEST((world.ended - world.created <= 3min + 12s));
      BOOST_TEST(world.given_back == 0);
      BOOST_TEST(!world.first_is_active());
      const auto back = require(world.rollback(world.bearing(3min)));
      BOOST_TEST(back.ending == Ending::refused, back.message);
      check_says(back, "no way back to a secret that leaked");
      BOOST_TEST(!world.first_is_active());
    }
  }
}

BOOST_AUTO_TEST_CASE(failed_logins_do_not_hold_the_move_up) {
  World world({.failure_signal = true});
  world.recorder.on_phase = [&](Phase phase) {
    if (phase == Phase::rollout) world.counter.value += 40;
  };
  const auto outcome = require(world.run(world.bearing(5s)));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  world.check_moved();
}

BOOST_AUTO_TEST_CASE(leaves_the_leaked_secret_while_no_other_lets_the_portal_in) {
  World world;
  world.when(Phase::disable, [&world] {
    world.idp->core().set_active(testing::client, world.new_secret_id(), false);
  });
  const auto stopped = require(world.run(world.bearing(1h)));
  BOOST_TEST(stopped.ending == Ending::stopped, stopped.message);
  check_says(stopped, "is not active at the provider");
  BOOST_TEST(world.first_is_active());
  world.idp->core().set_active(testing::client, world.new_secret_id(), true);
  const auto outcome = require(world.resume(world.bearing(1h)));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(!world.first_is_active());
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_is_mended_and_never_prolongs_the_exposure) {
  for (const auto exposure : {ports::Duration(10s), ports::Duration(1h)}) {
    std::uint64_t calls = 0;
    {
      World world;
      BOOST_REQUIRE(world.run(world.bearing(exposure))->ending == Ending::done);
      calls = world.network.calls("rotator");
    }
    std::uint64_t row = 0;
    for (const auto kind : {&fault::crash_before, &fault::crash_after}) {
      for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
        BOOST_TEST_CONTEXT(exposure / 1s << " s, " << kind->name << " " << nth) {
          World world;
          world.fault_any(kind, nth);
          BOOST_TEST(!world.run(world.bearing(exposure)).has_value());
          const bool made = world.secret_ids().size() == 2U;
          const bool ended = world.ended != ports::Instant{};
          world.pass(5min);
          // Once the dead rotator's lock has lapsed.
          std::optional<ports::Instant> resumed;
          world.recorder.on_phase = [&](Phase) {
            if (!resumed) resumed = world.queue.now();
          };
          BOOST_TEST(world.finish(world.bearing(exposure)).ending == Ending::done);
          // Nothing but a look stands before the end of a secret that was due meanwhile.
          if (exposure < 5min && made && !ended) BOOST_TEST((world.ended - *resumed < 5s));
          if (exposure > 5min) BOOST_TEST(world.ledger.breaches().empty());
          world.check_moved();
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_lost_reply_at_any_call_harms_nothing) {
  std::uint64_t calls = 0;
  {
    World world;
    BOOST_REQUIRE(world.run(world.bearing(1h))->ending == Ending::done);
    calls = world.network.calls("rotator");
  }
  for (const auto kind : {&fault::lost_reply, &fault::hang, &fault::reset}) {
    for (std::uint64_t nth = stride_begin(0); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT(kind->name << " at call " << nth) {
        World world;
        world.fault_any(kind, nth);
        BOOST_TEST(world.finish(world.bearing(1h)).ending == Ending::done);
        world.check_whole();
      }
    }
  }
}

// Where a secret cannot be disabled it is deleted at once; and no other one, whoever made it.
BOOST_AUTO_TEST_CASE(deletes_at_once_where_nothing_can_be_disabled_and_only_what_leaked) {
  for (const char* dialect : {"entra", "keycloak"}) {
    BOOST_TEST_CONTEXT(dialect) {
      World world({.dialect = mocks::idp::find_dialect(dialect)});
      std::string foreign;
      if (dialect == std::string("entra"))
        world.when(Phase::rollout, [&] {
          auto secret = world.idp->make_secret("synthetic-foreign-value-0001");
          foreign = secret.id;
          world.idp->core().create_secret(testing::client, std::move(secret));
        });
      const auto outcome = require(world.run(world.bearing(1h)));
      BOOST_TEST(outcome.ending == Ending::done, outcome.message);
      BOOST_TEST((world.ended > ports::Instant{}));
      BOOST_TEST(!world.first_is_active());
      BOOST_TEST(world.ledger.breaches().empty());
      if (foreign.empty()) continue;
      BOOST_TEST(world.idp->core().find_secret(testing::client, foreign) != nullptr);
      check_says(outcome, "were left alone");
    }
  }
}

BOOST_AUTO_TEST_CASE(waits_for_the_token_endpoint_no_longer_than_is_bearable) {
  mocks::idp::CoreOptions core;
  core.create_lag = {.low = 90s, .high = 91s};
  World world({.core = core});
  const auto outcome = require(world.run(world.bearing(20s)));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST((world.ended - world.created <= 22s));
  BOOST_TEST(world.secret_ids().size() == 1U);
  BOOST_TEST((world.ledger.in_use() == std::set{mocks::name_of(world.vault_value())}));
}

BOOST_AUTO_TEST_CASE(has_to_be_named_and_told_what_is_bearable) {
  World world;
  auto configuration = world.bearing(1h);
  configuration.rotation.emergency.max_exposure.reset();
  const auto refused = require(world.run(configuration));
  BOOST_TEST(refused.ending == Ending::misconfigured);
  check_says(refused, "rotation.emergency.max_exposure");
  world.look(configuration, [](rotator::Rotation& rotation) {
    const auto plan = rotation.plan();
    BOOST_REQUIRE(plan.has_value());
    BOOST_TEST((plan->verdict() == rotator::Judgement::fail));
  });
  configuration = world.bearing(1h);
  configuration.rotation.strategy.clear();
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST((std::find(world.recorder.phases.begin(), world.recorder.phases.end(), Phase::soak) !=
              world.recorder.phases.end()));
}

BOOST_AUTO_TEST_CASE(refuses_a_provider_that_keeps_one_secret) {
  World world({.variant = mocks::idp::Variant::single});
  auto configuration = world.bearing(1h);
  configuration.identity_provider.max_secrets = 1;
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::refused, outcome.message);
  check_says(outcome, "ends the leaked one at that instant");
  BOOST_TEST(world.secret_ids().size() == 1U);
}

BOOST_AUTO_TEST_CASE(does_not_wait_until_a_rotation_is_due) {
  World world;
  auto configuration = testing::brisk(world);
  configuration.rotation.minimum_interval = 24h;
  BOOST_REQUIRE(require(world.run(configuration)).rotated);
  BOOST_TEST(!require(world.run(configuration)).rotated);
  configuration.rotation.strategy = "emergency";
  configuration.rotation.emergency.max_exposure = 1h;
  BOOST_TEST(require(world.run(configuration)).rotated);
}

BOOST_AUTO_TEST_SUITE_END()
