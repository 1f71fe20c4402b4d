// Logins at each fidelity: the same failures, exactly where nothing is left to chance and within a
// stated bound elsewhere.
#include "mocks/users/logins.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mocks/sim/faults/kinds.h"
#include "mocks/sim/poisson.h"
#include "mocks/users/counting.h"
#include "mocks/users/oracle.h"
#include "tests/mocks/users/small_world.h"

BOOST_AUTO_TEST_SUITE(logins)

namespace {

using mocks::users::Cause;
using mocks::users::Count;
using mocks::users::Fidelity;
using mocks::users::LoginOptions;
using mocks::users::Logins;
using mocks::users::Tally;
using tests::at;
using tests::SmallWorld;
using namespace std::chrono_literals;

const std::vector<Fidelity> all_fidelities = {Fidelity::exact, Fidelity::superposed,
                                              Fidelity::counts, Fidelity::hybrid};

// Four pods, replaced one by one from 70 s to 100 s, and the old secret retired at `retire`.
struct Rotation {
  ports::Duration retire = 160s;
  ports::Duration end = 200s;
  double per_second = 40;
  mocks::TimeRange exchange = {.low = 100ms, .high = 900ms};
  void (*prepare)(SmallWorld&) = [](SmallWorld&) {};
  void (*meanwhile)(SmallWorld&) = [](SmallWorld&) {};  // as the first new pod starts
  mocks::idp::CoreOptions core = {};
};

struct Outcome {
  Count total;
  Count refreshes;
  std::vector<mocks::users::TallyPhase> phases;
  mocks::users::Expectation expected;
  std::uint64_t told = 0;
};

// The world of one rotation, kept for whoever wants to look at its record.
struct RotationRun {
  RotationRun(const Rotation& rotation, Fidelity fidelity, std::uint64_t seed,
              double refreshes_per_second = 0)
      : world(seed, rotation.core),
        logins(world.queue, world, world.draws, world.timeline, world.core, world.no_faults,
               options_of(rotation, fidelity, refreshes_per_second)) {
    rotation.prepare(world);
    world.add_secret("synthetic-one");
    world.write_to_vault("synthetic-one");
    for (mocks::portal::PodId pod = 1; pod <= 4; ++pod) world.serve(pod, "synthetic-one");
    logins.start();
    logins.begin_phase("before");
    world.queue.run_until(at(60s));
    logins.begin_phase("rollout");
    world.add_secret("synthetic-two");
    world.write_to_vault("synthetic-two");
    for (mocks::portal::PodId pod = 1; pod <= 4; ++pod) {
      if (pod == 4) {
        advance(rotation, 95s);
        logins.begin_phase("one old pod is left");
      }
      advance(rotation, 60s + 10s * static_cast<int>(pod));
      if (pod == 1) rotation.meanwhile(world);
      world.serve(4 + pod, "synthetic-two");
      world.retire_pod(pod);
    }
    logins.begin_phase("no old pod is left");
    advance(rotation, 110s);
    logins.begin_phase("after");
    advance(rotation, rotation.end);
    logins.stop();
    while (!logins.settled() && world.queue.step()) {
    }
    logins.settle();
  }

  // To `until`, retiring the old secret when its time has come.
  void advance(const Rotation& rotation, ports::Duration until) {
    if (!retired && rotation.retire < until) {
      retired = true;
      world.queue.run_until(at(rotation.retire));
      world.retire_secret("synthetic-one");
    }
    world.queue.run_until(at(until));
  }

  static LoginOptions options_of(const Rotation& rotation, Fidelity fidelity, double refreshes) {
    LoginOptions options{
        .fidelity = fidelity, .per_second = rotation.per_second, .refreshes_per_second = refreshes};
    options.journey.exchange = rotation.exchange;
    options.journey.redirect_uri = mocks::name_of("https://portal/cb");
    return options;
  }

