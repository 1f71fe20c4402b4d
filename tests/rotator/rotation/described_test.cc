// Rotations through descriptions of providers that have an adapter too: what a description can say
// suffices for the same promise, whatever call the rotator dies at.
#include <boost/test/unit_test.hpp>

#include "mocks/idp/auth0/auth0.h"
#include "mocks/sim/faults/kinds.h"
#include "tests/rotator/rotation/brisk.h"
#include "tests/rotator/rotation/descriptions.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"
#include "tests/stride.h"

BOOST_AUTO_TEST_SUITE(described)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::HttpDescription;
using rotator::Phase;
using testing::require;
using testing::stride;
using testing::stride_begin;
using testing::World;
namespace descriptions = testing::descriptions;
namespace fault = mocks::sim::fault;

ports::Result<std::unique_ptr<rotator::IdentityProvider>> described_as(
    HttpDescription description, ports::HttpClient& http, ports::Clock& clock,
    rotator::IdentityProviderOptions options, ports::Secret admin_credential) {
  options.type = "http";
  options.description = std::make_shared<HttpDescription>(std::move(description));
  return rotator::new_identity_provider(http, clock, std::move(options),
                                        std::move(admin_credential));
}

// Each a rotator::ProviderFactory.
ports::Result<std::unique_ptr<rotator::IdentityProvider>> new_okta(
    ports::HttpClient& http, ports::Clock& clock, rotator::IdentityProviderOptions options,
    ports::Secret admin_credential) {
  return described_as(descriptions::okta(), http, clock, std::move(options),
                      std::move(admin_credential));
}
ports::Result<std::unique_ptr<rotator::IdentityProvider>> new_entra(
    ports::HttpClient& http, ports::Clock& clock, rotator::IdentityProviderOptions options,
    ports::Secret admin_credential) {
  const std::string issuer_path(mocks::idp::find_dialect("entra")->issuer_path);
  return described_as(descriptions::entra(issuer_path), http, clock, std::move(options),
                      std::move(admin_credential));
}
ports::Result<std::unique_ptr<rotator::IdentityProvider>> new_auth0(
    ports::HttpClient& http, ports::Clock& clock, rotator::IdentityProviderOptions options,
    ports::Secret admin_credential) {
  return described_as(descriptions::auth0(testing::idp_origin), http, clock, std::move(options),
                      std::move(admin_credential));
}

struct DescribedWorld : World {
  DescribedWorld() : World({.new_provider = &new_okta}) {}
  rotator::Configuration brisk() const { return testing::brisk(*this); }
};

// Shows no value again, disables nothing, and its lists lag.
struct EntraWorld : World {
  EntraWorld()
      : World({.core = lagging(),
               .dialect = mocks::idp::find_dialect("entra"),
               .new_provider = &new_entra}) {}
  static mocks::idp::CoreOptions lagging() {
    mocks::idp::CoreOptions core;
    core.create_lag = {.low = 4s, .high = 18s};
    core.retire_lag = {.low = 5s, .high = 60s};
    core.replicas = 3;
    core.read_lag = {.low = 0s, .high = 30s};
    return core;
  }
  rotator::Configuration brisk() const {
    auto written = testing::brisk(*this);
    written.identity_provider.probe_scope = "https://graph.microsoft.com/.default";
    return written;
  }
};

// Keeps one secret at a time.
struct Auth0World : World {
  Auth0World()
      : World({.core = mocks::idp::auth0_core(mocks::idp::options_of(mocks::idp::Variant::multi)),
               .dialect = mocks::idp::find_dialect("auth0"),
               .new_provider = &new_auth0,
               .renders_fallback = true,
               .tries_fallback = true}) {}
  rotator::Configuration brisk() const {
    auto written = testing::brisk(*this);
    written.rotation.strategy = "staged_fallback";
    written.rotation.portal_tries_fallback = true;
    return written;
  }
};

