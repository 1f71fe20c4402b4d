// The report as a public interface: JSON by its published schema, JUnit as a parser reads it, the
// row as a person reads it; and the judge, who marks every kind of deviation.
#include "scenarios/report.h"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scenarios/run.h"
#include "scenarios/sweep.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(report)

namespace {

using mocks::users::Cause;
using nlohmann::json;
using scenarios::Invariant;
using scenarios::Report;
using scenarios::Scenario;
using scenarios::Verdict;

// A report that is as an empty expectation wants it.
Report good() {
  Report report;
  report.scenario = "guide/example";
  report.seed = 7;
  report.verdict = Verdict::pass;
  report.as_expected = true;
  report.rotation = {.strategy = "overlap",
                     .outcome = rotator::Ending::done,
                     .phase = "confirm",
                     .duration_s = 1312.4,
                     .api_calls = 31};
  report.logins = {.tried = 24310};
  report.phases = {{.phase = "rollout", .from_s = 61.2, .to_s = 143.9, .logins = {.tried = 1660}}};
  report.invariants = {{.invariant = Invariant::no_live_secret_retired}};
  report.started = ports::WallTime(std::chrono::seconds(1'767'323'045));
  report.real_s = 0.25;
  report.trace_hash = "9b1c000000000000";
  report.replay = "rehearse replay scenarios/guide/example.yaml --seed 7";
  return report;
}

Report bad() {
  auto report = good();
  report.verdict = Verdict::fail;
  report.as_expected = false;
  report.deviations = {"a <deviation> & its \"cause\"", "another"};
  report.logins.failed = 118;
  report.logins.by_cause = {{Cause::secret_retired, 118}, {Cause::pod_gone, 0}};
  report.invariants = {{.invariant = Invariant::no_live_secret_retired,
                        .verdict = Verdict::fail,
                        .at_s = 70.0,
                        .what = "secret 1 was deleted while 4 live pods used it"}};
  return report;
}

boost::property_tree::ptree xml(const std::string& text) {
  std::istringstream in(text);
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(in, tree);
  return tree;
}

std::vector<std::string> deviations(const scenarios::Expectation& expect, Report report) {
  Scenario scenario;
  scenario.expect = expect;
  scenarios::judge(scenario, report);
  BOOST_TEST(report.as_expected == report.deviations.empty());
  return report.deviations;
}

void deviates(const scenarios::Expectation& expect, const Report& report, const std::string& what) {
  const auto found = deviations(expect, report);
  BOOST_REQUIRE_MESSAGE(found.size() == 1U, found.size() << " deviations; expected: " << what);
  BOOST_TEST(found.front() == what);
}

}  // namespace

BOOST_AUTO_TEST_CASE(json_has_the_spine_that_the_interface_promises) {
  const auto document = json::parse(scenarios::json_document({good(), bad()}), nullptr, false);
  BOOST_REQUIRE(!document.is_discarded());
  BOOST_TEST(document["schema"] == 1);
  BOOST_TEST(document["verdict"] == "fail");
  BOOST_REQUIRE(document["runs"].size() == 2U);
  const auto& run = document["runs"][1];
  BOOST_TEST(run["scenario"] == "guide/example");
  BOOST_TEST(run["wire"] == "sim");
  BOOST_TEST(run["seed"] == 7);
  BOOST_TEST(run["verdict"] == "fail");
  BOOST_TEST(run["expected"] == "pass");
  BOOST_TEST(run["as_expected"] == false);
  BOOST_TEST(run["rotation"]["strategy"] == "overlap");
  BOOST_TEST(run["rotation"]["outcome"] == "done");
  BOOST_TEST(run["rotation"]["phase"] == "confirm");
  BOOST_TEST(run["rotation"]["duration_s"] == 1312.4);
  BOOST_TEST(run["rotation"]["api_calls"] == 31);
  BOOST_TEST(run["logins"]["tried"] == 24310);
  BOOST_TEST(run["logins"]["failed"] == 118);
  BOOST_TEST(run["logins"]["by_cause"]["secret_retired"] == 118);
  const auto& phase = run["phases"][0];
  BOOST_TEST(phase["phase"] == "rollout");
  BOOST_TEST(phase["from_s"] == 61.2);
  BOOST_TEST(phase["to_s"] == 143.9);
  BOOST_TEST(phase["tried"] == 1660);
  const auto& invariant = run["invariants"][0];
  BOOST_TEST(invariant["name"] == "no_live_secret_retired");
  BOOST_TEST(invariant["verdict"] == "fail");
  BOOST_TEST(invariant["at_s"] == 70.0);
  BOOST_TEST(invariant["what"] == "secret 1 was deleted while 4 live pods used it");
  BOOST_TEST(run["trace_hash"] == "9b1c000000000000");
  BOOST_TEST(run["replay"] == "rehearse replay scenarios/guide/example.yaml --seed 7");
}

BOOST_AUTO_TEST_CASE(json_of_real_runs_validates_by_the_published_schema) {
  const testing::Schema schema("scenarios/report.schema.json");
  std::vector<Report> runs;
  for (const char* name : {"guide/zero_downtime", "guide/premature_deletion", "guide/single_secret",
                           "field/gate_quiet_period"}) {
    const auto scenario =
        scenarios::load_scenario(testing::in_project("scenarios/" + std::string(name) + ".yaml"));
    BOOST_REQUIRE_MESSAGE(scenario.has_value(), scenario.error().message);
    const auto report =
        scenarios::run_simulated(*scenario, {.fidelity = mocks::users::Fidelity::exact});
    BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().message);
    runs.push_back(*report);
  }
  const auto complaints = schema.complaints_about_json(scenarios::json_document(runs));
  BOOST_TEST(complaints.empty(), complaints);
}

BOOST_AUTO_TEST_CASE(the_report_of_rehearse_alone_holds_the_windows_and_validates) {
  const testing::Schema schema("scenarios/report.schema.json");
  scenarios::SweepResult windows{
      .scenario = "guide/window",
      .seeds = 2,
      .policies = {
          {.policy = "timer", .points = {{.window = std::chrono::minutes(1), .runs = 2}}}}};
  windows.safe_window.emplace(
      scenarios::WindowAnswer{.computed = {.total = std::chrono::seconds(90),
                                           .terms = {{.name = "rollout",
                                                      .duration = std::chrono::seconds(90),
                                                      .why = "3 rounds",
                                                      .source = "world.fleet.pod_ready"}},
                                           .dominating = "rollout"},
                              .rotators = std::chrono::seconds(95),
                              .found_minimum = std::chrono::seconds(61)});
  const auto text = scenarios::main_document({good()}, windows);
  const auto complaints = schema.complaints_about_json(text);
  BOOST_TEST(complaints.empty(), complaints);
  auto document = json::parse(text);
  BOOST_TEST(document["safe_window"]["value_s"] == 90);
  BOOST_TEST(document["safe_window"]["found_minimum_s"] == 61);
  BOOST_TEST(document["safe_window"]["rotator_minimum_s"] == 95);
  BOOST_TEST(document["safe_window"]["terms"][0]["source"] == "world.fleet.pod_ready");
  BOOST_TEST(document["windows"]["policies"][0]["points"][0]["value_s"] == 60);
  document["safe_window"].erase("terms");
  BOOST_TEST(!schema.complaints_about_json(document.dump()).empty());
}

BOOST_AUTO_TEST_CASE(the_published_schema_refuses_a_report_that_lost_a_member) {
  const testing::Schema schema("scenarios/report.schema.json");
  const auto document = json::parse(scenarios::json_document({bad()}));
  BOOST_TEST(schema.complaints_about_json(document.dump()).empty());
  for (const char* path :
       {"/schema", "/verdict", "/runs", "/runs/0/scenario", "/runs/0/wire", "/runs/0/seed",
        "/runs/0/as_expected", "/runs/0/rotation/outcome", "/runs/0/logins/by_cause",
        "/runs/0/phases/0/from_s", "/runs/0/invariants/0/verdict", "/runs/0/replay"}) {
    const json::json_pointer pointer(path);
    auto less = document;
    auto& parent = less[pointer.parent_pointer()];
    if (parent.is_object()) parent.erase(pointer.back());
    BOOST_TEST(!schema.complaints_about_json(less.dump()).empty(), path);
  }
  auto foreign = document;
  foreign["runs"][0]["logins"]["by_cause"]["bad_luck"] = 1;
  BOOST_TEST(!schema.complaints_about_json(foreign.dump()).empty());
}

BOOST_AUTO_TEST_CASE(the_worst_verdict_of_all_runs_is_that_of_the_document) {
  const auto verdict = [](const std::vector<Report>& runs) {
    return json::parse(scenarios::json_document(runs))["verdict"].get<std::string>();
  };
  auto broken = good();
  broken.verdict = Verdict::unknown;
  BOOST_TEST(verdict({}) == "pass");
  BOOST_TEST(verdict({good(), broken}) == "unknown");
  BOOST_TEST(verdict({bad(), broken, good()}) == "fail");
}

BOOST_AUTO_TEST_CASE(junit_is_what_a_parser_reads_and_escapes_what_it_must) {
  auto broken = good();
  broken.verdict = Verdict::unknown;
  broken.as_expected = false;
  broken.deviations = {std::string("control \x01 and <tag>")};
  const auto tree = xml(scenarios::junit_document({good(), bad(), broken}));
  const auto& suite = tree.get_child("testsuites.testsuite");
  BOOST_TEST(suite.get<int>("<xmlattr>.tests") == 3);
  BOOST_TEST(suite.get<int>("<xmlattr>.failures") == 1);
  BOOST_TEST(suite.get<int>("<xmlattr>.errors") == 1);
  std::vector<boost::property_tree::ptree> cases;
  for (const auto& [name, node] : suite)
    if (name == "testcase") cases.push_back(node);
  BOOST_REQUIRE(cases.size() == 3U);
  BOOST_TEST(cases[0].get<std::string>("<xmlattr>.name") == "guide/example");
  BOOST_TEST(cases[0].get<std::string>("<xmlattr>.classname") == "sim");
  BOOST_TEST(cases[0].get<std::string>("<xmlattr>.time") == "0.250");
  BOOST_TEST(cases[0].get<std::string>("properties.property.<xmlattr>.name") == "seed");
  BOOST_TEST(cases[0].get<std::string>("properties.property.<xmlattr>.value") == "7");
  BOOST_TEST(suite.get<std::string>("<xmlattr>.time") == "0.750");
  BOOST_TEST(suite.get<std::string>("<xmlattr>.timestamp") == "2026-01-02T03:04:05");
  BOOST_TEST((cases[0].count("failure") == 0U && cases[0].count("error") == 0U));
  BOOST_TEST(cases[1].get<std::string>("failure.<xmlattr>.message") ==
             "a <deviation> & its \"cause\"");
  BOOST_TEST(cases[1].get<std::string>("failure").find("another") != std::string::npos);
  BOOST_TEST(cases[1].get<std::string>("failure").find("replay: rehearse replay") !=
             std::string::npos);
  BOOST_TEST(cases[2].get<std::string>("error.<xmlattr>.message") == "control ? and <tag>");
}

BOOST_AUTO_TEST_CASE(a_row_has_its_columns_below_the_headers) {
  const auto header = scenarios::header_row();
  auto report = bad();
  report.as_expected = true;
  report.says = "fails, as the guide warns";
  const auto row = scenarios::text_row(report);
  BOOST_TEST(header.find("scenario") == 0U);
  BOOST_TEST(row.find("guide/example") == 0U);
  const auto ends = [](const std::string& text, const std::string& word) {
    return text.find(word) + word.size();
  };
  BOOST_TEST(ends(row, "24,310") == ends(header, "logins"));
  BOOST_TEST(ends(row, "118") == ends(header, "failed"));
  BOOST_TEST(row.find("fail, expected") == header.find("verdict"));
  BOOST_TEST(row.ends_with("\n    secret_retired: fails, as the guide warns"));
  // A cause that nothing failed by is not named.
  BOOST_TEST(row.find("pod_gone") == std::string::npos);
  BOOST_TEST(scenarios::text_row(bad()).find("deviates\n    secret_retired: a <deviation>") !=
             std::string::npos);
  BOOST_TEST(scenarios::text_row(good()).ends_with("pass"));
}

BOOST_AUTO_TEST_CASE(a_login_whose_pod_died_has_its_own_column) {
  auto report = good();
  report.logins.failed = 5;
  report.logins.by_cause = {{mocks::users::Cause::pod_gone, 3}, {mocks::users::Cause::no_pod, 2}};
  BOOST_TEST(report.logins.blamed() == 2U);
  const auto row = scenarios::text_row(report);
  const auto header = scenarios::header_row();
  BOOST_TEST(row.substr(header.find("pod gone"), 8) == "       3");
  BOOST_TEST(row.ends_with("\n    no_pod"));
  BOOST_TEST(row.find("pod_gone") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(numbers_are_grouped_by_thousands) {
  BOOST_TEST(scenarios::grouped(0) == "0");
  BOOST_TEST(scenarios::grouped(999) == "999");
  BOOST_TEST(scenarios::grouped(1000) == "1,000");
  BOOST_TEST(scenarios::grouped(24'310'000) == "24,310,000");
}

BOOST_AUTO_TEST_CASE(the_judge_finds_nothing_wrong_with_a_good_run) {
  BOOST_TEST(deviations({}, good()).empty());
  BOOST_TEST(deviations({.verdict = Verdict::pass,
                         .outcome = rotator::Ending::done,
                         .failed_at_least = 0,
                         .failed_at_most = 0,
                         .causes = std::set<Cause>{}},
                        good())
                 .empty());
  BOOST_TEST(deviations({.verdict = Verdict::fail,
                         .failed_at_least = 118,
                         .failed_at_most = 118,
                         .causes = std::set<Cause>{Cause::secret_retired},
                         .violated = {Invariant::no_live_secret_retired}},
                        bad())
                 .empty());
}

BOOST_AUTO_TEST_CASE(the_judge_marks_every_kind_of_deviation) {
  deviates({.verdict = Verdict::fail}, good(), "the verdict is pass instead of fail");
  deviates({.violated = {Invariant::no_live_secret_retired}}, bad(),
           "the verdict is fail instead of pass; no_live_secret_retired: secret 1 was deleted "
           "while 4 live pods used it");
  auto back = good();
  back.rotation.outcome = rotator::Ending::rolled_back;
  back.rotation.message = "the rollout failed";
  deviates({}, back,
           "the verdict is fail instead of pass; the rotation is rolled_back: the rollout failed");
  deviates({.verdict = Verdict::fail, .outcome = rotator::Ending::done}, back,
           "the rotation ended as rolled_back instead of done: the rollout failed");
  deviates({.failed_at_least = 3}, good(), "only 0 logins failed, at least 3 expected");
  const scenarios::Expectation warned = {.verdict = Verdict::fail,
                                         .violated = {Invariant::no_live_secret_retired}};
  auto expect = warned;
  expect.failed_at_most = 117;
  deviates(expect, bad(), "118 logins failed, at most 117 expected");
  expect = warned;
  expect.causes = {{Cause::stale_render}};
  deviates(expect, bad(), "the causes are secret_retired instead of stale_render");
  expect = {.verdict = Verdict::fail};
  deviates(expect, bad(), "the violated invariants are no_live_secret_retired instead of none");
  expect.violated = {Invariant::no_live_secret_retired, Invariant::one_secret_left};
  deviates(expect, bad(),
           "the violated invariants are no_live_secret_retired instead of no_live_secret_retired, "
           "one_secret_left");
  auto idle = good();
  idle.faults_never_fired = {"fault 1: refuse"};
  deviates({.verdict = Verdict::unknown}, idle, "this fault never fired: fault 1: refuse");
}

BOOST_AUTO_TEST_CASE(a_run_in_which_something_did_not_come_about_is_never_a_pass) {
  Scenario scenario;
  const auto judged = [&](Report report) {
    scenarios::judge(scenario, report);
    return report;
  };
  auto late = good();
  late.acts_never_happened = {"line 7: at 3h, seal vault"};
  BOOST_TEST((judged(late).verdict == Verdict::unknown));
  BOOST_TEST(judged(late).deviations.front() ==
             "this act never happened: line 7: at 3h, seal vault");
  auto vain = good();
  vain.acts_failed = {"line 7: at 3s, kill rotator: no process of the driver runs"};
  BOOST_TEST((judged(vain).verdict == Verdict::unknown));
  BOOST_TEST(!judged(vain).as_expected);
  auto idle = good();
  idle.faults_never_fired = {"fault 1: refuse"};
  BOOST_TEST((judged(idle).verdict == Verdict::unknown));
  auto slow = good();
  slow.logins_held_back = 1200;
  BOOST_TEST((judged(slow).verdict == Verdict::unknown));
  BOOST_TEST(judged(slow).deviations.front().starts_with("1,200 logins were not begun"));
  auto odd = good();
  odd.logins_unexplained = 1;
  BOOST_TEST((judged(odd).verdict == Verdict::unknown));
  BOOST_TEST(judged(odd).deviations.front().starts_with("1 login was refused for no reason"));
  auto lonely = good();
  lonely.logins = {};
  BOOST_TEST((judged(lonely).verdict == Verdict::unknown));
  BOOST_TEST(judged(lonely).deviations.front() == "it tested nothing: no login was tried");
}

BOOST_AUTO_TEST_CASE(a_long_name_leaves_its_columns_apart) {
  auto report = good();
  report.scenario = "field/" + std::string(60, 'x');
  BOOST_TEST(scenarios::text_row(report).find("x 24,310") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_checked_is_unknown_and_never_a_pass) {
  auto unsure = good();
  unsure.invariants.front().verdict = Verdict::unknown;
  unsure.invariants.front().what = "the check broke";
  Scenario scenario;
  scenarios::judge(scenario, unsure);
  BOOST_TEST((unsure.verdict == Verdict::unknown));
  BOOST_TEST(!unsure.as_expected);
  auto endless = good();
  endless.rotation.outcome = std::nullopt;
  scenarios::judge(scenario, endless);
  BOOST_TEST((endless.verdict == Verdict::unknown));
  // A failed login weighs more than a check that broke.
  unsure.logins.failed = 1;
  scenarios::judge(scenario, unsure);
  BOOST_TEST((unsure.verdict == Verdict::fail));
}

// What the row says belongs to a run that is as expected, and to no other.
BOOST_AUTO_TEST_CASE(the_row_says_its_sentence_only_when_as_expected) {
  Scenario scenario;
  scenario.expect = {
      .verdict = Verdict::fail, .violated = {Invariant::no_live_secret_retired}, .says = "warned"};
  auto report = bad();
  scenarios::judge(scenario, report);
  BOOST_TEST(report.says == "warned");
  auto passes = good();
  passes.says = "warned";
  scenarios::judge(scenario, passes);
  BOOST_TEST(passes.says.empty());
}

BOOST_AUTO_TEST_CASE(what_a_file_says_never_paints_the_terminal) {
  auto report = bad();
  report.policy = "\033[31mred";
  report.rotation.message = "one\x9b two";
  report.timeline = {{.at_s = 1, .what = "named \x7f"}};
  for (const auto& text : {scenarios::text_rows({report}), scenarios::text_documents({report})}) {
    BOOST_TEST(text.find_first_of("\033\x9b\x7f") == std::string::npos, text);
    BOOST_TEST(text.find("\\x1b[31mred") != std::string::npos, text);
  }
  const auto table = scenarios::sweep_table({.policies = {{.policy = "\033[31mred"}}});
  BOOST_TEST(table.find('\033') == std::string::npos, table);
}

BOOST_AUTO_TEST_SUITE_END()
