// Every key of a scenario's world is one: changing it, and nothing else, changes what happens.
#include "scenarios/scenario_keys.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "scenarios/compression.h"
#include "scenarios/run.h"
#include "scenarios/world.h"
#include "tests/rotator/cli/key_changer.h"

BOOST_AUTO_TEST_SUITE(scenario_keys)

namespace {

// A world in which every key has something to do: users with cookies, a key of theirs that
// changes, pods that may need longer to end than they are given. At this seed a login meets both
// keys.
const std::string busy = R"(purpose: A test.
source: This test.
seed: 4
world:
  fleet: {termination: 20s..50s}
  portal:
    logins_per_minute: 240
    sessions: true
    bump_cookie_key: true
    session_max_age: 10m
)";

scenarios::Scenario scenario(const std::string& text) {
  auto read = scenarios::parse_scenario(text, "x.yaml");
  BOOST_REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  return *read;
}

// What happened, as far as anybody can see it.
std::string account_of(const scenarios::Scenario& world) {
  const auto report = scenarios::run_simulated(world, {.seed = world.seed});
  BOOST_REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  return scenarios::json_document({*report}) + std::to_string(report->rotation.bytes_read);
}

}  // namespace

BOOST_AUTO_TEST_CASE(changing_any_key_of_the_world_changes_what_happens) {
  // Some keys are of a vendor whose reads lag and whose tenants have rules.
  const std::array starts = {scenario(busy),
                             scenario(busy + "  identity_provider: {dialect: entra}\n"),
                             scenario(busy + "  identity_provider: {dialect: keycloak, succession: "
                                             "{grace: 990s, life: 9990s}}\n")};
  const std::array before = {account_of(starts[0]), account_of(starts[1]), account_of(starts[2])};
  std::size_t of_the_world = 0;
  for (std::size_t which = 0;; ++which) {
    std::string changed;
    bool seen = false;
    for (std::size_t i = 0; i < starts.size() && !seen; ++i) {
      auto world = starts[i];
      testing::KeyChanger changer(which);
      scenarios::list_keys(changer, world);
      changed = changer.changed();
      seen = changed.starts_with("world.") && account_of(world) != before[i];
    }
    if (changed.empty()) break;
    if (!changed.starts_with("world.")) continue;
    ++of_the_world;
    BOOST_TEST(seen, changed << " changes nothing");
  }
  BOOST_TEST(of_the_world >= 27U);
}

BOOST_AUTO_TEST_CASE(divides_every_time_and_no_number_of_things) {
  const auto slow = scenario(busy + R"(  vault: {max_versions: 40}
lead: 2m
faults:
  - {kind: slow, delay: 20s, from: 1m, nth: 40}
timeline:
  - {at: 40s, hold_ready: 20}
  - {after: rollout, plus: 20s, lag_standby: 10s}
policies:
  timer: {operator: [{wait: 20s}]}
)");
  const auto fast = scenarios::compressed(slow, 20);
  BOOST_TEST((fast.lead == std::chrono::seconds(6)));
  BOOST_TEST((fast.fleet.termination.high == std::chrono::milliseconds(2500)));
  BOOST_TEST((fast.fleet.endpoint_lag.low == std::chrono::milliseconds(5)));
  BOOST_TEST(fast.fleet.termination_grace_s == 1);
  BOOST_TEST(fast.fleet.min_ready_s == 0);
  BOOST_TEST(fast.portal.logins_per_minute == 4800);
  BOOST_TEST(fast.vault.max_versions == 40);
  BOOST_TEST((fast.faults[0].delay == std::chrono::seconds(1)));
  BOOST_TEST((fast.faults[0].from == ports::Instant(std::chrono::seconds(3))));
  BOOST_TEST((fast.faults[0].to == ports::Instant::max()));
  BOOST_TEST(fast.faults[0].nth == 40U);
  BOOST_TEST((fast.timeline[0].plus == std::chrono::seconds(2)));
  BOOST_TEST((fast.timeline[0].argument == scenarios::Argument(scenarios::PodCount{.pods = 20})));
  BOOST_TEST((fast.timeline[1].argument ==
              scenarios::Argument(ports::Duration(std::chrono::milliseconds(500)))));
  BOOST_TEST((fast.policies.at("timer").commands[0].argument ==
              scenarios::Argument(ports::Duration(std::chrono::seconds(1)))));
}

BOOST_AUTO_TEST_CASE(divides_what_a_variant_or_a_vendor_brings_with_it) {
  for (const char* const provider : {"{variant: slow}", "{dialect: auth0}"}) {
    const auto slow = scenario(busy + "  identity_provider: " + provider + "\n");
    const auto real = scenarios::core_options(slow);
    const auto fast = scenarios::core_options(scenarios::compressed(slow, 20));
    BOOST_TEST((real.create_lag.high > ports::Duration(0)), provider);
    BOOST_TEST((fast.create_lag.high == real.create_lag.high / 20), provider);
    BOOST_TEST((fast.retire_lag.high == real.retire_lag.high / 20), provider);
    BOOST_TEST((fast.answer_time.high == real.answer_time.high / 20), provider);
    BOOST_TEST(fast.replicas == real.replicas, provider);
  }
}

BOOST_AUTO_TEST_CASE(divides_the_rotators_times_but_not_its_patience_with_real_calls) {
  rotator::Configuration slow;
  slow.rotation.window = std::chrono::minutes(15);
  const auto fast = scenarios::compressed(slow, 60);
  BOOST_TEST((fast.rotation.window == std::chrono::seconds(15)));
  BOOST_TEST((fast.rotation.soak == std::chrono::seconds(5)));
  BOOST_TEST((fast.rotation.vault_settle == std::chrono::milliseconds(1100)));
  BOOST_TEST((fast.rotation.patience == std::chrono::seconds(20)));
  BOOST_TEST((fast.kubernetes.lease_duration == std::chrono::seconds(2)));
  BOOST_TEST((fast.kubernetes.cluster.call_timeout == slow.kubernetes.cluster.call_timeout));
  BOOST_TEST((fast.vault.session.patience == slow.vault.session.patience));
  BOOST_TEST(fast.rotation.probes == slow.rotation.probes);
}

BOOST_AUTO_TEST_SUITE_END()
