// FaultPlan: which call a rule hits, how it is printed, and plans drawn from a seed.
#include "mocks/sim/fault_plan.h"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "mocks/sim/glob.h"
#include "mocks/sim/trace.h"

BOOST_AUTO_TEST_SUITE(fault_plan)

using namespace std::chrono_literals;
using mocks::sim::Call;
using mocks::sim::Draws;
using mocks::sim::Fate;
using mocks::sim::FaultPlan;
using mocks::sim::FaultRule;
using mocks::sim::glob_matches;
using mocks::sim::Trace;
using ports::Instant;

namespace {

const Call create{.caller = "rotator",
                  .server = "idp",
                  .method = "POST",
                  .target = "/api/v1/apps/0oa1/credentials/secrets"};

// Which of `calls` equal calls the rule fires on, counted from 1.
std::vector<int> hits(const FaultRule& rule, int calls) {
  Trace trace;
  FaultPlan plan(trace, Draws(1), {rule});
  std::vector<int> fired;
  for (int i = 1; i <= calls; ++i)
    if (plan.consult(Instant(i * 1s), create).course == rule.kind->course) fired.push_back(i);
  return fired;
}

using Ints = std::vector<int>;

}  // namespace

BOOST_AUTO_TEST_CASE(globs_match_names_and_targets) {
  BOOST_TEST(glob_matches("*", ""));
  BOOST_TEST(glob_matches("", ""));
  BOOST_TEST(!glob_matches("", "a"));
  BOOST_TEST(glob_matches("/v1/*/data", "/v1/a/b/data"));
  BOOST_TEST(!glob_matches("/v1/*/data", "/v1/a/b/date"));
  BOOST_TEST(glob_matches("*aab*", "aaaab"));
  BOOST_TEST(glob_matches("agent/*", "agent/portal-1"));
  BOOST_TEST(!glob_matches("agent/*", "agent"));
}

// Against the definition: a star takes nothing, or one character and stays.
BOOST_AUTO_TEST_CASE(globs_agree_with_their_definition) {
  struct Definition {
    static bool matches(std::string_view p, std::string_view t) {
      if (p.empty()) return t.empty();
      if (p[0] == '*') return matches(p.substr(1), t) || (!t.empty() && matches(p, t.substr(1)));
      return !t.empty() && p[0] == t[0] && matches(p.substr(1), t.substr(1));
    }
  };
  BOOST_TEST(rc::check([](const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
    std::string pattern;
    std::string text;
    for (std::size_t i = 0; i < a.size() && i < 8; ++i) pattern += "ab**"[a[i] % 4];
    for (std::size_t i = 0; i < b.size() && i < 8; ++i) text += "ab"[b[i] % 2];
    RC_ASSERT(glob_matches(pattern, text) == Definition::matches(pattern, text));
  }));
}

