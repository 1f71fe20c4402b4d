// Exploring finds what is planted, says the least that shows it, and depends on no thread.
#include "scenarios/explore/explore.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/scenarios/explore/brisk.h"

BOOST_AUTO_TEST_SUITE(explore)

namespace {

using scenarios::explore::explore_json;
using scenarios::explore::explore_text;
using scenarios::explore::ExploreOptions;
using scenarios::explore::ExploreResult;
using scenarios::explore::Wrong;
using scenarios::explore::yaml_of;
using testing::explore::Court;

ExploreResult explored(const Court& court, const ExploreOptions& options) {
  auto result = scenarios::explore::explore(court.court, options, court.clock);
  BOOST_REQUIRE_MESSAGE(result.has_value(), result.error().message);
  return std::move(*result);
}

// Nobody looks whether the pods have what they should.
const char* const no_proof =
    "unsafe: {disabled_gates: [old_pods_gone, every_pod_on_new, process_newer_than_file]}\n";

}  // namespace

BOOST_AUTO_TEST_CASE(finds_nothing_in_a_rotation_that_proves_each_step) {
  const Court court;
  const auto result = explored(court, {.seeds = 24, .threads = 2});
  BOOST_TEST(result.groups.empty(), explore_text(result));
  BOOST_REQUIRE(result.ways.size() == 2U);
  for (const auto& way : result.ways) {
    BOOST_TEST(way.runs == 24U);
    BOOST_TEST(way.call_orders > 12U);
    BOOST_TEST(way.rules_idle < way.rules / 2);
  }
}

BOOST_AUTO_TEST_CASE(what_comes_out_depends_on_no_thread) {
  const Court court(no_proof);
  const ExploreOptions options{.first_seed = 7, .seeds = 40, .threads = 1};
  auto more = options;
  more.threads = 5;
  BOOST_TEST(explore_json(explored(court, options)) == explore_json(explored(court, more)));
}

BOOST_AUTO_TEST_CASE(
    gates_that_are_off_are_found_and_shrunk_to_the_one_fault_that_they_would_bear) {
  const Court court(no_proof);
  const auto result =
      explored(court, {.exhaustive = 1, .calls = "PATCH kubernetes */deployments/*", .threads = 2});
  BOOST_REQUIRE(result.groups.size() == 1U);
  const auto& explained = result.groups.front().explained;
  BOOST_TEST(explained.finding.what ==
             "no_live_secret_retired: secret 1 was disabled while 1 live "
             "pods used it");
  BOOST_TEST(explained.finding.phase == "disable");
  BOOST_TEST(yaml_of(explained.minimal) ==
             "[{kind: crash_before, caller: \"rotator\", server: \"kubernetes\", method: "
             "\"PATCH\", target: \"/apis/apps/v1/namespaces/platform/deployments/"
             "portal-backend?*\"}]");
  BOOST_REQUIRE(!explained.tail.empty());
  BOOST_TEST(explained.tail.back().what == "secret refused");
  BOOST_REQUIRE(explained.neighbour.has_value());
  BOOST_TEST(explained.neighbour->ended == "done in confirm");
}

