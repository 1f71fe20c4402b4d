// A rotation where the provider declares the least that there is: one secret, without an id, never
// shown again, replaced as another is made. Nothing in the rotation knows which provider it is.
#include <boost/test/unit_test.hpp>

#include "mocks/sim/faults/kinds.h"
#include "tests/one_slot/adapter.h"
#include "tests/one_slot/dialect.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"
#include "tests/stride.h"

BOOST_AUTO_TEST_SUITE(sole_secret)

namespace {

using rotator::Ending;
using testing::stride;
using testing::stride_begin;

struct OneSlotWorld : testing::World {
  OneSlotWorld()
      : testing::World({.dialect = &one_slot::dialect, .new_provider = &one_slot::new_adapter}) {}

  rotator::Configuration by(const char* strategy) const {
    auto written = configuration();
    written.identity_provider.type = "one_slot";
    written.rotation.strategy = strategy;
    written.rotation.accept_downtime = true;
    written.rotation.probes = 2;
    return written;
  }
  // One secret, which is Vault's and every pod's.
  void check_rotated() {
    const auto secrets = idp->core().secrets(testing::client);
    BOOST_REQUIRE(secrets.size() == 1U);
    BOOST_TEST((secrets.front()->value != testing::first_secret));
    BOOST_TEST((secrets.front()->value == vault_value()));
    pass(std::chrono::minutes(10));
    BOOST_TEST((ledger.in_use() == std::set{mocks::name_of(vault_value())}));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(is_refused_to_overlap_and_says_why) {
  OneSlotWorld world;
  const auto outcome = world.run(world.by("overlap"));
  BOOST_TEST((outcome->ending == Ending::refused));
  BOOST_TEST(outcome->message.find("keeps one secret at a time") != std::string::npos);
  BOOST_TEST((world.vault_value() == testing::first_secret));
}

BOOST_AUTO_TEST_CASE(cuts_over_to_the_secret_that_took_the_others_place) {
  OneSlotWorld world;
  const auto outcome = world.run(world.by("cutover"));
  BOOST_TEST((outcome->ending == Ending::done), outcome->message);
  world.check_rotated();
  // The pods that had not restarted yet held a dead secret: that is the price.
  BOOST_TEST(world.ledger.failures() > 0U);
}

BOOST_AUTO_TEST_CASE(writes_no_id_into_vault_where_secrets_have_none) {
  OneSlotWorld world;
  BOOST_REQUIRE((world.run(world.by("cutover"))->ending == Ending::done));
  BOOST_TEST(!world.vault.field("portal-kv", "oidc/portal", "client_secret_id").has_value());
}

BOOST_AUTO_TEST_CASE(has_no_way_back_once_the_secret_is_made) {
  OneSlotWorld world;
  world.fault(&mocks::sim::fault::crash_after, "POST", "*/secret");
  BOOST_REQUIRE(!world.run(world.by("cutover")).has_value());
  const auto outcome = world.process(
      world.by("cutover"), [](rotator::Rotation& rotation) { return rotation.rollback(); });
  BOOST_TEST((outcome->ending == Ending::refused));
  BOOST_TEST(outcome->message.find("resume instead") != std::string::npos);
}

// The value that a crash lost is made again; nothing else could bring the fleet back.
BOOST_AUTO_TEST_CASE(goes_on_after_a_crash_at_any_call) {
  OneSlotWorld whole;
  BOOST_REQUIRE((whole.run(whole.by("cutover"))->ending == Ending::done));
  const auto calls = whole.network.calls("rotator");
  BOOST_REQUIRE(calls > 20U);
  std::uint64_t row = 0;
  for (const auto* kind : {&mocks::sim::fault::crash_before, &mocks::sim::fault::crash_after}) {
    for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT(kind->name << " at call " << nth) {
        OneSlotWorld world;
        world.fault_any(kind, nth);
        BOOST_TEST(!world.run(world.by("cutover")).has_value());
        // Who died with the rotation done begins the next one, which wants a workload at rest.
        bool done = false;
        for (int i = 0; i < 4 && !done; ++i) {
          world.pass(std::chrono::minutes(10));
          done = world.run(world.by("cutover")).value_or(rotator::Outcome{}).ending == Ending::done;
        }
        BOOST_TEST(done);
        world.check_rotated();
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