BOOST_AUTO_TEST_CASE(fires_on_the_nth_match_and_as_often_as_it_says) {
  BOOST_TEST(hits({}, 3) == Ints{1}, boost::test_tools::per_element());
  BOOST_TEST(hits({.nth = 3}, 5) == Ints{3}, boost::test_tools::per_element());
  BOOST_TEST(hits({.nth = 2, .count = 2}, 5) == (Ints{2, 3}), boost::test_tools::per_element());
  BOOST_TEST(hits({.nth = 4, .count = 0}, 6) == (Ints{4, 5, 6}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(fires_within_its_time_only) {
  BOOST_TEST(hits({.count = 0, .from = Instant(2s), .to = Instant(4s)}, 6) == (Ints{2, 3}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(fires_on_calls_that_match_in_every_part) {
  BOOST_TEST(hits({.caller = "rot*", .server = "idp", .method = "POST", .target = "*/secrets"}, 1)
                 .size() == 1U);
  BOOST_TEST(hits({.caller = "operator"}, 1).empty());
  BOOST_TEST(hits({.server = "vault"}, 1).empty());
  BOOST_TEST(hits({.method = "GET"}, 1).empty());
  BOOST_TEST(hits({.target = "*/secrets/*"}, 1).empty());
}

BOOST_AUTO_TEST_CASE(fires_as_often_as_its_chance_says_and_always_on_the_same_matches) {
  const FaultRule rule{.count = 0, .chance_numerator = 1, .chance_denominator = 4};
  const Ints fired = hits(rule, 4000);
  BOOST_TEST(fired.size() > 860U);  // 1000 expected, standard deviation 27
  BOOST_TEST(fired.size() < 1140U);
  BOOST_TEST(fired == hits(rule, 4000), boost::test_tools::per_element());
  BOOST_TEST(hits({.chance_numerator = 0}, 100).empty());
}

BOOST_AUTO_TEST_CASE(the_first_rule_that_fires_decides_and_removing_it_moves_no_other) {
  const FaultRule first{.label = "first", .kind = &mocks::sim::fault::hang, .nth = 2};
  const FaultRule second{
      .label = "second", .kind = &mocks::sim::fault::reset, .count = 0, .chance_denominator = 2};
  const auto fired = [](std::vector<FaultRule> rules) {
    Trace trace;
    FaultPlan plan(trace, Draws(9), std::move(rules));
    std::vector<mocks::sim::Course> courses;
    for (int i = 0; i < 40; ++i) courses.push_back(plan.consult(Instant{}, create).course);
    return courses;
  };
  auto both = fired({first, second});
  auto alone = fired({second});
  BOOST_TEST((both[1] == mocks::sim::fault::hang.course));
  both.erase(both.begin() + 1);
  alone.erase(alone.begin() + 1);
  BOOST_TEST((both == alone));
}

BOOST_AUTO_TEST_CASE(rules_of_a_run_that_began_later_are_later) {
  const auto rules = mocks::sim::since(Instant(1h), {{.from = Instant(1s), .to = Instant(2s)}, {}});
  BOOST_TEST((rules[0].from == Instant(1h + 1s)));
  BOOST_TEST((rules[0].to == Instant(1h + 2s)));
  BOOST_TEST((rules[1].from == Instant(1h)));
  BOOST_TEST((rules[1].to == Instant::max()));
}

BOOST_AUTO_TEST_CASE(rules_are_taken_away_by_label_and_the_others_go_on_counting) {
  Trace trace;
  FaultPlan plan(trace, Draws(1), {{.label = "first", .count = 0}, {.label = "second", .nth = 3}});
  for (int i = 0; i < 2; ++i) plan.consult(Instant(1s), create);
  BOOST_TEST(plan.remove("third") == 0U);
  BOOST_TEST(plan.remove("first") == 1U);
  BOOST_REQUIRE(plan.rules().size() == 1U);
  BOOST_TEST(plan.rules()[0].label == "second");
  // Its third match.
  BOOST_TEST((plan.consult(Instant(2s), create).course == mocks::sim::fault::refuse.course));
  BOOST_TEST(plan.fired(0) == 1U);
  BOOST_TEST(plan.remove("second") == 1U);
  BOOST_TEST((plan.consult(Instant(3s), create).course == mocks::sim::Course()));
}

BOOST_AUTO_TEST_CASE(tells_every_firing_and_names_the_rules_that_never_fired) {
  Trace trace({.keep = 10});
  FaultPlan plan(trace, Draws(1),
                 {{.label = "lost", .kind = &mocks::sim::fault::lost_reply},
                  {.label = "never", .server = "nobody"}});
  BOOST_TEST(plan.never_fired().size() == 2U);
  static_cast<void>(plan.consult(Instant(7s), create));
  static_cast<void>(plan.consult(Instant(8s), create));
  BOOST_TEST(plan.fired(0) == 1U);
  BOOST_TEST(plan.never_fired() == std::vector<std::size_t>{1}, boost::test_tools::per_element());
  BOOST_REQUIRE(trace.recorded().size() == 1U);
  const auto& fact = trace.recorded()[0];
  BOOST_TEST((fact.kind == mocks::FactKind::fault_fired));
  BOOST_TEST((fact.at == Instant(7s)));
  BOOST_TEST(fact.subject == mocks::name_of("idp"));
  BOOST_TEST(fact.object == mocks::name_of("rotator"));
  BOOST_TEST(fact.text == mocks::sim::describe(plan.rules()[0]));
}

BOOST_AUTO_TEST_CASE(hands_out_its_delay_and_response) {
  Trace trace;
  FaultPlan plan(trace, Draws(1),
                 {{.kind = &mocks::sim::fault::answer,
                   .delay = 250ms,
                   .response = {.status = 503, .body = "sealed"}}});
  const Fate fate = plan.consult(Instant{}, create);
  BOOST_TEST((fate.course == mocks::sim::fault::answer.course));
  BOOST_TEST((fate.delay == 250ms));
  BOOST_TEST(fate.response.status == 503);
  BOOST_TEST(fate.response.body == "sealed");
}

BOOST_AUTO_TEST_CASE(describes_a_rule_in_one_line) {
  BOOST_TEST(mocks::sim::describe(FaultRule{}) ==
             "refuse, * -> * * *, from match 1 at most 1 times");
  BOOST_TEST(
      mocks::sim::describe(
          {.label = "fault 1",
           .kind = &mocks::sim::fault::answer,
           .caller = "rotator",
           .server = "vault",
           .method = "GET",
           .target = "/v1/*",
           .nth = 3,
           .count = 0,
           .from = Instant(1500ms),
           .to = Instant(1min),
           .chance_numerator = 1,
           .chance_denominator = 10,
           .delay = 20ms,
           .response = {.status = 429, .headers = {{.name = "Retry-After", .value = "2"}}}}) ==
      "fault 1: answer 429 Retry-After: 2 by 0.02s, rotator -> vault GET /v1/*, from match 3 "
      "on, from 1.5s, until 60s, with chance 1/10");
}

BOOST_AUTO_TEST_CASE(a_seed_draws_one_plan_and_seeds_differ) {
  const auto text = [](std::uint64_t seed) {
    Trace trace;
    return FaultPlan(trace, Draws(seed), random_plan(Draws(seed), {})).describe();
  };
  BOOST_TEST(text(1) == text(1));
  std::set<std::string> plans;
  for (std::uint64_t seed = 0; seed < 100; ++seed) plans.insert(text(seed));
  BOOST_TEST(plans.size() > 98U);
}

BOOST_AUTO_TEST_CASE(random_plans_stay_within_their_profile_and_use_all_of_it) {
  const mocks::sim::FaultProfile profile{
      .rules_low = 2,
      .rules_high = 5,
      .calls = {{.caller = "rotator", .server = "idp"}, {.caller = "rotator", .server = "vault"}},
      .nth_high = 6,
      .count_high = 2};
  std::set<const mocks::sim::FaultKind*> kinds;
  std::set<std::string> servers;
  std::set<std::size_t> sizes;
  std::set<std::uint64_t> nths;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto rules = random_plan(Draws(seed), profile);
    sizes.insert(rules.size());
    for (const FaultRule& rule : rules) {
      kinds.insert(rule.kind);
      servers.insert(rule.server);
      nths.insert(rule.nth);
      BOOST_REQUIRE((rule.nth >= 1 && rule.nth <= 6));
      BOOST_REQUIRE((rule.count >= 1 && rule.count <= 2));
      if (rule.kind == &mocks::sim::fault::slow)
        BOOST_REQUIRE((rule.delay >= profile.delay_low && rule.delay <= profile.delay_high));
      if (rule.kind == &mocks::sim::fault::answer) BOOST_REQUIRE(rule.response.status >= 429);
    }
  }
  BOOST_TEST(kinds.size() == profile.kinds.size());
  BOOST_TEST(servers.size() == 2U);
  BOOST_TEST(sizes == (std::set<std::size_t>{2, 3, 4, 5}), boost::test_tools::per_element());
  BOOST_TEST(nths.size() == 6U);
}

BOOST_AUTO_TEST_SUITE_END()
