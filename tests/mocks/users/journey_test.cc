// One login as a protocol: what fails it at each step, and how session cookies send it round.
#include "mocks/users/journey.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/mocks/users/small_world.h"

BOOST_AUTO_TEST_SUITE(journey)

namespace {

using mocks::users::Cause;
using mocks::users::Count;
using mocks::users::JourneyOptions;
using mocks::users::Protocol;
using mocks::users::RecordedProvider;
using tests::at;
using tests::SmallWorld;
using namespace std::chrono_literals;

// `logins` logins whose exchanges are spread evenly over [from, to).
Count play(const SmallWorld& world, const JourneyOptions& options, ports::Instant from,
           ports::Instant to, int logins = 400) {
  const Protocol protocol(world.draws, options);
  RecordedProvider provider(world.timeline, protocol);
  Count count;
  for (int i = 0; i < logins; ++i) {
    const auto exchange = from + (to - from) * i / logins;
    count.add(protocol.play(static_cast<std::uint64_t>(i), exchange, world.timeline, provider));
  }
  return count;
}

std::string only_cause(const Count& count) {
  std::string causes;
  for (std::size_t i = 0; i < mocks::users::cause_count; ++i)
    if (count.by_cause[i] > 0)
      causes += std::string(causes.empty() ? "" : " ") + to_string(static_cast<Cause>(i));
  return causes;
}

// Two pods on one good secret, nothing ever wrong.
struct TwoPods : SmallWorld {
  TwoPods() {
    add_secret("synthetic-one");
    write_to_vault("synthetic-one");
    serve(1, "synthetic-one");
    serve(2, "synthetic-one");
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(succeeds_when_nothing_is_wrong) {
  TwoPods world;
  const auto count = play(world, {}, at(60s), at(120s));
  BOOST_TEST(count.tried == 400U);
  BOOST_TEST(count.failed == 0U);
}

BOOST_AUTO_TEST_CASE(reaches_the_identity_provider_at_the_instant_that_it_belongs_to) {
  TwoPods world;
  const Protocol protocol(world.draws, {});
  RecordedProvider provider(world.timeline, protocol);
  for (std::uint64_t id = 0; id < 100; ++id) {
    auto journey = protocol.begin(id, at(100s));
    BOOST_TEST((at(100s) - journey.at <= protocol.options().longest_before()));
    while (journey.next != mocks::users::JourneyStep::exchange)
      protocol.advance(journey, world.timeline, provider);
    BOOST_TEST((journey.at == at(100s)));
  }
}

BOOST_AUTO_TEST_CASE(is_decided_by_the_secret_that_counts_when_the_exchange_arrives) {
  TwoPods world;
  world.queue.run_until(at(100s));
  world.retire_pod(1);
  world.add_secret("synthetic-two");
  world.write_to_vault("synthetic-two");
  world.serve(3, "synthetic-two");
  world.retire_pod(2);
  world.queue.run_until(at(101s));
  world.retire_secret("synthetic-one");
  // Callbacks up to 100 s went to the old pods; exchanges under way for longer than a second fail.
  const JourneyOptions slow{.exchange = {.low = 2s, .high = 2s}};
  BOOST_TEST(play(world, slow, at(99s), at(101s)).failed == 0U);
  const auto in_flight = play(world, slow, at(101s), at(102s));
  BOOST_TEST(in_flight.failed == in_flight.tried);
  BOOST_TEST(only_cause(in_flight) == "secret_retired");
  BOOST_TEST(play(world, slow, at(102s), at(104s)).failed == 0U);
}

BOOST_AUTO_TEST_CASE(blames_a_stale_render_on_pods_created_after_vault_had_moved_on) {
  TwoPods world;
  world.queue.run_until(at(100s));
  world.add_secret("synthetic-two");
  world.write_to_vault("synthetic-two");
  world.retire_pod(1);
  world.serve(3, "synthetic-one");  // rendered the old version
  world.queue.run_until(at(200s));
  world.retire_secret("synthetic-one");
  const auto count = play(world, {}, at(201s), at(260s), 2000);
  BOOST_TEST(count.failed == count.tried);
  BOOST_TEST(count.of(Cause::stale_render) + count.of(Cause::secret_retired) == count.failed);
  BOOST_TEST(count.of(Cause::stale_render) > 850U);
  BOOST_TEST(count.of(Cause::secret_retired) > 850U);
}

BOOST_AUTO_TEST_CASE(fails_on_a_secret_that_is_not_accepted_yet) {
  SmallWorld world(7, {.create_lag = {.low = 30s, .high = 30s}});
  world.add_secret("synthetic-late", false);
  world.write_to_vault("synthetic-late");
  world.serve(1, "synthetic-late");
  world.queue.run_until(at(60s));
  const auto early = play(world, {}, at(1s), at(29s));
  BOOST_TEST(only_cause(early) == "secret_not_propagated");
  BOOST_TEST(early.failed == early.tried);
  BOOST_TEST(play(world, {}, at(30s), at(60s)).failed == 0U);
}

BOOST_AUTO_TEST_CASE(fails_on_a_method_that_differs_from_the_registered_one) {
  TwoPods world;
  world.timeline.register_method(world.queue.now(), mocks::name_of("synthetic-portal"),
                                 mocks::idp::AuthenticationMethod::client_secret_basic);
  const auto count = play(world, {}, at(60s), at(70s));
  BOOST_TEST(only_cause(count) == "auth_method");
  BOOST_TEST(count.failed == count.tried);
}

BOOST_AUTO_TEST_CASE(fails_when_a_code_meets_a_pod_of_another_client) {
  TwoPods world;
  world.portal.client_id = "synthetic-green";
  world.serve(3, "synthetic-one");
  const auto count = play(world, {}, at(60s), at(120s), 3000);
  BOOST_TEST(only_cause(count) == "wrong_client");
  // Authorize on one of two blue and callback on green, or the other way: 2 x 2/3 x 1/3.
  BOOST_TEST(count.failed > 1200U);
  BOOST_TEST(count.failed < 1470U);
}

BOOST_AUTO_TEST_CASE(brings_a_code_to_the_pods_to_which_its_redirect_uri_is_routed) {
  SmallWorld world;
  world.add_secret("synthetic-one");
  mocks::portal::LoadBalancer to_blue(world.queue, world.timeline,
                                      mocks::name_of("https://portal/blue"));
  mocks::portal::LoadBalancer to_green(world.queue, world.timeline,
                                       mocks::name_of("https://portal/green"));
  world.portal.redirect_uri = "https://portal/blue";
  world.serve(1, "synthetic-one");
  to_blue.endpoint_added(1);
  world.portal.client_id = "synthetic-green";
  world.portal.redirect_uri = "https://portal/green";
  world.create_pod(2);
  world.start_process(2, "synthetic-one");
  to_green.endpoint_added(2);
  world.queue.run_until(at(100s));
  world.balancer.endpoint_added(2);
  world.queue.run_until(at(110s));
  world.balancer.endpoint_removed(1);
  world.queue.run_until(at(200s));
  BOOST_TEST(play(world, {}, at(60s), at(190s), 3000).failed == 0U);
  // Whoever began at the one pod is served there until its route is gone as well.
  to_blue.endpoint_removed(1);
  world.queue.run_until(at(300s));
  const auto late = play(world, {}, at(205s), at(290s), 3000);
  BOOST_TEST(late.failed == 0U);
}

BOOST_AUTO_TEST_CASE(fails_on_a_route_that_no_pod_serves) {
  SmallWorld world;
  world.add_secret("synthetic-one");
  mocks::portal::LoadBalancer route(world.queue, world.timeline,
                                    mocks::name_of("https://portal/b"));
  world.portal.redirect_uri = "https://portal/b";
  world.serve(1, "synthetic-one");
  route.endpoint_added(1);
  world.queue.run_until(at(100s));
  route.endpoint_removed(1);
  world.queue.run_until(at(300s));
  BOOST_TEST(only_cause(play(world, {}, at(101s), at(200s))) == "no_pod");
}

BOOST_AUTO_TEST_CASE(fails_when_the_code_is_too_old) {
  TwoPods world;
  const JourneyOptions slow{.redirect = {.low = 61s, .high = 62s}};
  const auto count = play(world, slow, at(200s), at(210s));
  BOOST_TEST(only_cause(count) == "code_expired");
  BOOST_TEST(count.failed == count.tried);
}

BOOST_AUTO_TEST_CASE(fails_without_a_pod_and_on_one_whose_process_has_stopped) {
  TwoPods world;
  world.queue.run_until(at(100s));
  world.timeline.process_stopped(world.queue.now(), 1);  // still an endpoint
  world.queue.run_until(at(200s));
  world.retire_pod(1);
  world.queue.run_until(at(300s));
  world.retire_pod(2);
  const auto half = play(world, {}, at(160s), at(190s));
  BOOST_TEST(only_cause(half) == "pod_gone");
  // Authorize, callback and landing each meet the dead pod with probability 1/2.
  BOOST_TEST(half.failed > half.tried * 8 / 10);
  BOOST_TEST(half.failed < half.tried);
  BOOST_TEST(play(world, {}, at(250s), at(290s)).failed == 0U);
  const auto none = play(world, {}, at(350s), at(360s));
  BOOST_TEST(none.of(Cause::no_pod) == none.tried);
}

BOOST_AUTO_TEST_CASE(loses_the_exchange_that_a_process_stops_in_the_middle_of) {
  TwoPods world;
  world.retire_pod(2);
  world.queue.run_until(at(99s));
  world.balancer.endpoint_added(2);
  world.retire_pod(1);
  world.queue.run_until(at(100s));
  world.timeline.process_stopped(world.queue.now(), 1);
  const JourneyOptions slow{.exchange = {.low = 3s, .high = 3s}, .answer = {.low = 1s, .high = 1s}};
  // Exchanges of 101 s had their callback at 98 s on pod 1 and their answer after it had stopped;
  // those of 98 s were answered in time.
  const auto lost = play(world, slow, at(99500ms), at(102s));
  BOOST_TEST(only_cause(lost) == "pod_gone");
  // Those before 100 s had been accepted, and nobody was left to answer them.
  BOOST_TEST(lost.failed == lost.tried);
  BOOST_TEST(play(world, slow, at(97s), at(98900ms)).failed == 0U);
  BOOST_TEST(play(world, slow, at(102100ms), at(104s)).failed == 0U);
}

BOOST_AUTO_TEST_CASE(blames_the_process_that_died_before_the_secret_that_was_retired_after) {
  TwoPods world;
  world.retire_pod(2);
  world.queue.run_until(at(100s));
  world.timeline.process_stopped(world.queue.now(), 1);
  world.queue.run_until(at(101s));
  world.add_secret("synthetic-two");
  world.retire_secret("synthetic-one");
  const JourneyOptions slow{.exchange = {.low = 3s, .high = 3s}};
  const auto count = play(world, slow, at(101500ms), at(102500ms));
  BOOST_TEST(count.of(Cause::pod_gone) == count.tried);
}

BOOST_AUTO_TEST_CASE(fails_while_the_identity_provider_is_down_or_throttles) {
  TwoPods world;
  world.queue.run_until(at(100s));
  world.timeline.set_provider_up(world.queue.now(), false);
  world.queue.run_until(at(200s));
  world.timeline.set_provider_up(world.queue.now(), true);
  world.queue.run_until(at(300s));
  world.timeline.set_provider_throttling(world.queue.now(), true);
  const auto down = play(world, {}, at(110s), at(190s));
  BOOST_TEST(down.of(Cause::idp_unavailable) == down.tried);
  BOOST_TEST(play(world, {}, at(250s), at(290s)).failed == 0U);
  const auto throttled = play(world, {}, at(350s), at(360s));
  BOOST_TEST(throttled.of(Cause::rate_limited) == throttled.tried);
}

BOOST_AUTO_TEST_CASE(loops_between_pods_with_old_and_new_cookie_key_unless_both_know_both) {
  // One pod of each kind; the ring is introduced in two steps, so that whoever meets a new cookie
  // can verify it.
  const auto mixed = [](std::vector<std::string> before, std::vector<std::string> after) {
    SmallWorld world;
    world.add_secret("synthetic-one");
    world.portal.cookie_keys = std::move(before);
    world.serve(1, "synthetic-one");
    world.portal.cookie_keys = std::move(after);
    world.serve(2, "synthetic-one");
    return play(world, {}, at(60s), at(120s), 4000);
  };
  const auto bump = mixed({"one"}, {"two"});
  BOOST_TEST(only_cause(bump) == "cookie_loop");
  // Each landing meets the other kind with probability 1/2, five times: 1/32 of 4000 is 125.
  BOOST_TEST(bump.failed > 85U);
  BOOST_TEST(bump.failed < 170U);
  // A ring in one step only: the old pods cannot verify what the new ones sign.
  BOOST_TEST(mixed({"one"}, {"two", "one"}).failed > 0U);
  // Two steps: first everyone verifies both, then the new key signs.
  BOOST_TEST(mixed({"one"}, {"one", "two"}).failed == 0U);
  BOOST_TEST(mixed({"one", "two"}, {"two", "one"}).failed == 0U);
}

BOOST_AUTO_TEST_CASE(does_not_loop_under_sticky_sessions) {
  SmallWorld world;
  world.add_secret("synthetic-one");
  world.serve(1, "synthetic-one");
  world.portal.cookie_keys = {"another"};
  world.serve(2, "synthetic-one");
  BOOST_TEST(play(world, {}, at(60s), at(120s), 4000).failed > 0U);
  BOOST_TEST(play(world, {.sticky_sessions = true}, at(60s), at(120s), 4000).failed == 0U);
}

BOOST_AUTO_TEST_CASE(loops_on_a_kept_stale_cookie_until_the_key_is_bumped_or_the_cookie_is_old) {
  // All pods were replaced at 1000 s by ones with a new secret; everyone comes back with a cookie
  // of before, 500 s to 900 s old.
  const auto returning = [](bool keeps, const char* key, ports::Duration max_age) {
    SmallWorld world;
    world.add_secret("synthetic-one");
    world.portal.session_bound = true;
    world.portal.keeps_stale_cookie = keeps;
    world.portal.session_max_age = max_age;
    world.serve(1, "synthetic-one");
    world.queue.run_until(at(1000s));
    world.add_secret("synthetic-two");
    world.portal.cookie_keys = {key};
    world.serve(2, "synthetic-two");
    world.retire_pod(1);
    const JourneyOptions options{.returning = {.numerator = 1, .denominator = 1},
                                 .returning_age = {.low = 500s, .high = 900s}};
    return play(world, options, at(1100s), at(1400s));
  };
  const auto loop = returning(true, "session-key-1", 12h);
  BOOST_TEST(loop.of(Cause::cookie_loop) == loop.tried);
  BOOST_TEST(returning(true, "session-key-2", 12h).failed == 0U);
  BOOST_TEST(returning(true, "session-key-1", 400s).failed == 0U);
  BOOST_TEST(returning(false, "session-key-1", 12h).failed == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