  SmallWorld world;
  Logins logins;
  bool retired = false;
};

Outcome run(const Rotation& rotation, Fidelity fidelity, std::uint64_t seed,
            double refreshes_per_second = 0) {
  RotationRun run(rotation, fidelity, seed, refreshes_per_second);
  return {.total = run.logins.tally().total(),
          .refreshes = run.logins.tally().refreshes(),
          .phases = run.logins.tally().phases(),
          .expected = expected_failures(run.world.timeline, run.logins.options().journey,
                                        rotation.per_second, at(0s), at(rotation.end)),
          .told = run.world.succeeded_told + run.world.failed_told};
}

// Sums over `seeds` runs: counts are Poisson, or at most as scattered, so that a sum of mean m
// stays within 4.5 standard deviations of m but once in 150,000 times. The seeds are fixed.
struct Sum {
  Count count;
  mocks::users::Expectation expected;
};

Sum sum(const Rotation& rotation, Fidelity fidelity, std::uint64_t seeds) {
  Sum out;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto outcome = run(rotation, fidelity, seed);
    out.count += outcome.total;
    out.expected.tried += outcome.expected.tried;
    out.expected.failed += outcome.expected.failed;
    for (std::size_t i = 0; i < mocks::users::cause_count; ++i)
      out.expected.by_cause[i] += outcome.expected.by_cause[i];
  }
  return out;
}

void check_close(std::uint64_t counted, double expected, const std::string& what) {
  const double off = static_cast<double>(counted) - expected;
  BOOST_TEST(off * off <= 4.5 * 4.5 * expected + 1e-9,
             what << ": counted " << counted << ", expected " << expected);
}

