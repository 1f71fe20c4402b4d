// Timeline: what the record says of any instant, and the load balancer's choice.
#include "mocks/users/timeline.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/mocks/users/small_world.h"

BOOST_AUTO_TEST_SUITE(timeline)

namespace {

using mocks::portal::pick_endpoint;
using mocks::users::Cause;
using mocks::users::no_run;
using tests::at;
using tests::SmallWorld;
using namespace std::chrono_literals;

std::vector<mocks::portal::PodId> endpoints(const SmallWorld& world, ports::Duration when) {
  const auto span = world.timeline.endpoints(at(when));
  return {span.begin(), span.end()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(remembers_the_endpoints_of_every_instant) {
  SmallWorld world;
  world.queue.run_until(at(10s));
  world.balancer.endpoint_added(1);
  world.balancer.endpoint_added(2);
  world.queue.run_until(at(20s));
  world.balancer.endpoint_added(3);
  world.balancer.endpoint_removed(1);
  world.balancer.endpoint_removed(7);  // never was one
  world.queue.run_until(at(30s));
  world.balancer.endpoint_added(2);  // is one already
  using Pods = std::vector<mocks::portal::PodId>;
  BOOST_TEST(endpoints(world, 9s) == Pods());
  BOOST_TEST(endpoints(world, 10s) == (Pods{1, 2}));
  BOOST_TEST(endpoints(world, 19s) == (Pods{1, 2}));
  BOOST_TEST(endpoints(world, 20s) == (Pods{2, 3}));
  BOOST_TEST(endpoints(world, 99s) == (Pods{2, 3}));
  BOOST_TEST(world.timeline.epochs().size() == 2U);
}

BOOST_AUTO_TEST_CASE(tells_each_life_of_a_process_apart) {
  SmallWorld world;
  world.queue.run_until(at(10s));
  world.start_process(1, "synthetic-one");
  world.queue.run_until(at(20s));
  world.timeline.process_stopped(world.queue.now(), 1);
  world.queue.run_until(at(30s));
  world.start_process(1, "synthetic-two");
  BOOST_TEST(world.timeline.run_at(1, at(9s)) == no_run);
  const auto first = world.timeline.run_at(1, at(10s));
  BOOST_TEST(world.timeline.run_at(1, at(19s)) == first);
  BOOST_TEST(world.timeline.run_at(1, at(20s)) == no_run);
  const auto second = world.timeline.run_at(1, at(30s));
  BOOST_TEST(second != first);
  BOOST_TEST(world.timeline.environment(first).secret == mocks::name_of("synthetic-one"));
  BOOST_TEST(world.timeline.environment(second).secret == mocks::name_of("synthetic-two"));
  BOOST_TEST(world.timeline.run_at(2, at(30s)) == no_run);
}

BOOST_AUTO_TEST_CASE(follows_acceptance_and_retirement_through_their_lags) {
  SmallWorld world(
      7, {.create_lag = {.low = 10s, .high = 10s}, .retire_lag = {.low = 5s, .high = 5s}});
  world.add_secret("synthetic-one", false);
  world.start_process(1, "synthetic-one");
  world.queue.run_until(at(50s));
  world.add_secret("synthetic-two");
  world.retire_secret("synthetic-one");
  world.queue.run_until(at(100s));
  const auto run = world.timeline.run_at(1, at(0s));
  const auto cause_at = [&](ports::Duration when) {
    const auto verdict = world.timeline.exchange(run, at(when));
    return std::string(verdict.accepting == verdict.replicas ? "accepted"
                                                             : to_string(verdict.cause));
  };
  BOOST_TEST(cause_at(1s) == "secret_not_propagated");
  BOOST_TEST(cause_at(10s) == "accepted");
  BOOST_TEST(cause_at(54s) == "accepted");  // retired, but the token endpoint lags
  BOOST_TEST(cause_at(55s) == "secret_retired");
}

// The replicas that know the old secret and those that know the new one are different ones: a
// portal that holds both is let in by either.
BOOST_AUTO_TEST_CASE(adds_up_the_replicas_that_accept_what_a_process_holds) {
  using mocks::FactKind;
  const auto old_name = mocks::name_of("synthetic-one");
  const auto new_name = mocks::name_of("synthetic-two");
  for (const bool one_turn : {true, false}) {
    mocks::users::Timeline timeline({.provider_replicas = 3, .one_turn = one_turn});
    timeline.observe(at(0s), {.kind = FactKind::secret_accepted, .object = old_name, .number = 3});
    timeline.observe(at(10s), {.kind = FactKind::secret_refused, .object = old_name, .number = 1});
    timeline.observe(at(10s), {.kind = FactKind::secret_refused, .object = new_name, .number = 2});
    const auto accepting = [&](mocks::portal::PodId pod, bool tries_fallback) {
      const mocks::portal::PortalConfiguration configuration{.client_id = "portal",
                                                             .tries_fallback = tries_fallback};
      timeline.process_started(at(10s), pod,
                               mocks::portal::make_environment(configuration, old_name, new_name));
      return timeline.exchange(timeline.run_at(pod, at(10s)), at(10s)).accepting;
    };
    BOOST_TEST(accepting(1, false) == 1);
    // Accepted by all is told as one of one.
    BOOST_TEST(accepting(2, true) == (one_turn ? 1 : 2));
    BOOST_TEST(timeline.exchange_facts(timeline.run_at(2, at(10s)), at(10s)).secret_accepted ==
               one_turn);
  }
}

BOOST_AUTO_TEST_CASE(calls_a_retired_secret_stale_only_in_pods_created_after_vault_moved_on) {
  SmallWorld world;
  world.add_secret("synthetic-one");
  world.write_to_vault("synthetic-one");
  world.create_pod(1);
  world.queue.run_until(at(10s));
  world.add_secret("synthetic-two");
  world.write_to_vault("synthetic-two");
  world.queue.run_until(at(11s));
  world.create_pod(2);
  world.start_process(1, "synthetic-one");  // created before, read late
  world.start_process(2, "synthetic-one");
  world.retire_secret("synthetic-one");
  const auto cause_of = [&](mocks::portal::PodId pod) {
    return world.timeline.exchange(world.timeline.run_at(pod, at(11s)), at(12s)).cause;
  };
  BOOST_TEST(to_string(cause_of(1)) == "secret_retired");
  BOOST_TEST(to_string(cause_of(2)) == "stale_render");
}

BOOST_AUTO_TEST_CASE(counts_only_the_vault_path_that_it_was_told) {
  mocks::users::Timeline timeline({.vault_path = mocks::name_of("portal-kv/oidc/portal")});
  const auto write = [&](const char* path, const char* value) {
    timeline.observe(at(1s), {.kind = mocks::FactKind::kv_written,
                              .subject = mocks::name_of(path),
                              .object = mocks::name_of(value)});
  };
  write("portal-kv/oidc/other", "synthetic-other");
  BOOST_TEST(timeline.vault_values().empty());
  write("portal-kv/oidc/portal", "synthetic-one");
  BOOST_TEST(timeline.vault_values().size() == 1U);
}

BOOST_AUTO_TEST_CASE(picks_every_endpoint_equally_often_and_a_preferred_one_while_it_is_there) {
  const std::vector<mocks::portal::PodId> pods = {11, 12, 13};
  std::vector<int> picked(14, 0);
  const mocks::sim::Draws draws(3);
  for (std::uint64_t i = 0; i < 3000; ++i)
    ++picked[*pick_endpoint(pods, draws.bits(mocks::sim::Stream::login_pod, 0, i))];
  for (const auto pod : pods) {
    BOOST_TEST(picked[pod] > 880);
    BOOST_TEST(picked[pod] < 1120);
  }
  BOOST_TEST(*pick_endpoint(pods, 0, 13) == 13U);
  BOOST_TEST(*pick_endpoint(pods, 0, 99) == 11U);
  BOOST_TEST(*pick_endpoint(pods, ~std::uint64_t{0}) == 13U);
  BOOST_TEST(!pick_endpoint({}, 0).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
