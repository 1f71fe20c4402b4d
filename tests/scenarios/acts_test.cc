// The table of acts is whole: every act once, every pair both ways, every row in the published
// schema, every argument read and refused as its kind says.
#include "scenarios/acts.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "scenarios/run.h"
#include "scenarios/scenario_keys.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(acts)

namespace {

using scenarios::Act;
using scenarios::ActPlace;
using scenarios::Argument;
using scenarios::ArgumentKind;

std::string complaint(ArgumentKind kind, std::string_view text) {
  const auto argument = scenarios::parse_argument(kind, text);
  return argument ? "" : argument.error().message;
}

Argument argument(ArgumentKind kind, std::string_view text) {
  const auto read = scenarios::parse_argument(kind, text);
  BOOST_REQUIRE_MESSAGE(read.has_value(), text);
  return *read;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_act_has_one_row_and_its_row_is_found) {
  std::set<Act> acts;
  std::set<std::string_view> names;
  for (const auto& row : scenarios::all_acts()) {
    BOOST_TEST(acts.insert(row.act).second, row.name);
    BOOST_TEST(names.insert(row.name).second, row.name);
    BOOST_TEST(&scenarios::row_of(row.act) == &row);
    BOOST_TEST((!row.as_command.empty() || !row.in_timeline.empty()), row.name);
  }
  const auto last = *std::max_element(acts.begin(), acts.end());
  BOOST_TEST(acts.size() == static_cast<std::size_t>(last) + 1);
}

BOOST_AUTO_TEST_CASE(what_undoes_an_act_takes_the_same_argument_or_none) {
  for (const auto& row : scenarios::all_acts()) {
    if (!row.opposite) continue;
    const auto& opposite = scenarios::row_of(*row.opposite);
    const bool either_takes_none =
        opposite.argument == ArgumentKind::yes || row.argument == ArgumentKind::yes;
    BOOST_TEST((opposite.argument == row.argument || either_takes_none), row.name);
    BOOST_TEST((opposite.effect.index() == row.effect.index()), row.name);
    BOOST_TEST(opposite.opposite.has_value(), row.name);
  }
}

BOOST_AUTO_TEST_CASE(of_a_pair_the_act_that_begins_something_stands_first) {
  for (const auto& row : scenarios::all_acts()) {
    const bool ends = row.in_timeline.starts_with("... ") && !row.begun_elsewhere;
    BOOST_TEST((scenarios::begun_by(row) != nullptr) == ends, row.name);
  }
}

BOOST_AUTO_TEST_CASE(an_act_of_the_timeline_that_holds_or_breaks_something_can_be_undone) {
  for (const auto act : {Act::seal, Act::lag_reads, Act::throttle_logins, Act::take_down,
                         Act::partition, Act::hold_refresh, Act::hold_ready, Act::hold_polling,
                         Act::hold_injection, Act::lag_standby, Act::wedge_agent, Act::break_exec,
                         Act::pause_rollout, Act::kill, Act::interrupt})
    BOOST_TEST(scenarios::row_of(act).opposite.has_value(), scenarios::row_of(act).name);
}

BOOST_AUTO_TEST_CASE(what_is_done_by_hand_names_its_phase_and_only_that_is_a_command) {
  for (const auto& row : scenarios::all_acts()) {
    const bool by_hand = std::holds_alternative<scenarios::ByHand>(row.effect);
    BOOST_TEST(by_hand == !row.phase.empty(), row.name);
    BOOST_TEST((by_hand || row.as_command.empty()), row.name);
  }
}

BOOST_AUTO_TEST_CASE(what_an_act_does_is_in_its_row) {
  for (const auto& row : scenarios::all_acts())
    BOOST_TEST(std::visit([](auto effect) { return effect != nullptr; }, row.effect), row.name);
}

BOOST_AUTO_TEST_CASE(the_published_schema_describes_every_act_as_its_row_does) {
  const testing::Schema schema("a scenario", scenarios::scenario_schema());
  for (const auto place : {ActPlace::command, ActPlace::timeline}) {
    const std::string pointer = place == ActPlace::command
                                    ? "/definitions/operator/items/properties/"
                                    : "/properties/timeline/items/properties/";
    for (const auto& row : scenarios::all_acts()) {
      if (scenarios::find_act(row.name, place) == nullptr) continue;
      BOOST_TEST(testing::same_json(schema.text(pointer + std::string(row.name)),
                                    scenarios::argument_schema(row, place)),
                 scenarios::argument_schema(row, place));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_argument_is_read_as_its_kind_says) {
  BOOST_TEST(
      (argument(ArgumentKind::secret_value, "old") == Argument(scenarios::SecretValue::previous)));
  BOOST_TEST((argument(ArgumentKind::wait, "window") == Argument(scenarios::WholeWindow{})));
  BOOST_TEST(
      (argument(ArgumentKind::wait, "90s") == Argument(ports::Duration(std::chrono::seconds(90)))));
  BOOST_TEST((argument(ArgumentKind::server, "metrics") ==
              Argument(scenarios::ServerName{.name = "metrics"})));
  BOOST_TEST((argument(ArgumentKind::route, "agent/*>vault") ==
              Argument(scenarios::Route{.caller = "agent/*", .server = "vault"})));
  BOOST_TEST((argument(ArgumentKind::exec_trouble, "no_status") ==
              Argument(scenarios::ExecTrouble::no_status)));
  BOOST_TEST((argument(ArgumentKind::colour, "green") == Argument(scenarios::Colour::green)));
  BOOST_TEST((argument(ArgumentKind::pods, "7") == Argument(scenarios::PodCount{.pods = 7})));
}

BOOST_AUTO_TEST_CASE(a_route_of_one_word_cuts_that_caller_off_from_every_server) {
  BOOST_TEST((argument(ArgumentKind::route, "rotator") ==
              Argument(scenarios::Route{.caller = "rotator", .server = "*"})));
}

BOOST_AUTO_TEST_CASE(a_wrong_argument_is_refused_with_what_is_right) {
  BOOST_TEST(complaint(ArgumentKind::yes, "false") == "expected true, got 'false'");
  BOOST_TEST(complaint(ArgumentKind::secret_value, "both") == "expected new or old, got 'both'");
  BOOST_TEST(complaint(ArgumentKind::server, "moon") ==
             "expected idp or vault or kubernetes or metrics, got 'moon'");
  BOOST_TEST(complaint(ArgumentKind::colour, "red") == "expected blue or green, got 'red'");
  for (const char* wrong : {"", ">", ">vault", "rotator>", "a>b>c"})
    BOOST_TEST(complaint(ArgumentKind::route, wrong).starts_with("expected caller>server"), wrong);
  for (const char* wrong : {"0", "1001", "-1", "3x", ""})
    BOOST_TEST(complaint(ArgumentKind::pods, wrong).starts_with("expected a number of pods from 1"),
               wrong);
  BOOST_TEST(complaint(ArgumentKind::wait, "a while").ends_with("; or write `wait: window`"));
}

BOOST_AUTO_TEST_CASE(an_act_is_printed_as_a_file_writes_it) {
  BOOST_TEST(scenarios::to_string(Act::restart, {}) == "restart");
  BOOST_TEST(scenarios::to_string(Act::take_down, scenarios::ServerName{.name = "vault"}) ==
             "take_down vault");
  BOOST_TEST(scenarios::to_string(Act::put_secret, scenarios::SecretValue::previous) ==
             "put_secret old");
  BOOST_TEST(scenarios::to_string(Act::partition, scenarios::Route{.caller = "rotator"}) ==
             "partition rotator>*");
}

namespace {

std::string sample(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::yes: return "true";
    case ArgumentKind::the_vault: return "vault";
    case ArgumentKind::the_rotator: return "rotator";
    case ArgumentKind::secret_value: return "old";
    case ArgumentKind::duration:
    case ArgumentKind::wait: return "10s";
    case ArgumentKind::server: return "metrics";
    case ArgumentKind::route: return "rotator>metrics";
    case ArgumentKind::pods: return "1";
    case ArgumentKind::exec_trouble: return "refused";
    case ArgumentKind::colour: return "blue";
  }
  return "";
}

std::string entry(const char* when, const scenarios::ActRow& row) {
  return "  - {at: " + std::string(when) + ", " + std::string(row.name) + ": \"" +
         sample(row.argument) + "\"}\n";
}

// The row that must come first: what this one undoes.
const scenarios::ActRow* first_of_pair(const scenarios::ActRow& row) {
  if (!row.opposite) return nullptr;
  const auto& opposite = scenarios::row_of(*row.opposite);
  return opposite.opposite == row.act && &opposite < &row ? &opposite : nullptr;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_act_of_a_timeline_can_be_played_and_says_so) {
  for (const auto& row : scenarios::all_acts()) {
    if (row.in_timeline.empty()) continue;
    const bool of_the_rotator = std::holds_alternative<scenarios::ToDriver>(row.effect);
    std::string yaml = of_the_rotator
                           ? "rotation: {window: 10m}\n"
                           : "operator: [{create_secret: true}, {put_secret: new}, {wait: 3m}]\n";
    if (row.argument == ArgumentKind::colour) yaml += "world: {portal: {green: true}}\n";
    yaml += "timeline:\n";
    if (const auto* const first = first_of_pair(row)) yaml += entry("30s", *first);
    const auto scenario = scenarios::parse_scenario(
        "purpose: A test.\nsource: This test.\n" + yaml + entry("60s", row),
        "scenarios/field/x.yaml");
    BOOST_REQUIRE_MESSAGE(scenario.has_value(), (scenario ? "" : scenario.error().message));
    const auto report = scenarios::run_simulated(*scenario, {.seed = 1, .keep_timeline = true});
    BOOST_REQUIRE(report.has_value());
    const auto said = "act " + scenarios::to_string(row.act, scenario->timeline.back().argument);
    BOOST_TEST(std::any_of(report->timeline.begin(), report->timeline.end(),
                           [&](const auto& one) { return one.what == said; }),
               said);
    BOOST_TEST(report->acts_never_happened.empty(), row.name);
    for (const auto& failed : report->acts_failed) BOOST_ERROR(failed);
  }
}

BOOST_AUTO_TEST_CASE(every_act_of_a_timeline_is_shown_by_a_scenario_of_the_library) {
  std::set<Act> shown;
  for (const char* folder : {"guide", "field"}) {
    const auto files =
        scenarios::scenario_files(testing::in_project("scenarios/" + std::string(folder)));
    BOOST_REQUIRE(files.has_value());
    for (const auto& file : *files) {
      const auto scenario = scenarios::load_scenario(file);
      BOOST_REQUIRE(scenario.has_value());
      for (const auto& step : scenario->timeline) shown.insert(step.act);
    }
  }
  // A person's slips are the guide's own commands; the library plays them as an operator's.
  for (const auto& row : scenarios::all_acts())
    if (!row.in_timeline.empty() && row.as_command.empty())
      BOOST_TEST(shown.contains(row.act), row.name);
}

BOOST_AUTO_TEST_SUITE_END()
