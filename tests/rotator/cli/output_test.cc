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

BOOST_AUTO_TEST_CASE(says_what_stands_in_the_way_of_a_plan) {
  rotator::Plan plan;
  plan.findings = {{rotator::Check::vault_secret, rotator::Judgement::pass, "holds aa"},
                   {rotator::Check::window, rotator::Judgement::fail, "too short"}};
  plan.safe_window = {.total = 90s,
                      .terms = {{.name = "rollout", .duration = 90s, .why = "3 rounds"}},
                      .dominating = "rollout"};
  const auto text = render(plan, OutputFormat::text);
  BOOST_TEST(text.find("not ready (window): too short; nothing was changed\n") != std::string::npos,
             text);
  BOOST_TEST(text.find("safe window 1m30s, dominated by rollout:\n") != std::string::npos, text);
  const auto shown = json::parse(render(plan, OutputFormat::json));
  BOOST_TEST(shown["verdict"] == "fail");
  BOOST_TEST(shown["safe_window"]["terms"][0]["duration_s"] == 90);
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
}

BOOST_AUTO_TEST_SUITE_END()
