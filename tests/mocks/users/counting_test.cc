// Counting: which logins stand alone, and how many of each outcome are to be expected. Checked on
// histories drawn at random: against the oracle, which shares no code, and login by login.
#include "mocks/users/counting.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "mocks/users/oracle.h"
#include "tests/mocks/users/small_world.h"

BOOST_AUTO_TEST_SUITE(counting)

namespace {

using mocks::portal::PodId;
using mocks::users::Cause;
using mocks::users::entangled_spans;
using mocks::users::failure_possible;
using mocks::users::InstantSpan;
using mocks::users::JourneyOptions;
using mocks::users::Protocol;
using mocks::users::RecordedProvider;
using tests::at;
using tests::SmallWorld;
using namespace std::chrono_literals;

// 300 s of pods that come and go, secrets that are accepted and retired, a provider that throttles
// and a registration that changes; `troubles` adds processes that stop, key bumps and outages.
struct History : SmallWorld {
  History(std::uint64_t seed, bool troubles, mocks::idp::CoreOptions core_options)
      : SmallWorld(seed, core_options) {
    add_secret("synthetic-one");
    write_to_vault("synthetic-one");
    for (PodId pod = 1; pod <= 3; ++pod) serve(pod, "synthetic-one");
    PodId next = 4;
    std::vector<PodId> serving = {1, 2, 3};
    for (std::uint64_t act = 0; act < 40; ++act) {
      const auto draw = [&](std::uint64_t below, std::uint64_t what) {
        return draws.below(below, mocks::sim::Stream::fault, act, what);
      };
      queue.run_until(at(10s + std::chrono::milliseconds(7000 * act + draw(6900, 0))));
      const auto choice = draw(troubles ? 10 : 7, 1);
      if (choice <= 1) {
        serve(next, draw(2, 2) == 0 ? "synthetic-one" : "synthetic-two");
        serving.push_back(next++);
      }
      if (choice == 2 && serving.size() > 1) {
        const auto which = static_cast<std::ptrdiff_t>(draw(serving.size(), 3));
        retire_pod(serving[static_cast<std::size_t>(which)]);
        serving.erase(serving.begin() + which);
      }
      if (choice == 3 && act < 20) {
        add_secret("synthetic-two", false);
        write_to_vault("synthetic-two");
      }
      if (choice == 4) core.set_active("synthetic-portal", "synthetic-one", false);
      if (choice == 5) timeline.set_provider_throttling(queue.now(), draw(2, 4) == 0);
      if (choice == 6 && draw(3, 5) == 0)
        timeline.register_method(queue.now(), mocks::name_of("synthetic-portal"),
                                 draw(2, 6) == 0
                                     ? mocks::idp::AuthenticationMethod::client_secret_basic
                                     : mocks::idp::AuthenticationMethod::client_secret_post);
      if (choice == 7) timeline.process_stopped(queue.now(), serving[draw(serving.size(), 7)]);
      if (choice == 8) portal.cookie_keys = {draw(2, 8) == 0 ? "one" : "two"};
      if (choice == 9) timeline.set_provider_up(queue.now(), draw(2, 9) == 0);
    }
    queue.run_until(at(300s));
  }
};

bool within(const std::vector<InstantSpan>& spans, ports::Instant when) {
  return std::any_of(spans.begin(), spans.end(),
                     [&](const InstantSpan& span) { return span.from <= when && when < span.to; });
}

double total(const mocks::users::OutcomeMeasure& measure) {
  double sum = 0;
  for (const double part : measure) sum += part;
  return sum;
}

// Two pods on one good secret.
struct Quiet : SmallWorld {
  Quiet() {
    add_secret("synthetic-one");
    write_to_vault("synthetic-one");
    serve(1, "synthetic-one");
    serve(2, "synthetic-one");
  }
  std::vector<InstantSpan> entangled(const JourneyOptions& options = {}) const {
    return entangled_spans(timeline, options, at(0s), at(1000s));
  }
};

const JourneyOptions defaults;

}  // namespace

