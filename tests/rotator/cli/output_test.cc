#include "rotator/cli/output.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

BOOST_AUTO_TEST_SUITE(output)

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using rotator::OutputFormat;

rotator::Outcome done() {
  return {.ending = rotator::Ending::done,
          .phase = rotator::Phase::confirm,
          .exit_code = 0,
          .rotated = true,
          .message = "rotated client 0oa from ocs1 (aa) to ocs2 (bb)",
          .rotation_id = "0123456789ab",
          .durations = {{rotator::Phase::preflight, 1500ms}, {rotator::Phase::removal, 2s}},
          .took = 3500ms,
          .api_calls = 31,
          .restarts = 1};
}

}  // namespace

BOOST_AUTO_TEST_CASE(shows_an_outcome_as_text) {
  BOOST_TEST(render(done(), OutputFormat::text) ==
             "done (rotation 0123456789ab): rotated client 0oa from ocs1 (aa) to ocs2 (bb)\n"
             "  preflight    1s500ms\n"
             "  delete            2s\n"
             "  in all       3s500ms, 31 calls, 1 restart\n");
}

BOOST_AUTO_TEST_CASE(shows_an_outcome_as_json) {
  const auto shown = json::parse(render(done(), OutputFormat::json));
  BOOST_TEST(shown["schema"] == 1);
  BOOST_TEST(shown["outcome"] == "done");
  BOOST_TEST(shown["exit_code"] == 0);
  BOOST_TEST(shown["api_calls"] == 31);
  BOOST_TEST(shown["duration_s"] == 3.5);
  BOOST_TEST(shown["phases"][1]["phase"] == "delete");
}

BOOST_AUTO_TEST_CASE(tells_a_run_that_had_nothing_to_do_from_one_that_rotated) {
  auto idle = done();
  idle.rotated = false;
  BOOST_TEST(render(idle, OutputFormat::text).starts_with("nothing to do (rotation 0123456789ab)"));
  BOOST_TEST(json::parse(render(idle, OutputFormat::json))["rotated"] == false);
  BOOST_TEST(json::parse(render(done(), OutputFormat::json))["rotated"] == true);
}

BOOST_AUTO_TEST_CASE(marks_a_finding_that_passed_with_a_warning) {
  rotator::DoctorReport report;
  report.findings = {{.check = rotator::Check::rollout_serves,
                      .verdict = rotator::Judgement::pass,
                      .detail = "1 of 4",
                      .warning = true}};
  BOOST_TEST(render(report, OutputFormat::text).starts_with("WARNING rollout_serves "));
  const auto shown = json::parse(render(report, OutputFormat::json));
  BOOST_TEST(shown["verdict"] == "pass");
  BOOST_TEST(shown["findings"][0]["warning"] == true);
}

BOOST_AUTO_TEST_CASE(says_whether_anybody_is_at_work_on_an_unfinished_rotation) {
  rotator::StatusReport report;
  report.journal_exists = report.lock_seen = true;
  report.journal.rotation_id = "0123456789ab";
  report.journal.strategy = "overlap";
  report.journal.phase = rotator::Phase::overlap;
  report.journal.disposition = rotator::Disposition::running;
  report.journal.intent = rotator::Intent::restart;
  const auto text = render(report, OutputFormat::text);
  BOOST_TEST(text.find("at work           nobody; `rotator resume` goes on\n") != std::string::npos,
             text);
  // The last thing that was done is not about to be done.
  BOOST_TEST(text.find("about to") == std::string::npos, text);
  BOOST_TEST(json::parse(render(report, OutputFormat::json))["rotation"]["intent"] == "none");
  report.journal.phase = rotator::Phase::rollout;
  BOOST_TEST(render(report, OutputFormat::text).find("about to          restart\n") !=
             std::string::npos);
  report.at_work = rotator::LeaseHolder{.name = "rotator-1a", .lasts = 30s};
  BOOST_TEST(json::parse(render(report, OutputFormat::json))["at_work"]["holder"] == "rotator-1a");
}

BOOST_AUTO_TEST_CASE(says_what_stands_in_the_way_of_a_plan) {
  rotator::Plan plan;
  plan.findings = {{rotator::Check::vault_secret, rotator::Judgement::pass, "holds aa"},
                   {rotator::Check::window, rotator::Judgement::fail, "too short"}};
  plan.safe_window = {.total = 90s,
                      .terms = {{.name = "rollout",
                                 .duration = 90s,
                                 .why = "3 rounds",
                                 .source = "minReadySeconds"}},
                      .dominating = "rollout"};
  const auto text = render(plan, OutputFormat::text);
  BOOST_TEST(text.find("not ready (window): too short; nothing was changed\n") != std::string::npos,
             text);
  BOOST_TEST(text.find("safe window 1m30s, dominated by rollout:\n") != std::string::npos, text);
  const auto shown = json::parse(render(plan, OutputFormat::json));
  BOOST_TEST(shown["verdict"] == "fail");
  BOOST_TEST(shown["safe_window"]["terms"][0]["value_s"] == 90);
  BOOST_TEST(shown["safe_window"]["terms"][0]["source"] == "minReadySeconds");
}