void check_law(const Rotation& rotation, std::uint64_t exact_seeds, std::uint64_t counted_seeds) {
  for (const auto fidelity : all_fidelities) {
    const bool events = fidelity == Fidelity::exact || fidelity == Fidelity::hybrid;
    const auto result = sum(rotation, fidelity, events ? exact_seeds : counted_seeds);
    const std::string name = to_string(fidelity);
    BOOST_TEST(result.expected.failed > 100, name << " expects " << result.expected.failed);
    check_close(result.count.tried, result.expected.tried, name + " tried");
    for (std::size_t i = 0; i < mocks::users::cause_count; ++i)
      check_close(result.count.by_cause[i], result.expected.by_cause[i],
                  name + " " + to_string(static_cast<Cause>(i)));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(counts_no_failure_at_any_fidelity_when_the_overlap_is_long_enough) {
  for (const auto fidelity : all_fidelities) {
    const auto outcome = run({}, fidelity, 3);
    BOOST_TEST(outcome.total.failed == 0U, to_string(fidelity));
    BOOST_TEST(outcome.total.tried > 7500U);
    BOOST_TEST(outcome.expected.failed == 0.0);
    check_close(outcome.total.tried, 8000, to_string(fidelity));
  }
}

BOOST_AUTO_TEST_CASE(fails_every_login_at_any_fidelity_when_no_pod_has_a_good_secret) {
  const Rotation hopeless{.prepare = [](SmallWorld& world) {
    world.timeline.register_method(world.queue.now(), mocks::name_of("synthetic-portal"),
                                   mocks::idp::AuthenticationMethod::client_secret_basic);
    world.core.set_authentication_method("synthetic-portal",
                                         mocks::idp::AuthenticationMethod::client_secret_basic);
  }};
  for (const auto fidelity : all_fidelities) {
    const auto outcome = run(hopeless, fidelity, 3);
    BOOST_TEST(outcome.total.failed == outcome.total.tried, to_string(fidelity));
    BOOST_TEST(outcome.total.of(Cause::auth_method) == outcome.total.tried);
    BOOST_TEST(outcome.total.tried > 7500U);
  }
}

BOOST_AUTO_TEST_CASE(agrees_with_the_closed_form_at_every_fidelity_on_a_premature_retirement) {
  // Retired with two of four pods still on it, and exchanges of up to 0.9 s in flight.
  check_law({.retire = 85s}, 8, 60);
}

BOOST_AUTO_TEST_CASE(agrees_with_the_closed_form_on_exchanges_in_flight_alone) {
  // The last old pod left half a second before: only slow exchanges fail.
  check_law({.retire = 100500ms, .exchange = {.low = 100ms, .high = 6s}}, 8, 60);
}

BOOST_AUTO_TEST_CASE(
    agrees_with_the_closed_form_while_the_replicas_of_the_token_endpoint_disagree) {
  check_law({.retire = 85s,
             .core = {.create_lag = {.low = 30s, .high = 30s},
                      .retire_lag = {.low = 20s, .high = 20s},
                      .replicas = 3}},
            8, 60);
}

BOOST_AUTO_TEST_CASE(agrees_with_the_closed_form_while_the_provider_throttles) {
  check_law({.meanwhile =
                 [](SmallWorld& world) {
                   world.timeline.set_provider_throttling(world.queue.now(), true);
                   world.queue.run_until(at(75s));
                   world.timeline.set_provider_throttling(world.queue.now(), false);
                 }},
            8, 60);
}

BOOST_AUTO_TEST_CASE(plays_every_exact_login_as_the_record_would) {
  // Exchanges that fail, cookies that loop and a process that dies: each login's outcome as an
  // event is the outcome of the same key played from the record afterwards.
  struct Listening final : mocks::Observer {
    void observe(ports::Instant, const mocks::Fact& fact) override {
      if (fact.kind == mocks::FactKind::login_succeeded) outcomes[fact.object] = -1;
      if (fact.kind == mocks::FactKind::login_failed)
        outcomes[fact.object] = static_cast<int>(fact.number);
    }
    std::map<std::uint64_t, int> outcomes;
  } listening;
  SmallWorld world(11);
  auto options = world.login_options(Fidelity::exact);
  options.per_second = 100;
  Logins logins(world.queue, listening, world.draws, world.timeline, world.core, world.no_faults,
                options);
  world.add_secret("synthetic-one");
  world.write_to_vault("synthetic-one");
  world.serve(1, "synthetic-one");
  world.serve(2, "synthetic-one");
  logins.start();
  world.queue.run_until(at(60s));
  world.add_secret("synthetic-two");
  world.write_to_vault("synthetic-two");
  world.portal.cookie_keys = {"bumped"};
  world.serve(3, "synthetic-two");
  world.serve(4, "synthetic-one");  // stale
  world.queue.run_until(at(90s));
  world.retire_secret("synthetic-one");
  world.queue.run_until(at(100s));
  world.timeline.process_stopped(world.queue.now(), 2);
  world.queue.run_until(at(105s));
  world.retire_pod(2);
  world.queue.run_until(at(140s));
  logins.stop();
  world.queue.run();
  BOOST_TEST(logins.settled());
  logins.settle();

  const mocks::users::Protocol protocol(world.draws, options.journey);
  mocks::users::RecordedProvider provider(world.timeline, protocol);
  std::uint64_t compared = 0;
  std::map<int, int> seen;
  ports::Instant exchange{};
  for (std::uint64_t i = 0; exchange < at(140s); ++i) {
    exchange +=
        mocks::sim::exponential_gap(100, world.draws, mocks::sim::Stream::login_arrival, 1, i);
    const auto id = (std::uint64_t{1} << 36U) | i;
    const auto told = listening.outcomes.find(id);
    if (exchange >= at(140s)) break;
    BOOST_REQUIRE(told != listening.outcomes.end());
    const auto cause = protocol.play(id, exchange, world.timeline, provider);
    BOOST_REQUIRE(told->second == (cause ? static_cast<int>(*cause) : -1));
    ++seen[told->second];
    ++compared;
  }
  BOOST_TEST(compared == logins.tally().total().tried);
  BOOST_TEST(compared > 13000U);
  for (const auto cause :
       {Cause::secret_retired, Cause::stale_render, Cause::cookie_loop, Cause::pod_gone})
    BOOST_TEST(seen[static_cast<int>(cause)] > 0, to_string(cause));
}

BOOST_AUTO_TEST_CASE(counts_entangled_logins_as_often_as_events_do) {
  // A key bump in the middle of the rollout: loops between old and new pods, at every fidelity as
  // often. Two sums of n runs differ by less than 4.5 standard deviations.
  const Rotation bump{.per_second = 100, .meanwhile = [](SmallWorld& world) {
                        world.portal.cookie_keys = {"bumped"};
                      }};
  const auto exact = sum(bump, Fidelity::exact, 6).count;
  BOOST_TEST(exact.of(Cause::cookie_loop) > 200U);
  for (const auto fidelity : {Fidelity::superposed, Fidelity::counts, Fidelity::hybrid}) {
    const auto counted = sum(bump, fidelity, 6).count;
    BOOST_TEST(counted.failed == counted.of(Cause::cookie_loop));
    const double difference =
        static_cast<double>(counted.failed) - static_cast<double>(exact.failed);
    BOOST_TEST(
        difference * difference <= 4.5 * 4.5 * static_cast<double>(counted.failed + exact.failed),
        to_string(fidelity) << " " << counted.failed << " against " << exact.failed);
  }
}

BOOST_AUTO_TEST_CASE(divides_the_total_among_the_phases) {
  for (const auto fidelity : all_fidelities) {
    const auto outcome = run({.retire = 85s}, fidelity, 5);
    Count sum;
    for (const auto& phase : outcome.phases) sum += phase.logins;
    BOOST_TEST((sum == outcome.total), to_string(fidelity));
    BOOST_TEST(outcome.phases.size() == 5U);
    BOOST_TEST(outcome.phases[0].logins.failed == 0U);
    BOOST_TEST(outcome.phases[1].logins.failed > 0U);
    BOOST_TEST(outcome.phases[4].logins.failed == 0U);
    // One of four pods is on the retired secret from 90 s to 100 s: 40 x 5 s / 4 = 50.
    const auto& last = outcome.phases[2].logins;
    check_close(last.tried, 200, to_string(fidelity));
    check_close(last.failed, 50, to_string(fidelity));
  }
}

BOOST_AUTO_TEST_CASE(tells_events_only_while_a_login_can_fail_at_hybrid_fidelity) {
  const auto quiet = run({}, Fidelity::hybrid, 3);
  BOOST_TEST(quiet.told == 0U);
  BOOST_TEST(quiet.total.tried > 7500U);
  const auto troubled = run({.retire = 85s}, Fidelity::hybrid, 3);
  BOOST_TEST(troubled.told > troubled.total.failed);
  BOOST_TEST(troubled.told < troubled.total.tried / 2);
}

BOOST_AUTO_TEST_CASE(counts_refreshes_apart_and_by_the_same_verdicts) {
  for (const auto fidelity : {Fidelity::exact, Fidelity::superposed, Fidelity::counts}) {
    const auto outcome = run({.retire = 85s}, fidelity, 5, 400);
    check_close(outcome.refreshes.tried, 400 * 200, to_string(fidelity));
    check_close(outcome.refreshes.failed, outcome.expected.failed * 10, to_string(fidelity));
    BOOST_TEST(outcome.refreshes.failed == outcome.refreshes.of(Cause::secret_retired));
    check_close(outcome.total.tried, 8000, to_string(fidelity));
  }
}

BOOST_AUTO_TEST_CASE(shows_failures_to_a_counter_while_the_run_goes_on) {
  for (const auto fidelity : all_fidelities) {
    SmallWorld world(9);
    auto options = world.login_options(fidelity);
    options.per_second = 50;
    Logins logins(world.queue, world, world.draws, world.timeline, world.core, world.no_faults,
                  options);
    world.add_secret("synthetic-one");
    world.serve(1, "synthetic-one");
    logins.start();
    world.queue.run_until(at(100s));
    BOOST_TEST(logins.failed_so_far() == 0U);
    world.core.replace_secrets("synthetic-portal", {.id = "two", .value = "synthetic-two"});
    world.queue.run_until(at(130s));
    const auto seen = logins.failed_so_far();
    BOOST_TEST(seen > 1000U, to_string(fidelity) << " saw " << seen);
    BOOST_TEST(seen <= 1700U);
    logins.stop();
    while (!logins.settled() && world.queue.step()) {
    }
    logins.settle();
    check_close(logins.tally().total().failed, 1500, to_string(fidelity));
    BOOST_TEST(logins.failed_so_far() == logins.tally().total().failed);
  }
}

BOOST_AUTO_TEST_CASE(shows_failures_soon_even_when_exchanges_may_take_long) {
  SmallWorld world(9);
  auto options = world.login_options(Fidelity::counts);
  options.per_second = 50;
  options.journey.exchange = {.low = 100ms, .high = 20s};
  Logins logins(world.queue, world, world.draws, world.timeline, world.core, world.no_faults,
                options);
  world.add_secret("synthetic-one");
  world.serve(1, "synthetic-one");
  logins.start();
  world.queue.run_until(at(100s));
  world.core.replace_secrets("synthetic-portal", {.id = "two", .value = "synthetic-two"});
  world.queue.run_until(at(110s));
  // All but those whose landing may be still to come: 50 x (10 s - 0.4 s).
  check_close(logins.failed_so_far(), 480, "failed so far");
}

BOOST_AUTO_TEST_CASE(asks_the_fault_plan_before_each_request_to_the_provider) {
  struct Plan final : mocks::sim::Faults {
    mocks::sim::Fate consult(ports::Instant now, const mocks::sim::Call& call) override {
      if (call.caller == "user" && call.server == "idp" && call.method == "GET") {
        ++asked_for_a_code;
        return {};
      }
      if (call.caller == "portal/portal-b" && call.server == "idp" && call.method == "POST")
        ++asked;
      if (now < at(40s)) return {};
      if (now < at(60s)) return mocks::sim::fate_of(mocks::sim::fault::lost_reply);
      return {.course = mocks::sim::fault::answer.course, .response = {.status = 429}};
    }
    std::uint64_t asked = 0;
    std::uint64_t asked_for_a_code = 0;
  } plan;
  SmallWorld world(9);
  Logins logins(world.queue, world, world.draws, world.timeline, world.core, plan,
                world.login_options(Fidelity::exact));
  world.add_secret("synthetic-one");
  world.serve(1, "synthetic-one");
  world.timeline.observe(at(0s),
                         {.kind = mocks::FactKind::pod_created, .subject = 1, .text = "portal-b"});
  logins.start();
  for (const auto end : {40s, 60s, 80s}) {
    logins.begin_phase("phase");
    world.queue.run_until(at(end));
  }
  logins.stop();
  world.queue.run();
  logins.settle();
  const auto& phases = logins.tally().phases();
  BOOST_TEST(plan.asked == logins.tally().total().tried);
  BOOST_TEST(plan.asked_for_a_code >= plan.asked);
  BOOST_TEST(phases[0].logins.failed == 0U);
  BOOST_TEST(phases[1].logins.of(Cause::idp_unavailable) == phases[1].logins.tried);
  BOOST_TEST(phases[2].logins.of(Cause::rate_limited) == phases[2].logins.tried);
  BOOST_TEST(phases[2].logins.tried > 300U);
}

BOOST_AUTO_TEST_CASE(repeats_itself_for_the_same_seed_and_differs_for_another) {
  for (const auto fidelity : all_fidelities) {
    const auto first = run({.retire = 85s}, fidelity, 21).total;
    BOOST_TEST((first == run({.retire = 85s}, fidelity, 21).total), to_string(fidelity));
    BOOST_TEST(!(first == run({.retire = 85s}, fidelity, 22).total), to_string(fidelity));
  }
}

BOOST_AUTO_TEST_CASE(every_fidelity_has_a_name_of_its_own) {
  std::set<std::string> words;
  for (const auto fidelity : all_fidelities) BOOST_TEST(words.insert(to_string(fidelity)).second);
}

BOOST_AUTO_TEST_SUITE_END()
