// The closed form of logins that begin with one client and end with another.
#include "mocks/users/two_clients.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "mocks/users/oracle.h"
#include "tests/mocks/users/small_world.h"

namespace tests {

BOOST_AUTO_TEST_SUITE(two_clients)

using mocks::users::Cause;
using mocks::users::expected_failures;
using mocks::users::JourneyOptions;

namespace {

constexpr const char* blue_secret = "synthetic-blue";
constexpr const char* green_secret = "synthetic-green";

// Blue pods from the beginning; green ones when a test says so.
struct TwoColours : SmallWorld {
  TwoColours() {
    add_secret(blue_secret);
    add_secret(green_secret);
    serve(1, blue_secret);
    serve(2, blue_secret);
  }
  void serve_green(PodId pod) {
    portal.client_id = "synthetic-portal-green";
    serve(pod, green_secret);
  }
  double expected(Instant from, Instant to, const JourneyOptions& options = {}) const {
    return expected_failures(timeline, options, 10, from, to).of(Cause::wrong_client);
  }
};

double mean(const mocks::TimeRange& range) {
  return static_cast<double>((range.low + range.high).count()) / 2e9;
}

}  // namespace

BOOST_AUTO_TEST_CASE(expects_nothing_while_all_pods_are_of_one_client) {
  const TwoColours world;
  BOOST_TEST(!mocks::users::clients_mix(world.timeline, {}));
  BOOST_TEST(world.expected(at(0s), at(600s)) == 0.0);
}

BOOST_AUTO_TEST_CASE(loses_whoever_is_on_the_way_when_all_traffic_turns_at_once) {
  TwoColours world;
  world.queue.run_until(at(100s));
  world.serve_green(3);
  world.serve_green(4);
  world.retire_pod(1);
  world.retire_pod(2);
  const JourneyOptions options;
  const double lost = 10 * (mean(options.think) + mean(options.redirect));
  BOOST_TEST(world.expected(at(0s), at(600s)) == lost, boost::test_tools::tolerance(1e-9));
  // However the time is cut.
  double sum = 0;
  for (auto from = 0s; from < 600s; from += 7s) sum += world.expected(at(from), at(from + 7s));
  BOOST_TEST(sum == lost, boost::test_tools::tolerance(1e-9));
  // Nobody who calls back before, and nobody who began after.
  BOOST_TEST(world.expected(at(0s), at(100s)) == 0.0);
  BOOST_TEST(world.expected(at(100s) + options.longest_before(), at(600s)) == 0.0);
}

BOOST_AUTO_TEST_CASE(loses_as_many_where_the_times_do_not_vary) {
  TwoColours world;
  world.queue.run_until(at(100s));
  world.serve_green(3);
  world.retire_pod(1);
  world.retire_pod(2);
  const JourneyOptions fixed{.think = {.low = 5s, .high = 5s},
                             .redirect = {.low = 1s, .high = 1s},
                             .exchange = {.low = 200ms, .high = 200ms}};
  BOOST_TEST(world.expected(at(0s), at(600s), fixed) == 60.0, boost::test_tools::tolerance(1e-9));
  const JourneyOptions half{.think = {.low = 5s, .high = 5s},
                            .redirect = {.low = 0s, .high = 2s},
                            .exchange = {.low = 200ms, .high = 200ms}};
  BOOST_TEST(world.expected(at(0s), at(600s), half) == 60.0, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(loses_four_of_nine_while_one_pod_of_three_is_of_another_client) {
  TwoColours world;
  world.serve_green(3);
  world.queue.run_until(at(1000s));
  BOOST_TEST(world.expected(at(300s), at(400s)) == 1000.0 * 4 / 9,
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(agrees_with_logins_that_are_played_while_pods_turn_one_by_one) {
  TwoColours world;
  world.queue.run_until(at(100s));
  world.serve_green(3);
  world.queue.run_until(at(107s));
  world.retire_pod(1);
  world.queue.run_until(at(111s));
  world.serve_green(4);
  world.queue.run_until(at(125s));
  world.retire_pod(2);
  world.queue.run_until(at(600s));
  const JourneyOptions options;
  const mocks::users::Protocol protocol(world.draws, options);
  mocks::users::RecordedProvider provider(world.timeline, protocol);
  constexpr int played = 40'000;
  const auto from = at(90s);
  const auto to = at(170s);
  int failed = 0;
  for (int i = 0; i < played; ++i) {
    const auto cause = protocol.play(static_cast<std::uint64_t>(i), from + (to - from) / played * i,
                                     world.timeline, provider);
    BOOST_TEST_REQUIRE((!cause || *cause == Cause::wrong_client));
    failed += cause ? 1 : 0;
  }
  const double expected = world.expected(from, to) / (10.0 * 80) * played;
  BOOST_TEST(expected > 5'000.0);
  BOOST_TEST(std::abs(failed - expected) < 5 * std::sqrt(expected));
}

BOOST_AUTO_TEST_CASE(leaves_out_what_is_refused_for_its_secret_first) {
  TwoColours world;
  world.serve_green(3);
  world.queue.run_until(at(200s));
  world.retire_secret(green_secret);
  world.queue.run_until(at(1000s));
  // Callbacks at the green pod die of its secret, whoever began them.
  const auto all = expected_failures(world.timeline, {}, 10, at(400s), at(500s));
  BOOST_TEST(all.of(Cause::wrong_client) == 1000.0 * 2 / 9, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(all.of(Cause::secret_retired) == 1000.0 / 3, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(all.failed == 1000.0 * 5 / 9, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(expects_nothing_where_callbacks_are_routed_to_pods_of_their_client) {
  TwoColours world;
  mocks::portal::LoadBalancer blue(world.queue, world.timeline, mocks::name_of("https://portal/b"));
  blue.endpoint_added(1);
  world.serve_green(3);
  BOOST_TEST(!mocks::users::clients_mix(world.timeline, {}));
  BOOST_TEST(world.expected(at(300s), at(400s)) == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
