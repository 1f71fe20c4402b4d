// The loader and the published schema agree key by key, and the loader's complaints are what a
// user can act on.
#include "scenarios/scenario.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "rotator/cli/config.h"
#include "scenarios/scenario_keys.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(scenario)

namespace {

const std::string head = "purpose: A test.\nsource: This test.\n";

std::string complaint(const std::string& yaml) {
  const auto scenario = scenarios::parse_scenario(head + yaml, "scenarios/field/x.yaml");
  return scenario ? "" : scenario.error().message;
}

// A file with an unknown key in one section, the schema's name for that section, and what the
// section needs beside it.
struct Place {
  std::string section;  // how the loader names it
  std::string yaml;     // ends where the planted key goes
  std::string pointer;  // of the subschema
};

const std::vector<Place> places = {
    {"", "", ""},
    {"world.", "world:\n  ", "/properties/world"},
    {"world.identity_provider.", "world:\n  identity_provider:\n    ",
     "/properties/world/properties/identity_provider"},
    {"world.vault.", "world:\n  vault:\n    ", "/properties/world/properties/vault"},
    {"world.fleet.", "world:\n  fleet:\n    ", "/properties/world/properties/fleet"},
    {"world.portal.", "world:\n  portal:\n    ", "/properties/world/properties/portal"},
    {"faults[0].", "faults:\n  - kind: refuse\n    ", "/properties/faults/items"},
    {"expect.", "expect:\n  ", "/properties/expect"},
};

std::vector<std::string> listed(const std::string& sentence) {
  const std::string mark = "known here: ";
  const auto at = sentence.find(mark);
  if (at == std::string::npos) return {};
  // Whatever else there is to say stands in lines of its own.
  std::istringstream words(
      sentence.substr(at + mark.size(), sentence.find('\n', at) - at - mark.size()));
  std::vector<std::string> names;
  for (std::string word; std::getline(words, word, ',');) {
    word.erase(0, word.find_first_not_of(' '));
    names.push_back(word);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_unknown_key_is_refused_with_line_and_key_by_loader_and_schema) {
  const testing::Schema schema("a scenario", scenarios::scenario_schema());
  for (const auto& place : places) {
    const std::string yaml = place.yaml + "planted: 1\n";
    const auto line = std::count(yaml.begin(), yaml.end(), '\n') + 2;
    const auto said = complaint(yaml);
    const auto start = "scenarios/field/x.yaml:" + std::to_string(line) + ": " + place.section +
                       "planted: unknown key; known here: ";
    BOOST_TEST(said.starts_with(start), said);
    BOOST_TEST(!schema.complaints_about_yaml(head + yaml).empty(), place.section);
  }
}

BOOST_AUTO_TEST_CASE(the_schema_knows_exactly_the_keys_that_the_loader_reads) {
  const testing::Schema schema("a scenario", scenarios::scenario_schema());
  for (const auto& place : places) {
    const auto known = listed(complaint(place.yaml + "planted: 1\n"));
    const auto described = schema.properties(place.pointer);
    BOOST_TEST(known == described, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_schema_knows_exactly_the_acts_that_the_loader_knows) {
  const testing::Schema schema("a scenario", scenarios::scenario_schema());
  auto acts = listed(complaint("timeline:\n  - {at: 0s, planted: 1}\n"));
  for (const char* when : {"after", "at", "plus"}) acts.emplace_back(when);
  std::sort(acts.begin(), acts.end());
  BOOST_TEST(acts == schema.properties("/properties/timeline/items"),
             boost::test_tools::per_element());
  BOOST_TEST(listed(complaint("operator:\n  - planted: 1\n")) ==
                 schema.properties("/definitions/operator/items"),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_schema_knows_exactly_the_kinds_of_fault) {
  const testing::Schema schema("a scenario", scenarios::scenario_schema());
  std::string quoted;
  std::string names;
  for (const auto* kind : mocks::sim::all_kinds) {
    const std::string name(kind->name);
    quoted += (quoted.empty() ? "\"" : ", \"") + name + "\"";
    names += (names.empty() ? "" : ", ") + name;
  }
  BOOST_TEST(testing::same_json(schema.text("/properties/faults/items/properties/kind/enum"),
                                "[" + quoted + "]"));
  BOOST_TEST(complaint("faults: [{kind: gremlin}]\n") ==
             "scenarios/field/x.yaml:3: faults[0].kind: expected one of " + names +
                 ", got 'gremlin'");
  BOOST_TEST(complaint("faults: [{server: idp}]\n") ==
             "scenarios/field/x.yaml:3: faults[0].kind: is missing; add it");
}

BOOST_AUTO_TEST_CASE(the_rotators_own_sections_are_described_as_in_its_own_schema) {
  const testing::Schema own("rotation.yaml", rotator::configuration_schema());
  const testing::Schema schema("a scenario", scenarios::scenario_schema());
  for (const char* section : {"rotation", "unsafe"})
    BOOST_TEST(schema.properties("/definitions/" + std::string(section)) ==
                   own.properties("/properties/" + std::string(section)),
               boost::test_tools::per_element());
  BOOST_TEST(schema.text("/definitions/duration") == own.text("/definitions/duration"));
}

BOOST_AUTO_TEST_CASE(what_the_schema_refuses_the_loader_refuses_too) {
  const testing::Schema schema("a scenario", scenarios::scenario_schema());
  for (const char* wrong : {"lead: 5\n",
                            "lead: 5 minutes\n",
                            "seed: -1\n",
                            "seed: first\n",
                            "fidelity: rough\n",
                            "wires: [radio]\n",
                            "world: {identity_provider: {variant: triple}}\n",
                            "world: {fleet: {replicas: 0}}\n",
                            "world: {fleet: {replicas: many}}\n",
                            "world: {fleet: {pod_ready: 5..6}}\n",
                            "world: {portal: {sessions: often}}\n",
                            "world: {portal: {authentication_method: client_secret_jwt}}\n",
                            "timeline:\n  - at: 0s\n    explode: 1\n",
                            "timeline:\n  - at: 0s\n",
                            "timeline:\n  - {seal: vault, unseal: vault}\n",
                            "faults: [{server: idp}]\n",
                            "faults: [{kind: gremlin}]\n",
                            "faults: [{kind: answer, status: 1000}]\n",
                            "operator: []\n",
                            "operator: [{dance: true}]\n",
                            "operator: [{wait: a while}]\n",
                            "operator: [{wait: 1s}]\nrotation: {window: 1m}\n",
                            "operator: [{wait: 1s}]\nunsafe: {skip_preflight: true}\n",
                            "policies: {other: {operator: []}}\n",
                            "policies: {guarded: {operator: [{wait: 1s}]}}\n",
                            "policies: {\"a,b\": {operator: [{wait: 1s}]}}\n",
                            "expect: {verdict: maybe}\n",
                            "expect: {outcome: finished}\n",
                            "expect: {failed_at_least: -1}\n",
                            "expect: {causes: secret_retired}\n",
                            "expect: {causes: [bad_luck]}\n",
                            "expect: {violated: [peace]}\n",
                            "timeline:\n  - {at: 0s, hold_refresh: some}\n",
                            "timeline:\n  - {at: 0s, seal: idp}\n",
                            "timeline:\n  - {at: 0s, put_secret: other}\n",
                            "timeline:\n  - {at: 0s, take_down: moon}\n",
                            "timeline:\n  - {at: 0s, kill: operator}\n"}) {
    BOOST_TEST(!schema.complaints_about_yaml(head + wrong).empty(),
               "the schema takes: " + std::string(wrong));
    BOOST_TEST(!complaint(wrong).empty(), "the loader takes: " + std::string(wrong));
  }
}

BOOST_AUTO_TEST_CASE(complaints_name_file_line_key_what_is_wrong_and_what_is_right) {
  BOOST_TEST(complaint("world:\n  vault:\n    render_interval: 5 minutes\n") ==
             "scenarios/field/x.yaml:5: world.vault.render_interval: '5 minutes' is no duration; "
             "write whole numbers with a unit of ns, us, ms, s, m, h or d, for example 15m, 90s or "
             "1h30m");
  BOOST_TEST(complaint("timeline:\n  - at: 0s\n    explode: 1\n")
                 .starts_with("scenarios/field/x.yaml:5: timeline[0].explode: no such act; known "
                              "here: seal, unseal, lag_reads, "));
  BOOST_TEST(complaint("world:\n  fleet: {replica: 3}\n")
                 .starts_with("scenarios/field/x.yaml:4: world.fleet.replica: unknown key; known "
                              "here: endpoint_lag, max_surge, "));
  BOOST_TEST(complaint("expect: {verdict: maybe}\n") ==
             "scenarios/field/x.yaml:3: expect.verdict: expected one of pass, fail, unknown, got "
             "'maybe'");
  const auto nameless = scenarios::parse_scenario("source: This test.\n", "x.yaml");
  BOOST_TEST(nameless.error().message == "x.yaml:1: purpose: is missing; add it");
  const auto sourceless = scenarios::parse_scenario("purpose: A test.\n", "x.yaml");
  BOOST_TEST(sourceless.error().message == "x.yaml:1: source: is missing; add it");
  const auto broken = scenarios::parse_scenario("purpose: [\n", "x.yaml");
  BOOST_TEST(broken.error().message.starts_with("x.yaml:2: this is not YAML: "),
             broken.error().message);
  BOOST_TEST(scenarios::load_scenario("nowhere.yaml").error().message ==
             "nowhere.yaml: cannot be read; check the path and its permissions");
}

BOOST_AUTO_TEST_CASE(a_timeline_that_could_never_happen_is_refused) {
  BOOST_TEST(complaint("timeline:\n  - {after: rolout, seal: vault}\n")
                 .starts_with("scenarios/field/x.yaml:4: timeline[0].after: expected one of "
                              "preflight, stage, stage_rollout, "));
  BOOST_TEST(
      complaint("timeline:\n  - {at: 1s, after: rollout, seal: vault}\n") ==
      "scenarios/field/x.yaml:4: timeline[0].after: an entry says `at` or `after`, not both");
  BOOST_TEST(complaint("timeline:\n  - {seal: vault}\n") ==
             "scenarios/field/x.yaml:4: timeline[0].at: this entry does not say when; add `at` or "
             "`after`");
  BOOST_TEST(complaint("timeline:\n  - {at: 1s, plus: 1s, seal: vault}\n") ==
             "scenarios/field/x.yaml:4: timeline[0].plus: belongs to `after`");
  BOOST_TEST(complaint("operator: [{restart: true}]\ntimeline:\n  - {at: 1s, kill: rotator}\n") ==
             "scenarios/field/x.yaml:5: timeline: line 5: there is no rotator to kill; an operator "
             "drives");
  std::string many = "timeline:\n";
  for (int i = 0; i < 1001; ++i) many += "- {at: 1s, seal: vault}\n";
  BOOST_TEST(complaint(many) == "scenarios/field/x.yaml:4: timeline: has more than 1000 entries");
}

BOOST_AUTO_TEST_CASE(an_act_that_ends_what_nobody_began_is_refused) {
  BOOST_TEST(complaint("timeline:\n  - {at: 1s, bring_up: vault}\n") ==
             "scenarios/field/x.yaml:4: timeline[0].bring_up: ends what nobody began; add an entry "
             "with take_down vault, or remove this one");
  BOOST_TEST(
      complaint("timeline:\n  - {at: 0s, wedge_agent: 1}\n  - {at: 1s, release_ready: 2}\n") ==
      "scenarios/field/x.yaml:5: timeline[1].release_ready: ends what nobody began; add an "
      "entry with hold_ready, or remove this one");
  for (const char* alone :
       {"unseal: vault", "sync_reads: true", "relieve_logins: true", "repair: rotator>vault",
        "release_refresh: 1", "release_polling: 1", "release_injection: 1", "sync_standby: true",
        "free_agent: 2", "mend_exec: true", "resume_rollout: true"})
    BOOST_TEST(complaint("timeline:\n  - {at: 1s, " + std::string(alone) + "}\n")
                       .find("ends what nobody began") != std::string::npos,
               alone);
}

BOOST_AUTO_TEST_CASE(an_act_ends_only_what_it_names) {
  const std::string cut = "timeline:\n  - {at: 1s, partition: rotator>vault}\n";
  BOOST_TEST(complaint(cut + "  - {at: 2s, repair: rotator>vault}\n") == "");
  BOOST_TEST(complaint(cut + "  - {at: 2s, repair: rotator}\n")
                 .ends_with("add an entry with partition rotator>*, or remove this one"));
  BOOST_TEST(complaint("timeline:\n  - {at: 1s, take_down: idp}\n  - {at: 2s, bring_up: vault}\n")
                 .ends_with("add an entry with take_down vault, or remove this one"));
  BOOST_TEST(complaint("timeline:\n  - {at: 1s, hold_refresh: 4}\n"
                       "  - {at: 2s, release_refresh: 1}\n") == "");
}

BOOST_AUTO_TEST_CASE(an_act_that_ends_what_begins_later_is_refused) {
  BOOST_TEST(
      complaint("timeline:\n  - {at: 1m, bring_up: vault}\n  - {at: 2m, take_down: vault}\n") ==
      "scenarios/field/x.yaml:4: timeline[0].bring_up: ends what has not begun yet: "
      "take_down vault comes later, in line 5; change when, or remove this entry");
  for (const char* order : {"  - {at: 1m, bring_up: vault}\n  - {at: 1m, take_down: vault}\n",
                            "  - {after: rollout, take_down: vault, plus: 2s}\n  - {after: "
                            "rollout, bring_up: vault}\n"})
    BOOST_TEST(
        complaint("timeline:\n" + std::string(order)).find("not begun yet") != std::string::npos,
        order);
  // When a phase begins nobody knows beforehand.
  for (const char* order :
       {"  - {at: 1m, take_down: vault}\n  - {at: 1m, bring_up: vault}\n",
        "  - {at: 2m, bring_up: vault}\n  - {at: 1m, take_down: vault}\n",
        "  - {at: 2m, bring_up: vault}\n  - {after: rollout, take_down: vault}\n"})
    BOOST_TEST(complaint("timeline:\n" + std::string(order)) == "", order);
}

BOOST_AUTO_TEST_CASE(an_act_whose_beginning_may_come_from_elsewhere_may_stand_alone) {
  BOOST_TEST(complaint("faults: [{kind: crash_after, server: vault}]\n"
                       "timeline: [{at: 5m, start: rotator}]\n") == "");
  BOOST_TEST(complaint("timeline: [{after: delete, plus: 5s, re_add_secret: true}]\n") == "");
}

BOOST_AUTO_TEST_CASE(a_policy_with_the_name_of_the_scenarios_own_driver_is_refused) {
  BOOST_TEST(complaint("policies:\n  guarded: {operator: [{wait: 1s}]}\n") ==
             "scenarios/field/x.yaml:4: policies.guarded: is what a table calls the scenario's own "
             "driver; choose another name");
}

BOOST_AUTO_TEST_CASE(a_colour_that_no_pod_has_is_refused) {
  const std::string says =
      ": there is no green portal to shift traffic to or from; set "
      "world.portal.green";
  BOOST_TEST(complaint("operator:\n  - shift_traffic: green\n") ==
             "scenarios/field/x.yaml:4: operator: line 4" + says);
  BOOST_TEST(complaint("operator:\n  - shift_traffic: blue\n") ==
             "scenarios/field/x.yaml:4: operator: line 4" + says);
  BOOST_TEST(complaint("timeline:\n  - {at: 1s, shift_traffic: green}\n") ==
             "scenarios/field/x.yaml:4: timeline: line 4" + says);
  BOOST_TEST(complaint("policies:\n  one:\n    operator:\n      - shift_traffic: green\n") ==
             "scenarios/field/x.yaml:6: policies.one.operator: line 6" + says);
  BOOST_TEST(
      complaint("world:\n  portal: {own_redirect_uris: true}\n") ==
      "scenarios/field/x.yaml:4: world.portal.own_redirect_uris: there is no green portal to "
      "tell from this one; add `green: true`");
  BOOST_TEST(complaint("world:\n  portal: {green: true}\noperator:\n  - shift_traffic: green\n") ==
             "");
}

BOOST_AUTO_TEST_CASE(a_name_that_nobody_has_is_refused) {
  BOOST_TEST(
      complaint("timeline:\n  - {at: 1s, partition: \"rotatr>vault\"}\n") ==
      "scenarios/field/x.yaml:4: timeline[0].partition: nobody is called 'rotatr'; there are "
      "rotator, operator, human, user, agent/<pod>, portal/<pod> and, for whoever else calls a "
      "served world, client");
  BOOST_TEST(complaint("timeline:\n  - {at: 1s, partition: \"rotator>vualt\"}\n") ==
             "scenarios/field/x.yaml:4: timeline[0].partition: no server is called 'vualt'; there "
             "are idp, vault, kubernetes and metrics");
  BOOST_TEST(complaint("faults: [{kind: refuse, caller: portal-*}]\n")
                 .starts_with("scenarios/field/x.yaml:3: faults[0].caller: nobody is called "));
  BOOST_TEST(complaint("faults: [{kind: refuse, server: okta}]\n")
                 .starts_with("scenarios/field/x.yaml:3: faults[0].server: no server is called "));
  for (const char* glob : {"*", "rotator", "agent/*", "portal/portal-backend-*", "*-x7", "p*"})
    BOOST_TEST(complaint("faults: [{kind: refuse, caller: \"" + std::string(glob) + "\"}]\n") == "",
               glob);
}

BOOST_AUTO_TEST_CASE(a_fidelity_that_cannot_see_a_fault_or_bear_the_logins_is_refused) {
  BOOST_TEST(
      complaint("fidelity: counts\nfaults: [{kind: refuse, caller: portal/*, server: idp}]\n")
          .ends_with("happens to logins' own calls, which fidelity counts does not see; take "
                     "exact"));
  BOOST_TEST(complaint("fidelity: hybrid\ntimeline: [{at: 1s, partition: \"*>idp\"}]\n")
                 .starts_with("scenarios/field/x.yaml:3: fidelity: act 'line 4: at 1s, partition "
                              "*>idp' happens to logins'"));
  BOOST_TEST(complaint("fidelity: counts\nfaults: [{kind: refuse, caller: rotator}]\n") == "");
  BOOST_TEST(complaint("world: {portal: {logins_per_minute: 60000000}}\n")
                 .find("fidelity exact plays each login, and these are too many") !=
             std::string::npos);
  BOOST_TEST(complaint("fidelity: counts\nworld: {portal: {logins_per_minute: 60000000}}\n") == "");
  BOOST_TEST(complaint("world: {portal: {think_time: 1s..100h}}\n") != "");
}

BOOST_AUTO_TEST_CASE(an_agent_that_never_sleeps_is_refused) {
  for (const char* wrong : {"0s", "1ns"})
    BOOST_TEST(complaint("world: {vault: {render_interval: " + std::string(wrong) + "}}\n") ==
               "scenarios/field/x.yaml:3: world.vault.render_interval: must be at least 100ms");
}

BOOST_AUTO_TEST_CASE(what_a_dialect_does_not_heed_is_refused) {
  for (const char* said :
       {"read_lag: 1s..2s", "policy: {forbids_new: true}", "personal_accounts: true"}) {
    const std::string key = std::string(said).substr(0, std::string(said).find(':'));
    for (const char* dialect : {"okta", "auth0"})
      BOOST_TEST(complaint("world: {identity_provider: {dialect: " + std::string(dialect) + ", " +
                           said + "}}\n") ==
                 "scenarios/field/x.yaml:3: world.identity_provider." + key + ": dialect " +
                     dialect +
                     " has no such thing, so it would change nothing; remove it, or choose another "
                     "dialect");
    BOOST_TEST(complaint("world: {identity_provider: {dialect: entra, " + std::string(said) +
                         "}}\n") == "");
  }
}

BOOST_AUTO_TEST_CASE(the_rotators_own_sections_are_held_to_its_own_rules) {
  BOOST_TEST(complaint("rotation: {windo: 15m}\n")
                 .starts_with("scenarios/field/x.yaml:3: rotation.windo: unknown key; known here: "
                              "accept_downtime, "));
  BOOST_TEST(complaint("rotation:\n  strategy: cutover\n")
                 .starts_with("scenarios/field/x.yaml:4: rotation.strategy: cutover fails logins"));
  BOOST_TEST(complaint("unsafe: {disabled_gates: [luck]}\n")
                 .starts_with("scenarios/field/x.yaml:3: unsafe.disabled_gates: expected a list "));
}

BOOST_AUTO_TEST_SUITE_END()
