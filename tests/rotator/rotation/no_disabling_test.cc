// A provider that cannot disable a secret and never tells a value again: the old one lives on until
// the soak is over, and a value that was lost is made anew.
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(no_disabling)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Phase;
using testing::require;
namespace fault = mocks::sim::fault;

mocks::idp::CoreOptions lagging() {
  mocks::idp::CoreOptions core;
  core.create_lag = {.low = 4s, .high = 18s};
  core.retire_lag = {.low = 5s, .high = 60s};
  core.replicas = 3;
  core.read_lag = {.low = 0s, .high = 30s};
  return core;
}

struct World : testing::World {
  explicit World(mocks::idp::CoreOptions core = lagging())
      : testing::World({.core = core, .dialect = mocks::idp::find_dialect("entra")}) {}
};

bool removes(const std::string& call) { return call.find("removePassword") != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_old_secret_is_removed_only_after_the_window_and_the_soak) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.soak = 7min;
  ports::Instant window_over{};
  ports::Instant soaking{};
  ports::Instant removed{};
  world.recorder.on_phase = [&](Phase phase) {
    if (phase == Phase::disable) window_over = world.queue.now();
    if (phase == Phase::soak) soaking = world.queue.now();
    if (phase == Phase::removal) BOOST_TEST(world.first_is_active());
  };
  world.ledger.on_call = [&](const std::string& call) {
    if (removes(call)) removed = world.queue.now();
  };
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST((window_over > ports::Instant{}));
  BOOST_TEST((soaking >= window_over));
  BOOST_TEST((removed - soaking >= 7min));
  for (const auto& gate : world.recorder.gates)
    if (gate.verdict != rotator::Judgement::pass)
      BOOST_TEST(false, to_string(gate.gate) << ": " << gate.reason);
  world.check_whole();
}

// The provider makes the value itself: nobody was told that of the first request.
BOOST_AUTO_TEST_CASE(the_double_of_a_creation_that_arrived_twice_is_removed_forward_and_back) {
  for (const bool back : {false, true}) {
    World world;
    world.fault(&fault::duplicate, "POST", "*/addPassword");
    if (back) world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
    auto outcome = require(world.run(world.configuration()));
    if (back) {
      BOOST_TEST(outcome.ending == Ending::interrupted, outcome.message);
      BOOST_TEST(world.secret_ids().size() == 3U);
      outcome = require(world.rollback(world.configuration()));
    }
    BOOST_TEST(outcome.ending == (back ? Ending::rolled_back : Ending::done), outcome.message);
    world.check_whole();
  }
}

// Its name says whose it is.
BOOST_AUTO_TEST_CASE(a_secret_of_another_name_is_no_double) {
  World world;
  std::string stranger;
  world.when(Phase::rollout, [&] {
    auto secret = world.idp->make_secret("synthetic-foreign-value-0001");
    secret.label = "rotation of somebody else";
    stranger = secret.id;
    world.idp->core().create_secret(testing::client, std::move(secret));
  });
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(world.idp->core().find_secret(testing::client, stranger) != nullptr);
}

BOOST_AUTO_TEST_CASE(trouble_in_the_soak_leaves_both_secrets_and_both_ways_open) {
  for (const bool back : {false, true}) {
    World world;
    world.when(Phase::soak, [&world] { world.write_vault(testing::first_secret); });
    const auto outcome = require(world.run(world.configuration()));
    BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
    BOOST_TEST(outcome.message.find("the old secret still works") != std::string::npos,
               outcome.message);
    BOOST_TEST(world.secret_ids().size() == 2U);
    const auto ended =
        require(back ? world.rollback(world.configuration()) : world.resume(world.configuration()));
    BOOST_TEST(ended.ending == (back ? Ending::rolled_back : Ending::done), ended.message);
    world.check_whole();
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
      world.check_whole();
    }
  }
}

// Between the create and the write into Vault the value is nowhere but in the process.
BOOST_AUTO_TEST_CASE(a_value_that_died_with_the_process_is_made_anew) {
  World world;
  world.fault(&fault::crash_after, "POST", "*addPassword");
  BOOST_TEST(!world.run(world.configuration()).has_value());
  BOOST_TEST(world.secret_ids().size() == 2U);
  world.pass(5min);
  const auto ended = require(world.resume(world.configuration()));
  BOOST_TEST(ended.ending == Ending::done, ended.message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(a_secret_whose_reply_was_lost_is_removed_before_another_is_made) {
  for (std::uint64_t times = 1; times <= 3; ++times) {
    World world;
    world.fault(&fault::lost_reply, "POST", "*addPassword", 1, times);
    std::vector<std::string> changes;
    world.ledger.on_call = [&](const std::string& call) {
      if (removes(call) || call.find("addPassword") != std::string::npos)
        changes.push_back(removes(call) ? "remove" : "add");
    };
    const auto outcome = require(world.run(world.configuration()));
    BOOST_TEST(outcome.ending == Ending::done, outcome.message);
    BOOST_REQUIRE(changes.size() >= 3U);
    BOOST_TEST(changes[0] == "add");
    BOOST_TEST(changes[1] == "remove");
    world.check_whole();
  }
}

BOOST_AUTO_TEST_CASE(a_request_that_never_arrived_is_sent_again_once_that_is_certain) {
  World world;
  world.fault(&fault::hang, "POST", "*addPassword");
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(what_a_policy_forbids_is_refused_before_anything_is_tried) {
  auto core = lagging();
  core.policy = {.longest_life = std::chrono::days(180)};
  World world(core);
  auto configuration = world.configuration();
  bool tried = false;
  world.ledger.on_call = [&](const std::string& call) {
    tried = tried || call.find("addPassword") != std::string::npos;
  };
  const auto refused = require(world.run(configuration));
  BOOST_TEST(refused.ending == Ending::refused, refused.message);
  BOOST_TEST(refused.message.find("secret_lifetime to 180d or less") != std::string::npos,
             refused.message);
  BOOST_TEST(!tried);
  configuration.identity_provider.secret_lifetime = std::chrono::days(180);
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(tells_how_long_the_secret_in_use_still_lives) {
  World world;
  const auto look = [&] {
    std::string found;
    world.look(world.configuration(), [&](rotator::Rotation& rotation) {
      const auto plan = rotation.plan();
      BOOST_REQUIRE(plan.has_value());
      if (const auto* finding = plan->of(rotator::Check::secret_expiry))
        found = std::string(finding->verdict == rotator::Judgement::fail ? "fails: "
                            : finding->warning                           ? "warns: "
                                                                         : "") +
                finding->detail;
    });
    return found;
  };
  BOOST_TEST(look().find("expires in 7") != std::string::npos, look());
  const auto id = world.secret_ids().front();
  world.idp->core().set_expiry(testing::client, id,
                               world.queue.wall_now() + std::chrono::days(12) + 1h);
  BOOST_TEST(look().starts_with("warns: secret " + id + " expires in 12 days"), look());
  world.idp->core().set_expiry(testing::client, id, world.queue.wall_now() - 49h);
  BOOST_TEST(look().starts_with("fails: secret " + id + " expired 2 days ago"), look());
}

BOOST_AUTO_TEST_SUITE_END()
