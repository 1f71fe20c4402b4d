// What stands before the old secret's end: nothing that is still needed is disabled or deleted, and
// whatever looks wrong gives it back at once.
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(retirement)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Outcome;
using rotator::Phase;
using testing::require;
using testing::World;
namespace fault = mocks::sim::fault;

// The rotation stopped, nobody is left on a secret that is out of use, and both ways are open.
void check_given_back(World& world, const Outcome& outcome) {
  BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
  BOOST_TEST(world.first_is_active());
  BOOST_TEST(world.secret_ids().size() == 2U);
  BOOST_TEST(world.ledger.breaches().empty());
}

}  // namespace

BOOST_AUTO_TEST_CASE(gives_the_old_secret_back_when_its_value_is_written_into_vault_again) {
  for (const auto phase : {Phase::soak, Phase::removal}) {
    for (const bool back : {false, true}) {
      BOOST_TEST_CONTEXT(to_string(phase) << (back ? ", then back" : ", then on")) {
        World world;
        world.when(phase, [&world] { world.write_vault(testing::first_secret); });
        const auto began = world.queue.now();
        const auto outcome = require(world.run(world.configuration()));
        check_given_back(world, outcome);
        BOOST_TEST(outcome.message.find("changed it back to the old one") != std::string::npos);
        BOOST_TEST(outcome.message.find("rotator resume") != std::string::npos);
        BOOST_TEST((world.queue.now() - began < 1h));
        const auto ended = require(back ? world.rollback(world.configuration())
                                        : world.resume(world.configuration()));
        BOOST_TEST(ended.ending == (back ? Ending::rolled_back : Ending::done), ended.message);
        world.check_whole();
        BOOST_TEST((world.vault_value() == testing::first_secret) == back);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(notices_within_one_look_that_vault_holds_the_old_value_again) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.soak = 30min;
  ports::Instant written{};
  world.when(Phase::soak, [&] {
    written = world.queue.now();
    world.write_vault(testing::first_secret);
  });
  check_given_back(world, require(world.run(configuration)));
  BOOST_TEST((world.queue.now() - written < 2 * configuration.rotation.soak_check_every));
}

BOOST_AUTO_TEST_CASE(tells_of_a_provider_that_answered_success_and_changed_nothing) {
  for (const bool back : {false, true}) {
    World world;
    world.plan.add({.label = "silent",
                    .kind = &fault::answer,
                    .caller = "rotator",
                    .method = "POST",
                    .target = "*/lifecycle/deactivate",
                    .count = 1,
                    .response = {200, {}, "{}"}});
    const auto outcome = require(world.run(world.configuration()));
    check_given_back(world, outcome);
    BOOST_TEST(outcome.message.find("the provider changed nothing") != std::string::npos,
               outcome.message);
    BOOST_TEST(outcome.message.find("in its own console") != std::string::npos);
    const auto ended =
        require(back ? world.rollback(world.configuration()) : world.resume(world.configuration()));
    BOOST_TEST(ended.ending == (back ? Ending::rolled_back : Ending::done), ended.message);
    world.check_whole();
  }
}

BOOST_AUTO_TEST_CASE(leaves_the_value_of_a_stranger_to_the_operator) {
  World world;
  world.when(Phase::soak, [&world] { world.write_vault("synthetic-foreign-value-0001"); });
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::stopped);
  BOOST_TEST(world.first_is_active());
  const auto again = require(world.resume(world.configuration()));
  BOOST_TEST(again.ending == Ending::stopped, again.message);
  BOOST_TEST(again.message.find("write version 2 again") != std::string::npos, again.message);
  BOOST_TEST((world.vault_value() == "synthetic-foreign-value-0001"));
}

// Pods that render the version before the current one, after every pod had been proved.
BOOST_AUTO_TEST_CASE(restarts_pods_that_came_with_the_old_value_instead_of_deleting_it) {
  for (const auto phase : {Phase::disable, Phase::soak}) {
    BOOST_TEST_CONTEXT(to_string(phase)) {
      World world;
      world.when(phase, [&world] {
        world.fleet->trouble({.stale_render = true}, 3);
        world.scale(6);
      });
      auto configuration = world.configuration();
      configuration.rotation.soak = 1h;
      const auto outcome = require(world.run(configuration));
      BOOST_TEST(outcome.ending == Ending::done, outcome.message);
      BOOST_TEST(outcome.restarts == 2);
      BOOST_TEST((world.ledger.in_use() == std::set{mocks::name_of(world.vault_value())}));
      BOOST_TEST(world.kubernetes->pods("platform", "portal-backend").size() == 6U);
      // They started on a secret that was out of use; it was given back before the soak's end.
      for (const auto& breach : world.ledger.breaches())
        BOOST_TEST(breach.find("started with a secret not accepted") != std::string::npos, breach);
      BOOST_TEST(world.ledger.breaches().size() <= 3U);
    }
  }
}

BOOST_AUTO_TEST_CASE(gives_a_secret_back_as_soon_as_a_process_starts_with_it) {
  World world;
  world.when(Phase::soak, [&world] {
    world.fleet->trouble({.stale_render = true}, 1);
    world.scale(4);
  });
  auto configuration = world.configuration();
  configuration.rotation.soak = 1h;
  configuration.rotation.soak_check_every = 30min;
  ports::Instant enabled{};
  world.ledger.on_call = [&](const std::string& call) {
    if (call.ends_with("/lifecycle/activate")) enabled = world.queue.now();
  };
  require(world.run(configuration));
  // "N ms: pod 7 started with a secret not accepted"
  BOOST_REQUIRE(!world.ledger.breaches().empty());
  const ports::Instant started{std::chrono::milliseconds(std::stoll(world.ledger.breaches()[0]))};
  BOOST_TEST((enabled > started));
  BOOST_TEST((enabled - started < 5s));
}

BOOST_AUTO_TEST_CASE(looks_at_the_pods_once_more_right_before_the_removal) {
  World world;
  world.when(Phase::removal, [&world] {
    world.fleet->trouble({.stale_render = true}, 3);
    world.scale(6);
  });
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(outcome.restarts == 2);
  BOOST_TEST((world.ledger.in_use() == std::set{mocks::name_of(world.vault_value())}));
}

// The API server is asked for the pods after everything else, right before the removal.
BOOST_AUTO_TEST_CASE(looks_at_the_pods_last) {
  World world;
  std::vector<std::string> calls;
  world.ledger.on_call = [&calls](const std::string& call) { calls.push_back(call); };
  require(world.run(world.configuration()));
  std::size_t removal = 0;
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (calls[i].find("DELETE /api/v1/apps") == 0) removal = i;
  BOOST_REQUIRE(removal > 3U);
  // Between them only the journal and the fence.
  std::size_t pods = removal;
  while (pods > 0 && calls[pods].find("/pods") == std::string::npos) --pods;
  BOOST_TEST(removal - pods <= 3U);
}

BOOST_AUTO_TEST_CASE(leaves_the_old_secret_enabled_when_the_run_ends_before_the_removal) {
  World world;
  world.when(Phase::removal, [&world] { world.conditions.take_down("vault"); });
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::unknown, outcome.message);
  BOOST_TEST(world.first_is_active());
  world.conditions.bring_up("vault");
  BOOST_TEST(require(world.resume(world.configuration())).ending == Ending::done);
  world.check_whole();
}

// The reply was lost, and nothing tells since whether it is out of use.
BOOST_AUTO_TEST_CASE(leaves_the_old_secret_enabled_when_it_cannot_tell_whether_it_was_disabled) {
  for (const bool back : {false, true}) {
    BOOST_TEST_CONTEXT((back ? "then back" : "then on")) {
      World world;
      world.fault(&fault::lost_reply, "POST", "*/lifecycle/deactivate");
      world.when(Phase::disable,
                 [&world] { world.fault(&fault::refuse, "GET", "*/credentials/secrets", 1, 0); });
      const auto outcome = require(world.run(world.configuration()));
      BOOST_TEST(outcome.ending == Ending::unknown, outcome.message);
      BOOST_TEST(world.first_is_active());
      world.conditions.set_plan(world.quiet);
      int asked = 0;
      world.ledger.on_call = [&asked](const std::string& call) {
        if (call.ends_with("/token")) ++asked;
      };
      const auto ended = require(back ? world.rollback(world.configuration())
                                      : world.resume(world.configuration()));
      BOOST_TEST(ended.ending == (back ? Ending::rolled_back : Ending::done), ended.message);
      world.check_whole();
      // Nothing was moved back to it before it was proved again.
      BOOST_TEST(asked > world.configuration().rotation.probes);
    }
  }
}

BOOST_AUTO_TEST_CASE(does_not_delete_the_old_secret_without_an_active_new_one) {
  World world;
  world.when(Phase::removal, [&world] {
    auto& core = world.idp->core();
    const auto fresh = world.new_secret_id();
    for (const auto& id : world.secret_ids())
      if (id != fresh) core.set_active(testing::client, id, true);
    core.set_active(testing::client, fresh, false);
  });
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::stopped);
  BOOST_TEST(outcome.message.find("is not active at the provider") != std::string::npos,
             outcome.message);
  BOOST_TEST(world.secret_ids().size() == 2U);
  BOOST_TEST(world.first_is_active());
}