BOOST_AUTO_TEST_CASE(expects_of_each_outcome_what_the_oracle_expects) {
  const std::vector<mocks::TimeRange> delays = {
      {.low = 20ms, .high = 300ms}, {.low = 0s, .high = 15s}, {.low = 2s, .high = 2s}};
  double failures = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const History world(seed, false,
                        {.create_lag = {.low = 0s, .high = 20s},
                         .retire_lag = {.low = 0s, .high = 20s},
                         .replicas = 1 + static_cast<int>(seed % 3)});
    for (const auto& delay : delays) {
      JourneyOptions options;
      options.exchange = delay;
      for (const auto& [from, to] :
           {std::pair(0s, 300s), std::pair(50s, 51s), std::pair(123s, 200s)}) {
        const auto measure = measure_outcomes(world.timeline, delay, at(from), at(to));
        const auto oracle = expected_failures(world.timeline, options, 1, at(from), at(to));
        const double seconds = std::chrono::duration<double>(to - from).count();
        BOOST_TEST(std::abs(total(measure) / 1e9 - seconds) < 1e-6);
        for (std::size_t i = 0; i < mocks::users::cause_count; ++i) {
          const double off = measure[1 + i] / 1e9 - oracle.by_cause[i];
          BOOST_TEST(std::abs(off) < 1e-6, "seed " << seed << " "
                                                   << to_string(static_cast<Cause>(i)) << " off by "
                                                   << off);
        }
        failures += oracle.failed;
      }
    }
  }
  BOOST_TEST(failures > 1000);
}