// Crashed at each call of a whole rotation and run again until it is at rest.
template <typename SomeWorld>
void crash_at_each_call() {
  std::uint64_t calls = 0;
  {
    SomeWorld world;
    const auto outcome = require(world.run(world.brisk()));
    BOOST_TEST(outcome.ending == Ending::done, outcome.message);
    world.check_whole();
    calls = world.network.calls("rotator");
  }
  BOOST_REQUIRE(calls > 20U);
  for (std::uint64_t row = 0; const auto* kind : {&fault::crash_before, &fault::crash_after}) {
    for (auto nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT(kind->name << " at call " << nth) {
        SomeWorld world;
        world.fault_any(kind, nth);
        BOOST_TEST(!world.run(world.brisk()).has_value());
        bool done = false;
        for (int runs = 0; runs < 4 && !done; ++runs) {
          const auto outcome = world.run(world.brisk());
          done = outcome && outcome->ending == Ending::done;
        }
        BOOST_TEST(done);
        world.check_whole();
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(rotates_without_a_breach) {
  DescribedWorld world;
  const auto outcome = world.run(world.brisk());
  BOOST_TEST((outcome->ending == Ending::done), outcome->message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(is_mended_by_the_next_run_after_a_crash_at_any_call) {
  crash_at_each_call<DescribedWorld>();
}

BOOST_AUTO_TEST_CASE(is_mended_where_values_are_never_shown_and_lists_lag) {
  crash_at_each_call<EntraWorld>();
}

BOOST_AUTO_TEST_CASE(is_mended_where_there_is_one_secret_at_a_time) {
  crash_at_each_call<Auth0World>();
}

BOOST_AUTO_TEST_CASE(is_taken_back_whatever_call_of_the_way_back_it_dies_at) {
  std::uint64_t before = 0;
  std::uint64_t calls = 0;
  // Until the old secret is to be disabled; then somebody wants it back.
  const auto to_the_window = [](DescribedWorld& world) {
    world.when(Phase::overlap, [&world] { world.rotator_process.interrupt(); });
    BOOST_TEST((require(world.run(world.brisk())).ending == Ending::interrupted));
  };
  {
    DescribedWorld world;
    to_the_window(world);
    before = world.network.calls("rotator");
    const auto outcome = require(world.rollback(world.brisk()));
    BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
    world.check_whole();
    calls = world.network.calls("rotator");
  }
  BOOST_REQUIRE(calls > before + 10);
  for (std::uint64_t row = 0; const auto* kind : {&fault::crash_before, &fault::crash_after}) {
    for (auto nth = before + stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT(kind->name << " at call " << nth) {
        DescribedWorld world;
        world.fault_any(kind, nth);
        to_the_window(world);
        BOOST_TEST(!world.rollback(world.brisk()).has_value());
        const auto outcome = require(world.rollback(world.brisk()));
        // Dead after its last call, it had nothing left to take back.
        BOOST_TEST((outcome.ending == Ending::rolled_back || nth + 2 > calls), outcome.message);
        world.check_whole();
        BOOST_TEST((world.vault_value() == testing::first_secret));
      }
    }
  }
}

// About when the next attempt looks for it, finds nothing and asks again: then the second request
// meets what the first one made meanwhile. That vendor's word for it, a plain 400, is not in the
// description.
BOOST_AUTO_TEST_CASE(adopts_the_secret_whose_request_was_late) {
  for (auto delay = 10'990ms; delay <= 11'030ms; delay += 2ms) {
    BOOST_TEST_CONTEXT("the request arrives after " << delay.count() << " ms") {
      DescribedWorld world;
      world.plan.add({.label = "late",
                      .kind = &fault::slow,
                      .caller = "rotator",
                      .method = "POST",
                      .target = "*/credentials/secrets",
                      .delay = delay});
      const auto outcome = require(world.run(world.brisk()));
      BOOST_TEST(outcome.ending == Ending::done, outcome.message);
      world.pass(2min);
      world.check_whole();
    }
  }
}

BOOST_AUTO_TEST_CASE(finds_the_secret_whose_reply_was_lost) {
  DescribedWorld world;
  world.fault(&fault::lost_reply, "POST", "*/credentials/secrets");
  const auto outcome = world.run(world.brisk());
  BOOST_TEST((outcome->ending == Ending::done), outcome->message);
  world.check_whole();
}

BOOST_AUTO_TEST_SUITE_END()
