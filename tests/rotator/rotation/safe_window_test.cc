#include "rotator/rotation/safe_window.h"

#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(safe_window_)

namespace {

using ports::Duration;
using rotator::FleetFacts;
using rotator::safe_window;
using std::chrono::minutes;
using std::chrono::seconds;

FleetFacts small_fleet() {
  return {.replicas = 4,
          .max_surge = 1,
          .max_unavailable = 0,
          .pod_ready = {.value = seconds(30), .source = "measured"},
          .termination = {.value = seconds(30), .source = "terminationGracePeriodSeconds"},
          .longest_token_exchange = {.value = seconds(20)}};
}

FleetFacts any_fleet() {
  const auto duration = [](int most) {
    return rotator::Known{.value = seconds(*rc::gen::inRange(0, most)), .source = "drawn"};
  };
  return {.replicas = *rc::gen::inRange(1, 200),
          .recreate = *rc::gen::inRange(0, 5) == 0,
          .max_surge = *rc::gen::inRange(0, 20),
          .max_unavailable = *rc::gen::inRange(0, 20),
          .pod_ready = duration(600),
          .min_ready = duration(120),
          .termination = duration(600),
          .propagation = duration(600),
          .acceptance = duration(60),
          .vault_settle = duration(60),
          .stale_until = duration(3600),
          .longest_token_exchange = duration(300),
          .refresh_in_flight = duration(600)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(adds_rounds_of_replacement_the_last_death_and_what_is_in_flight) {
  const auto window = safe_window(small_fleet());
  // Four rounds of 31 s, 30 s of grace, 20 s of exchange.
  BOOST_TEST((window.total == seconds(174)));
  BOOST_TEST(window.dominating == "rollout");
}

BOOST_AUTO_TEST_CASE(replaces_as_many_pods_a_round_as_surge_and_unavailable_allow) {
  auto facts = small_fleet();
  BOOST_TEST(rotator::rollout_rounds(facts) == 4);
  facts.max_unavailable = 1;
  BOOST_TEST(rotator::rollout_rounds(facts) == 2);
  facts.replicas = 5;
  BOOST_TEST(rotator::rollout_rounds(facts) == 3);
  facts.max_surge = facts.max_unavailable = 0;  // the API refuses it; we must not divide by it
  BOOST_TEST(rotator::rollout_rounds(facts) == 5);
}

BOOST_AUTO_TEST_CASE(counts_the_grace_period_inside_the_rollout_when_pods_are_recreated) {
  auto facts = small_fleet();
  facts.recreate = true;
  BOOST_TEST((rotator::rollout_time(facts) == seconds(61)));
  BOOST_TEST((safe_window(facts).total == seconds(81)));
}

BOOST_AUTO_TEST_CASE(knows_no_render_interval_where_a_pod_reads_as_it_starts) {
  for (const auto& term : safe_window(small_fleet()).terms)
    BOOST_TEST(term.name != "agent render interval");
}

BOOST_AUTO_TEST_CASE(counts_only_what_is_left_of_the_render_interval_after_the_rollout) {
  auto facts = small_fleet();
  facts.stale_until = {.value = minutes(5), .source = "kubernetes.agent_render_interval"};
  const auto window = safe_window(facts);
  BOOST_TEST((window.total == minutes(5) + seconds(20)));
  BOOST_TEST(window.dominating == "agent render interval");
  facts.stale_until.value = minutes(2);
  BOOST_TEST((safe_window(facts).total == seconds(174)));
}

BOOST_AUTO_TEST_CASE(every_term_says_where_its_numbers_are_known_from) {
  auto facts = small_fleet();
  facts.min_ready = {.value = seconds(5), .source = "minReadySeconds"};
  const auto window = safe_window(facts);
  const auto source_of = [&](std::string_view name) -> std::string {
    for (const auto& term : window.terms)
      if (term.name == name) return term.source;
    return "no such term";
  };
  BOOST_TEST(source_of("rollout") == "measured; minReadySeconds");
  BOOST_TEST(source_of("termination") == "terminationGracePeriodSeconds");
}

BOOST_AUTO_TEST_CASE(names_the_longest_of_what_may_be_in_flight) {
  auto facts = small_fleet();
  facts.refresh_in_flight.value = seconds(600);
  const auto window = safe_window(facts);
  BOOST_TEST(window.terms.back().name == "refresh in flight");
  BOOST_TEST(window.dominating == "refresh in flight");
}

BOOST_AUTO_TEST_CASE(is_the_sum_of_its_terms_and_its_dominating_term_is_the_longest) {
  rc::check([] {
    const auto window = safe_window(any_fleet());
    Duration sum(0);
    Duration longest(0);
    Duration named(-1);
    for (const auto& term : window.terms) {
      RC_ASSERT(term.duration >= Duration(0));
      RC_ASSERT(!term.why.empty());
      sum += term.duration;
      longest = std::max(longest, term.duration);
      if (term.name == window.dominating) named = term.duration;
    }
    RC_ASSERT(sum == window.total);
    RC_ASSERT(named == longest);
  });
}

BOOST_AUTO_TEST_CASE(
    never_shrinks_when_anything_gets_slower_and_never_grows_when_rounds_get_larger) {
  rc::check([] {
    const auto facts = any_fleet();
    const auto before = safe_window(facts).total;
    auto slower = facts;
    rotator::Known* const members[] = {&slower.pod_ready,        &slower.min_ready,
                                       &slower.termination,      &slower.propagation,
                                       &slower.acceptance,       &slower.vault_settle,
                                       &slower.stale_until,      &slower.longest_token_exchange,
                                       &slower.refresh_in_flight};
    members[*rc::gen::inRange<std::size_t>(0, std::size(members))]->value += seconds(7);
    RC_ASSERT(safe_window(slower).total >= before);
    auto larger = facts;
    ++larger.replicas;
    RC_ASSERT(safe_window(larger).total >= before);
    auto wider = facts;
    ++(*rc::gen::inRange(0, 2) == 0 ? wider.max_surge : wider.max_unavailable);
    RC_ASSERT(safe_window(wider).total <= before);
  });
}

BOOST_AUTO_TEST_SUITE_END()
