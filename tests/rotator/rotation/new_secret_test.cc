// The new secret on its way into Vault and the fleet: nothing is moved to a value that some replica
// refuses, and nothing of a stranger is overwritten.
#include <boost/test/unit_test.hpp>

#include "rotator/rotation/acceptance_proof.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(new_secret)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Phase;
using testing::require;
using testing::World;
namespace fault = mocks::sim::fault;

mocks::idp::CoreOptions lagging(ports::Duration low, ports::Duration high) {
  auto core = mocks::idp::options_of(mocks::idp::Variant::multi);
  core.create_lag = {.low = low, .high = high};
  core.replicas = 3;
  return core;
}

// An adapter whose vendor tells another longest time until a new secret counts.
class HastyProvider final : public rotator::IdentityProvider {
 public:
  explicit HastyProvider(std::unique_ptr<rotator::IdentityProvider> like)
      : like_(std::move(like)) {}
  rotator::Capability capability() const override {
    auto capability = like_->capability();
    capability.longest_birth = 3min;
    return capability;
  }
  ports::Result<rotator::Registration> registration() override { return like_->registration(); }
  ports::Result<std::vector<rotator::SecretRecord>> list_secrets() override {
    return like_->list_secrets();
  }
  ports::Result<std::optional<std::string>> find_secret(
      const ports::Secret& value, const std::vector<rotator::SecretRecord>& records) override {
    return like_->find_secret(value, records);
  }
  ports::Result<rotator::CreatedSecret> create_secret(const rotator::SecretWish& wish) override {
    return like_->create_secret(wish);
  }
  ports::Result<std::optional<rotator::CreatedSecret>> resolve_create(
      const std::vector<rotator::SecretRecord>& before,
      const rotator::SecretSought& sought) override {
    return like_->resolve_create(before, sought);
  }
  ports::Result<ports::Secret> read_secret(const std::string& id) override {
    return like_->read_secret(id);
  }
  ports::Status disable_secret(const std::string& id) override { return like_->disable_secret(id); }
  ports::Status enable_secret(const std::string& id) override { return like_->enable_secret(id); }
  ports::Status delete_secret(const std::string& id) override { return like_->delete_secret(id); }

 private:
  std::unique_ptr<rotator::IdentityProvider> like_;
};

ports::Result<std::unique_ptr<rotator::IdentityProvider>> new_hasty_provider(
    ports::HttpClient& http, ports::Clock& clock, rotator::IdentityProviderOptions options,
    ports::Secret admin_credential) {
  auto like =
      rotator::new_identity_provider(http, clock, std::move(options), std::move(admin_credential));
  if (!like) return like;
  return std::make_unique<HastyProvider>(std::move(*like));
}

// Whether every replica accepts the new secret now.
bool accepted_everywhere(const World& world) {
  for (const auto* secret : world.idp->core().secrets(testing::client))
    if (secret->value != testing::first_secret)
      return world.idp->core().accepting_replicas(mocks::name_of(testing::client),
                                                  mocks::name_of(secret->value),
                                                  world.queue.now()) == 3;
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(reaches_vault_only_when_every_replica_of_the_token_endpoint_accepts_it) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    World world({.seed = seed, .core = lagging(60s, 90s)});
    auto configuration = world.configuration();
    configuration.rotation.probes = 2;
    bool everywhere = false;
    world.when(Phase::store, [&] {
      everywhere = accepted_everywhere(world);
      world.rotator_process.interrupt();
    });
    BOOST_TEST_CONTEXT("seed " << seed) {
      const auto outcome = require(world.run(configuration));
      BOOST_TEST(everywhere, outcome.message);
    }
  }
}

// Twice interrupted while the replicas catch up: what was refused before is not forgotten.
BOOST_AUTO_TEST_CASE(is_proved_no_less_by_runs_that_were_interrupted) {
  struct Stopper final : mocks::Timed {
    mocks::sim::Process& process;
    explicit Stopper(mocks::sim::Process& p) : process(p) {}
    void on_timer(std::uint32_t, std::uint64_t) override { process.interrupt(); }
  };
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    World world({.seed = seed, .core = lagging(60s, 90s)});
    auto configuration = world.configuration();
    configuration.rotation.probes = 2;
    Stopper stopper(world.rotator_process);
    bool everywhere = false;
    for (const auto after : {20s, 25s, 600s}) {
      world.recorder.on_phase = [&](Phase phase) {
        if (phase == Phase::create) world.queue.at(world.queue.now() + after, stopper, 0, 0);
        if (phase != Phase::store) return;
        everywhere = accepted_everywhere(world);
        world.rotator_process.interrupt();
      };
      require(world.run(configuration));
      if (world.recorder.phases.back() == Phase::store) break;
    }
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_TEST(world.recorder.phases.back() == Phase::store);
      BOOST_TEST(everywhere);
    }
  }
}