BOOST_AUTO_TEST_CASE(chance_finds_them_too_and_what_it_prints_shows_it_again) {
  const Court court(no_proof);
  const auto result = explored(court, {.seeds = 96, .threads = 2});
  BOOST_REQUIRE(!result.groups.empty());
  for (const auto& group : result.groups) {
    const auto& explained = group.explained;
    const auto read = scenarios::explore::parse_plan(yaml_of(explained.minimal));
    BOOST_REQUIRE(read.has_value());
    const auto again = court.court.play(*read, explained.seed);
    BOOST_REQUIRE(again.has_value());
    BOOST_REQUIRE(again->finding.has_value());
    BOOST_TEST(again->finding->resembles(explained.finding));
    // No rule of it can be left out.
    for (std::size_t i = 0; i < read->size(); ++i) {
      auto fewer = *read;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      const auto less = court.court.play(fewer, explained.seed);
      BOOST_REQUIRE(less.has_value());
      BOOST_TEST(!(less->finding && less->finding->resembles(explained.finding)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_rotation_that_loses_logins_without_a_fault_has_the_empty_plan) {
  const Court court(
      "unsafe: {skip_preflight: true, disabled_gates: [every_pod_on_new, "
      "process_newer_than_file]}\n"
      "timeline:\n  - {at: 0s, hold_refresh: 2}\n");
  const auto result = explored(court, {.seeds = 24});
  BOOST_REQUIRE(result.groups.size() == 1U);
  BOOST_TEST(result.groups.front().explained.minimal.empty());
  BOOST_TEST(result.groups.front().way == "quiet");
}

BOOST_AUTO_TEST_CASE(every_call_meets_every_kind_and_what_is_pruned_hides_nothing) {
  const Court court(no_proof);
  struct Some {
    const char* calls;
    const char* kinds;
    bool alike;  // some pairs are as others
  };
  for (const auto& some : {Some{"PUT vault */data/oidc/portal", "crash*", false},
                           Some{"GET vault */metadata/*", "*t*", true}}) {
    ExploreOptions options{.exhaustive = 2, .calls = some.calls, .kinds = some.kinds, .threads = 2};
    const auto pruned = explored(court, options);
    options.prune = false;
    const auto whole = explored(court, options);
    BOOST_REQUIRE(pruned.ways.size() == 2U);
    BOOST_REQUIRE(whole.ways.size() == 2U);
    BOOST_TEST(pruned.ways[0].runs == pruned.ways[0].planned);
    BOOST_TEST(whole.ways[1].runs == whole.ways[1].planned);
    BOOST_TEST(pruned.ways[1].planned == whole.ways[1].planned);
    BOOST_TEST(pruned.ways[1].runs + pruned.ways[1].pruned == whole.ways[1].planned);
    BOOST_TEST((pruned.ways[1].pruned > 0U) == some.alike);
    BOOST_TEST(whole.ways[1].runs > 0U);
    BOOST_REQUIRE(pruned.groups.size() == whole.groups.size());
    for (std::size_t i = 0; i < pruned.groups.size(); ++i)
      BOOST_TEST(yaml_of(pruned.groups[i].explained.minimal) ==
                 yaml_of(whole.groups[i].explained.minimal));
  }
}

BOOST_AUTO_TEST_CASE(an_exploration_that_is_told_to_end_says_what_it_had_found) {
  Court court(no_proof);
  int shown = 0;
  const auto result = explored(court, {.seeds = 10'000,
                                       .progress =
                                           [&](double, const std::string&) {
                                             if (++shown == 3) court.stop.request();
                                           },
                                       .stop = &court.stop});
  BOOST_TEST(result.interrupted);
  BOOST_REQUIRE(result.ways.size() == 2U);
  BOOST_TEST(result.ways[0].runs == scenarios::explore::generation);
  BOOST_TEST(nlohmann::json::parse(explore_json(result))["interrupted"] == true);
}

BOOST_AUTO_TEST_CASE(a_run_that_calls_without_end_or_takes_too_long_is_ended) {
  const Court court;
  ports::StopSignal stop;
  const scenarios::explore::Court::Options few{.calls_factor = 0, .calls_more = 30, .stop = &stop};
  const auto hurried = scenarios::explore::Court::open(testing::explore::brisk(), few, court.clock);
  BOOST_REQUIRE(hurried.has_value());
  const auto trial = hurried->play({}, 1);
  BOOST_REQUIRE(trial.has_value());
  BOOST_REQUIRE(trial->finding.has_value());
  BOOST_TEST((trial->finding->wrong == Wrong::too_many_calls));
  BOOST_TEST(trial->finding->what.find("calls without an end in ") != std::string::npos);
  const auto late = scenarios::explore::Court::open(
      testing::explore::brisk(), {.real_time = ports::Duration(1), .stop = &stop}, court.clock);
  BOOST_REQUIRE(late.has_value());
  BOOST_REQUIRE(late->quiet().finding.has_value());
  BOOST_TEST((late->quiet().finding->wrong == Wrong::too_long));
}

BOOST_AUTO_TEST_SUITE_END()