BOOST_AUTO_TEST_CASE(shows_what_the_end_of_a_leaked_secret_costs) {
  rotator::Plan plan;
  plan.strategy = "emergency";
  plan.window = 30s;
  plan.pods = 4;
  plan.exposure = rotator::ExposureForecast{
      .curve = {{.exposure = 0s, .lost = 60s}, {.exposure = 40s, .lost = 0s}},
      .chosen = {.exposure = 30s, .lost = 10s},
      .moved = 50s,
      .logins_per_minute = 600};
  const auto text = render(plan, OutputFormat::text);
  BOOST_TEST(text.find("30s    100, as many as come in 10s  <- rotation.emergency.max_exposure") !=
                 std::string::npos,
             text);
  BOOST_TEST(text.find("0s    600, as many as come in 1m\n") != std::string::npos, text);
  BOOST_TEST(
      text.find("strategy emergency, exposure 30s at the latest, 4 pods") != std::string::npos,
      text);
  BOOST_TEST(text.find("soak") == std::string::npos, text);
  const auto shown = json::parse(render(plan, OutputFormat::json))["exposure"];
  BOOST_TEST(shown["chosen"]["failed"] == 100.0);
  BOOST_TEST(shown["chosen"]["share"] == 0.2);
  BOOST_TEST(shown["curve"].size() == 2U);
  BOOST_TEST(shown["curve"][1]["exposure_s"] == 40.0);
  plan.exposure->logins_per_minute.reset();
  BOOST_TEST(render(plan, OutputFormat::text).find("30s    20 %, as many as come in 10s") !=
             std::string::npos);
  BOOST_TEST(json::parse(render(plan, OutputFormat::json))["exposure"]["chosen"]["failed"] ==
             nullptr);
}

BOOST_AUTO_TEST_CASE(tells_how_long_the_old_secret_was_good_and_what_failed_meanwhile) {
  auto outcome = done();
  BOOST_TEST(!json::parse(render(outcome, OutputFormat::json)).contains("exposure_s"));
  outcome.exposure = 31s;
  outcome.login_failures = 7;
  const auto text = render(outcome, OutputFormat::text);
  BOOST_TEST(text.find("the old secret was good for 31s beside the new one\n") != std::string::npos,
             text);
  BOOST_TEST(text.find("7 logins failed meanwhile\n") != std::string::npos, text);
  const auto shown = json::parse(render(outcome, OutputFormat::json));
  BOOST_TEST(shown["exposure_s"] == 31.0);
  BOOST_TEST(shown["login_failures"] == 7);
}

BOOST_AUTO_TEST_CASE(shows_the_calls_that_a_rotation_will_make) {
  rotator::Plan plan;
  plan.calls = {{.phase = rotator::Phase::removal,
                 .method = "DELETE",
                 .host = "https://okta.example",
                 .path = "/api/v1/apps/0oa/credentials/secrets/ocs1"}};
  BOOST_TEST(render(plan, OutputFormat::text)
                 .find("  delete        DELETE https://okta.example/api/v1/apps/0oa/credentials/"
                       "secrets/ocs1\n") != std::string::npos);
  const auto shown = json::parse(render(plan, OutputFormat::json))["calls"];
  BOOST_REQUIRE(shown.size() == 1U);
  BOOST_TEST(shown[0]["phase"] == "delete");
  BOOST_TEST(shown[0]["method"] == "DELETE");
  BOOST_TEST(shown[0]["host"] == "https://okta.example");
  BOOST_TEST(shown[0]["path"] == "/api/v1/apps/0oa/credentials/secrets/ocs1");
}

BOOST_AUTO_TEST_CASE(shows_an_error_as_one_object) {
  const auto shown = json::parse(
      render(ports::Error{ports::ErrorCode::unreachable, "no route"}, OutputFormat::json));
  BOOST_TEST(shown["error"]["code"] == "unreachable");
  BOOST_TEST(shown["error"]["message"] == "no route");
}

BOOST_AUTO_TEST_CASE(metrics_keep_the_last_success_over_a_failed_run) {
  const ports::WallTime now{std::chrono::seconds(1'800'000'000)};
  const auto good = render_metrics(done(), "0oa", now, 0);
  BOOST_TEST(rotator::last_success_in(good) == 1.8e9);
  auto failed = done();
  failed.ending = rotator::Ending::rolled_back;
  failed.rotated = false;
  failed.exit_code = 1;
  const auto bad = render_metrics(failed, "0oa", now + 1h, rotator::last_success_in(good));
  BOOST_TEST(rotator::last_success_in(bad) == 1.8e9);
  BOOST_TEST(bad.find("rotator_last_exit_code{client_id=\"0oa\",outcome=\"rolled_back\"} 1\n") !=
                 std::string::npos,
             bad);
  BOOST_TEST(bad.find("rotator_phase_duration_seconds{client_id=\"0oa\",phase=\"delete\"} 2\n") !=
                 std::string::npos,
             bad);
  BOOST_TEST(rotator::last_success_in("garbage") == 0);
  BOOST_TEST(rotator::client_in(bad) == "0oa");
  BOOST_TEST(rotator::client_in("garbage") == "unknown");
}

BOOST_AUTO_TEST_CASE(a_run_that_had_nothing_to_do_is_no_success_of_its_own) {
  const ports::WallTime now{std::chrono::seconds(1'800'000'000)};
  auto idle = done();
  idle.rotated = false;
  BOOST_TEST(rotator::last_success_in(render_metrics(idle, "0oa", now, 7e8)) == 7e8);
}

BOOST_AUTO_TEST_CASE(a_success_that_the_journal_tells_of_outlives_the_metrics_file) {
  const ports::WallTime now{std::chrono::seconds(1'800'000'000)};
  auto idle = done();
  idle.rotated = false;
  idle.rotated_before = ports::WallTime(std::chrono::seconds(1'700'000'000));
  BOOST_TEST(rotator::last_success_in(render_metrics(idle, "0oa", now, 0)) == 1.7e9);
  BOOST_TEST(rotator::last_success_in(render_metrics(idle, "0oa", now, 1.75e9)) == 1.75e9);
  idle.rotated = true;
  BOOST_TEST(rotator::last_success_in(render_metrics(idle, "0oa", now, 0)) == 1.8e9);
}

BOOST_AUTO_TEST_SUITE_END()