BOOST_AUTO_TEST_CASE(remembers_in_the_journal_that_it_was_refused) {
  World world({.core = lagging(60s, 90s)});
  struct Stopper final : mocks::Timed {
    mocks::sim::Process& process;
    explicit Stopper(mocks::sim::Process& p) : process(p) {}
    void on_timer(std::uint32_t, std::uint64_t) override { process.interrupt(); }
  } stopper(world.rotator_process);
  world.when(Phase::create, [&] { world.queue.at(world.queue.now() + 30s, stopper, 0, 0); });
  require(world.run(world.configuration()));
  // Every replica accepts by now, and yet as much proof is wanted as after a refusal.
  world.pass(10min);
  int asked = 0;
  world.ledger.on_call = [&asked](const std::string& call) {
    if (call.ends_with("/token")) ++asked;
  };
  world.when(Phase::store, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  BOOST_TEST(asked >= rotator::lagging_row);
}

BOOST_AUTO_TEST_CASE(is_waited_for_aloud) {
  World world({.core = lagging(60s, 90s)});
  BOOST_TEST(require(world.run(world.configuration())).ending == Ending::done);
  BOOST_TEST(
      world.recorder.told("create waits for the token endpoint to accept the new secret, "
                          "at most 10m"));
}

BOOST_AUTO_TEST_CASE(is_given_up_when_the_provider_is_declared_to_need_no_longer) {
  auto core = mocks::idp::options_of(mocks::idp::Variant::multi);
  core.create_lag = {.low = 9min, .high = 9min};
  World patient({.core = core});
  BOOST_TEST(require(patient.run(patient.configuration())).ending == Ending::done);
  World hasty({.core = core, .new_provider = &new_hasty_provider});
  const auto began = hasty.queue.now();
  BOOST_TEST(require(hasty.run(hasty.configuration())).ending == Ending::rolled_back);
  BOOST_TEST((hasty.queue.now() - began < 5min));
  hasty.check_whole();
}

// A request that arrives twice makes one secret and is told that there is no room: the one that is
// there is ours, and is known by its value.
BOOST_AUTO_TEST_CASE(is_known_again_when_its_creation_arrived_twice) {
  World world;
  world.plan.add({.label = "twice",
                  .kind = &fault::duplicate,
                  .caller = "rotator",
                  .method = "POST",
                  .target = "*/credentials/secrets"});
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(is_asked_for_by_one_value_until_that_was_declined) {
  World world;
  world.plan.add({.label = "lost",
                  .kind = &fault::hang,
                  .caller = "rotator",
                  .method = "POST",
                  .target = "*/credentials/secrets"});
  world.when(Phase::store, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  world.look(world.configuration(), [](rotator::Rotation& rotation) {
    const auto status = rotation.status();
    BOOST_REQUIRE(status.has_value());
    BOOST_TEST(!status->journal.new_secret_id.empty());
    BOOST_TEST(status->journal.wished_fingerprints.size() == 1U);
  });
}

// A stranger took the slot while the reply to our creation was lost on its way there.
BOOST_AUTO_TEST_CASE(is_not_taken_for_one_that_a_stranger_made_meanwhile) {
  World world;
  world.plan.add({.label = "lost",
                  .kind = &fault::hang,
                  .caller = "rotator",
                  .method = "POST",
                  .target = "*/credentials/secrets"});
  std::string foreign;
  world.when(Phase::create, [&] {
    auto secret = world.idp->make_secret("synthetic-foreign-value-0001");
    foreign = secret.id;
    world.idp->core().create_secret(testing::client, std::move(secret));
  });
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending != Ending::done, outcome.message);
  BOOST_TEST((world.vault_value() == testing::first_secret));
  BOOST_TEST(world.idp->core().find_secret(testing::client, foreign) != nullptr);
}

BOOST_AUTO_TEST_CASE(takes_the_place_of_nothing_that_a_stranger_wrote) {
  World world;
  world.when(Phase::store, [&world] { world.write_vault("synthetic-foreign-value-0001"); });
  const auto outcome = require(world.run(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
  BOOST_TEST((world.vault_value() == "synthetic-foreign-value-0001"));
  BOOST_TEST(world.first_is_active());
}

BOOST_AUTO_TEST_CASE(gives_lagging_replicas_of_vault_their_time_before_the_restart) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.vault_settle = 17s;
  ports::Instant stored{};
  ports::Instant restarted{};
  world.ledger.on_call = [&](const std::string& call) {
    if (call.find("GET") != 0 && call.ends_with("/data/oidc/portal")) stored = world.queue.now();
    if (call.find("PATCH") == 0 && call.find("/deployments/") != std::string::npos)
      restarted = world.queue.now();
  };
  BOOST_TEST(require(world.run(configuration)).ending == Ending::done);
  BOOST_REQUIRE((stored != ports::Instant{}));
  BOOST_TEST((restarted - stored >= 17s));
}

// The provider shows another value than the one that was made: not ours to hand on.
BOOST_AUTO_TEST_CASE(is_not_recovered_from_a_value_that_is_not_the_one_made) {
  World world;
  world.when(Phase::store, [&world] { world.rotator_process.interrupt(); });
  require(world.run(world.configuration()));
  const auto id = world.new_secret_id();
  world.plan.add({.label = "another value",
                  .kind = &fault::answer,
                  .caller = "rotator",
                  .method = "GET",
                  .target = "*/credentials/secrets/" + id,
                  .count = 0,
                  .response = {.status = 200,
                               .headers = {{"Content-Type", "application/json"}},
                               .body = R"({"id":")" + id +
                                       R"(","status":"ACTIVE","created":"2026-01-05T10:00:00Z",)"
                                       R"("client_secret":"synthetic-another-value-00001"})"}});
  const auto outcome = require(world.resume(world.configuration()));
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  BOOST_TEST(world.recorder.told("no longer has the value that was created"));
  world.check_whole();
}

BOOST_AUTO_TEST_SUITE_END()