BOOST_AUTO_TEST_CASE(lets_stand_alone_only_logins_whose_fate_is_their_own_exchange) {
  std::uint64_t alone = 0;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const History world(seed, true, {});
    JourneyOptions options;
    options.think.high = 5s;
    const Protocol protocol(world.draws, options);
    RecordedProvider provider(world.timeline, protocol);
    const auto spans = entangled_spans(world.timeline, options, at(0s), at(300s));
    for (std::uint64_t id = 0; id < 3000; ++id) {
      const auto exchange = at(std::chrono::milliseconds(100 * id));
      if (within(spans, exchange)) continue;
      auto journey = protocol.begin(id, exchange);
      while (journey.next != mocks::users::JourneyStep::exchange &&
             !protocol.advance(journey, world.timeline, provider)) {
      }
      BOOST_REQUIRE(journey.next == mocks::users::JourneyStep::exchange);
      const auto verdict = world.timeline.exchange(journey.run, exchange);
      const bool refused = verdict.accepting < verdict.replicas;
      while (!protocol.advance(journey, world.timeline, provider)) {
      }
      BOOST_REQUIRE(journey.cause.has_value() == refused);
      if (refused) BOOST_REQUIRE(*journey.cause == verdict.cause);
      ++alone;
      if (refused) ++failed;
    }
  }
  BOOST_TEST(alone > 10'000U);
  BOOST_TEST(failed > 1'000U);
}

BOOST_AUTO_TEST_CASE(entangles_nobody_while_secrets_and_pods_change_and_nothing_else) {
  Quiet world;
  BOOST_TEST(world.entangled().empty());
  world.queue.run_until(at(100s));
  world.add_secret("synthetic-two");
  world.serve(3, "synthetic-two");
  world.retire_pod(1);
  world.queue.run_until(at(110s));
  world.timeline.process_stopped(world.queue.now(), 1);
  world.retire_secret("synthetic-one");
  BOOST_TEST(world.entangled().empty());
}

BOOST_AUTO_TEST_CASE(entangles_whoever_is_under_way_as_the_cookie_key_changes) {
  // All at one instant, so that the two kinds never serve side by side.
  Quiet world;
  world.queue.run_until(at(100s));
  world.portal.cookie_keys = {"bumped"};
  world.retire_pod(1);
  world.retire_pod(2);
  world.serve(3, "synthetic-one");
  const auto spans = world.entangled();
  BOOST_TEST(spans.size() == 1U);
  BOOST_TEST((spans.front().from == at(100s) - defaults.longest_after()));
  BOOST_TEST((spans.front().to == at(100s) + defaults.longest_before()));
}

BOOST_AUTO_TEST_CASE(entangles_exchanges_that_a_stopping_process_may_cut_off) {
  Quiet world;
  world.queue.run_until(at(100s));
  world.retire_pod(1);
  world.queue.run_until(at(100100ms));
  world.timeline.process_stopped(world.queue.now(), 1);
  const auto spans = world.entangled();
  BOOST_TEST(spans.size() == 1U);
  BOOST_TEST((spans.front().from == at(100100ms) - defaults.answer.high));
  BOOST_TEST((spans.front().to == at(100100ms) + defaults.exchange.high));
}

BOOST_AUTO_TEST_CASE(entangles_an_outage_and_who_came_during_it) {
  Quiet world;
  world.queue.run_until(at(100s));
  world.timeline.set_provider_up(world.queue.now(), false);
  world.queue.run_until(at(120s));
  world.timeline.set_provider_up(world.queue.now(), true);
  const auto spans = world.entangled();
  BOOST_TEST(spans.size() == 1U);
  BOOST_TEST((spans.front().from == at(100s)));
  BOOST_TEST((spans.front().to == at(120s) + defaults.longest_before()));
}

BOOST_AUTO_TEST_CASE(entangles_everybody_with_returning_users_or_codes_that_may_expire) {
  const Quiet world;
  BOOST_TEST(world.entangled({.returning = {.numerator = 1, .denominator = 9}}).size() == 1U);
  BOOST_TEST(world.entangled({.redirect = {.low = 1s, .high = 60s}}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(sees_a_failure_possible_exactly_while_one_is) {
  Quiet world;
  const auto possible = [&] {
    return failure_possible(world.timeline, defaults, world.queue.now());
  };
  BOOST_TEST(!possible());
  world.queue.run_until(at(100s));
  world.timeline.set_provider_up(world.queue.now(), false);
  BOOST_TEST(possible());
  world.timeline.set_provider_up(world.queue.now(), true);
  BOOST_TEST(!possible());
  world.add_secret("synthetic-two");
  world.serve(3, "synthetic-two");
  world.retire_pod(1);
  BOOST_TEST(!possible());
  world.retire_pod(2);
  world.retire_secret("synthetic-one");
  BOOST_TEST(possible());  // an exchange from an old pod may be on its way
  world.queue.run_until(at(100s) + defaults.exchange.high + 1ms);
  BOOST_TEST(!possible());
  world.portal.cookie_keys = {"bumped"};
  world.serve(4, "synthetic-two");
  BOOST_TEST(possible());
  world.retire_pod(3);
  world.queue.run_until(at(200s));
  BOOST_TEST(!possible());
  world.retire_pod(4);
  BOOST_TEST(possible());  // nobody serves
}

// A large fleet that is replaced pod by pod has thousands of instants at which something changes.
BOOST_AUTO_TEST_CASE(the_oracle_asks_no_pod_while_nobody_is_refused,
                     *boost::unit_test::timeout(20)) {
  constexpr mocks::portal::PodId pods = 1500;
  SmallWorld world;
  world.add_secret("synthetic-one");
  for (mocks::portal::PodId pod = 1; pod <= pods; ++pod) {
    world.serve(pod, "synthetic-one");
    world.queue.run_until(world.queue.now() + 10ms);
  }
  const auto expected = expected_failures(world.timeline, {}, 10, at(0s), world.queue.now() + 10s);
  BOOST_TEST(expected.failed == 0);
  BOOST_TEST(expected.tried == 250, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()