BOOST_AUTO_TEST_CASE(does_not_delete_what_somebody_enabled_again_before_it_soaked_anew) {
  World world;
  world.when(Phase::removal, [&world] {
    const auto fresh = world.new_secret_id();
    for (const auto& id : world.secret_ids())
      if (id != fresh) world.idp->core().set_active(testing::client, id, true);
  });
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::done);
  BOOST_TEST(std::count(world.recorder.phases.begin(), world.recorder.phases.end(), Phase::soak) ==
             2);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(does_not_end_a_soak_in_which_login_failures_could_not_be_seen) {
  World world({.failure_signal = true});
  world.when(Phase::soak, [&world] { world.conditions.take_down("metrics"); });
  const auto outcome = require(world.run(world.configuration()));
  check_given_back(world, outcome);
  BOOST_TEST(outcome.message.find("could not be seen") != std::string::npos, outcome.message);
}

// Until the token endpoint refuses the old secret, nobody who still uses it has failed.
BOOST_AUTO_TEST_CASE(counts_the_soak_from_the_old_secrets_refusal) {
  auto core = mocks::idp::options_of(mocks::idp::Variant::multi);
  core.retire_lag = {.low = 90s, .high = 90s};
  World world({.core = core});
  auto configuration = world.configuration();
  configuration.rotation.soak = 30s;
  ports::Instant disabled{};
  ports::Instant removed{};
  world.recorder.on_phase = [&](Phase phase) {
    if (phase == Phase::soak) disabled = world.queue.now();
    if (phase == Phase::removal) removed = world.queue.now();
  };
  BOOST_TEST(require(world.run(configuration)).ending == Ending::done);
  BOOST_TEST((removed - disabled >= 119s));
}

BOOST_AUTO_TEST_CASE(gives_the_old_secret_back_when_the_new_one_is_refused) {
  World world;
  world.when(Phase::soak, [&world] {
    world.plan.add(
        {.label = "refused",
         .kind = &fault::answer,
         .caller = "rotator",
         .server = "idp",
         .method = "POST",
         .target = "*/token",
         .count = 2,
         .response = {.status = 401,
                      .headers = {{"Content-Type", "application/json"}},
                      .body = R"({"error":"invalid_client","error_description":"refused"})"}});
  });
  const auto outcome = require(world.run(world.configuration()));
  check_given_back(world, outcome);
  BOOST_TEST(outcome.message.find("the new secret was refused") == 0U, outcome.message);
}

// Failures that another process would have had to see: it died as it disabled the secret.
BOOST_AUTO_TEST_CASE(counts_the_failures_since_the_disabling_also_when_another_process_did_it) {
  World world({.failure_signal = true});
  world.fault(&fault::crash_after, "POST", "*/lifecycle/deactivate");
  BOOST_REQUIRE(!world.run(world.configuration()).has_value());
  world.counter.value += 3;
  const auto outcome = require(world.run(world.configuration()));
  check_given_back(world, outcome);
  BOOST_TEST(outcome.message.find("3 login failures after the old secret was disabled") == 0U,
             outcome.message);
}

BOOST_AUTO_TEST_CASE(is_not_done_before_the_token_endpoint_has_refused_the_old_secret_in_a_row) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.probes = 7;
  int asked = 0;
  bool last = false;
  world.recorder.on_phase = [&last](Phase phase) { last = phase == Phase::confirm; };
  world.ledger.on_call = [&](const std::string& call) {
    if (last && call.ends_with("/token")) ++asked;
  };
  BOOST_TEST(require(world.run(configuration)).ending == Ending::done);
  BOOST_TEST(asked == 7);
}

BOOST_AUTO_TEST_CASE(is_not_done_without_the_new_secret) {
  World world;
  world.when(Phase::confirm, [&world] {
    world.idp->core().replace_secrets(
        testing::client,
        {.id = "ocsforeign", .value = "synthetic-foreign-secret-0001", .settled = true});
  });
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::stopped);
  BOOST_TEST(outcome.message.find("is not among the client's secrets") != std::string::npos,
             outcome.message);
}

BOOST_AUTO_TEST_SUITE_END()
