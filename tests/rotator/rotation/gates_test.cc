#include "rotator/rotation/gates.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"

BOOST_AUTO_TEST_SUITE(gates)

namespace {

using namespace std::chrono_literals;
using rotator::FleetProof;
using rotator::Judgement;
using rotator::PodProof;

ports::WallTime at(std::chrono::nanoseconds since) {
  return ports::WallTime(std::chrono::hours(500'000)) + since;
}

PodProof good(const char* pod) {
  return {.pod = pod,
          .uid = pod,
          .injected = true,
          .running = true,
          .content = "new",
          .process_started = at(20s),
          .file_written = at(10s)};
}

FleetProof whole() { return {.live = {good("a"), good("b")}, .stable = true}; }

}  // namespace

BOOST_AUTO_TEST_CASE(pass_for_a_fleet_that_has_moved) {
  BOOST_TEST(judge_old_pods_gone(whole()).verdict == Judgement::pass);
  BOOST_TEST(judge_every_pod_on(whole(), "new").verdict == Judgement::pass);
  BOOST_TEST(judge_process_newer_than_file(whole()).verdict == Judgement::pass);
}

BOOST_AUTO_TEST_CASE(a_terminating_pod_of_an_older_template_is_not_gone) {
  auto fleet = whole();
  fleet.older.push_back({.name = "old-1", .terminating = true});
  const auto judged = judge_old_pods_gone(fleet);
  BOOST_TEST(judged.verdict == Judgement::fail);
  BOOST_TEST(judged.reason == "1 pod of an older template left: old-1 (Terminating)");
}

BOOST_AUTO_TEST_CASE(a_pod_that_shows_another_value_fails_whatever_the_others_show) {
  auto fleet = whole();
  fleet.live[1].content = "old";
  fleet.live[0].content.clear();
  const auto judged = judge_every_pod_on(fleet, "new");
  BOOST_TEST(judged.verdict == Judgement::fail);
  BOOST_TEST(judged.reason == "1 pod not on new: b (shows old)");
}

BOOST_AUTO_TEST_CASE(a_pod_that_shows_one_of_two_fails) {
  auto fleet = whole();
  for (auto& proof : fleet.live) proof.fallback = "next";
  BOOST_TEST(judge_every_pod_on_both(fleet, "new", "next").verdict == Judgement::pass);
  fleet.live[1].fallback.clear();
  const auto judged = judge_every_pod_on_both(fleet, "new", "next");
  BOOST_TEST(judged.verdict == Judgement::fail);
  BOOST_TEST(judged.reason == "1 pod not on new and next: b (shows new and no other)");
  fleet.live[1] = good("b");
  fleet.live[1].content = "next";
  fleet.live[1].fallback = "new";
  BOOST_TEST(judge_every_pod_on_both(fleet, "new", "next").verdict == Judgement::fail);
}

BOOST_AUTO_TEST_CASE(a_pod_without_an_agent_fails) {
  auto fleet = whole();
  fleet.live[0].injected = false;
  BOOST_TEST(judge_every_pod_on(fleet, "new").verdict == Judgement::fail);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_seen_is_unknown_and_no_gate_opens_on_it) {
  auto dark = whole();
  dark.live[0].content.clear();
  dark.live[0].file_written.reset();
  dark.live[0].trouble = "exec answered 500";
  auto moving = whole();
  moving.stable = false;
  for (const auto& fleet : {dark, moving, FleetProof{.stable = true}}) {
    BOOST_TEST(judge_every_pod_on(fleet, "new").verdict == Judgement::unknown);
    BOOST_TEST(judge_process_newer_than_file(fleet).verdict == Judgement::unknown);
    BOOST_TEST(!judge_every_pod_on(fleet, "new").open());
  }
}

BOOST_AUTO_TEST_CASE(a_right_file_that_was_written_after_the_process_started_proves_nothing) {
  auto fleet = whole();
  fleet.live[1].file_written = at(21s);
  BOOST_TEST(judge_every_pod_on(fleet, "new").verdict == Judgement::pass);
  const auto judged = judge_process_newer_than_file(fleet);
  BOOST_TEST(judged.verdict == Judgement::fail);
  BOOST_TEST(judged.reason == "1 pod whose file was written after the process started: b");
}

BOOST_AUTO_TEST_CASE(a_container_that_restarted_is_judged_by_its_new_start) {
  auto fleet = whole();
  fleet.live[0].file_written = at(30s);
  fleet.live[0].process_started = at(31s);
  fleet.live[0].restarts = 1;
  BOOST_TEST(judge_process_newer_than_file(fleet).verdict == Judgement::pass);
}

BOOST_AUTO_TEST_CASE(whole_seconds_are_compared_because_that_is_what_both_stamps_have) {
  auto fleet = whole();
  fleet.live[0].file_written = at(20s);
  fleet.live[0].process_started = at(20s + 300ms);
  BOOST_TEST(judge_process_newer_than_file(fleet).verdict == Judgement::pass);
}

BOOST_AUTO_TEST_CASE(fewer_probes_than_asked_fail_when_refused_and_are_unknown_otherwise) {
  using rotator::Acceptance;
  BOOST_TEST(rotator::judge_accepted(5, 5, std::nullopt).verdict == Judgement::pass);
  BOOST_TEST(rotator::judge_accepted(4, 5, std::nullopt).verdict == Judgement::unknown);
  const rotator::ProbeAnswer refused{
      .acceptance = Acceptance::refused, .status = 401, .error = "invalid_client"};
  BOOST_TEST(rotator::judge_accepted(0, 5, refused).verdict == Judgement::fail);
  const rotator::ProbeAnswer busy{.acceptance = Acceptance::unknown, .status = 503};
  BOOST_TEST(rotator::judge_accepted(0, 5, busy).verdict == Judgement::unknown);
}

BOOST_AUTO_TEST_CASE(the_window_opens_the_gate_at_its_last_instant) {
  const ports::Instant ends{10min};
  BOOST_TEST(rotator::judge_window(ends - 1ns, ends).verdict == Judgement::fail);
  BOOST_TEST(rotator::judge_window(ends, ends).verdict == Judgement::pass);
}

BOOST_AUTO_TEST_CASE(quiet_counts_from_the_last_trouble_and_blindness_is_unknown) {
  const ports::Instant start{0s};
  rotator::Quiet quiet{.watched_since = start};
  BOOST_TEST(rotator::judge_quiet(start + 59s, 1min, quiet).verdict == Judgement::fail);
  BOOST_TEST(rotator::judge_quiet(start + 60s, 1min, quiet).verdict == Judgement::pass);
  quiet.last_trouble = start + 30s;
  BOOST_TEST(rotator::judge_quiet(start + 60s, 1min, quiet).verdict == Judgement::fail);
  BOOST_TEST(rotator::judge_quiet(start + 90s, 1min, quiet).verdict == Judgement::pass);
  quiet.blind = true;
  BOOST_TEST(rotator::judge_quiet(start + 90s, 1min, quiet).verdict == Judgement::unknown);
  BOOST_TEST(rotator::judge_quiet(start, 0s, rotator::Quiet{}).verdict == Judgement::unknown);
}

BOOST_AUTO_TEST_CASE(only_a_pass_or_an_operators_switch_opens_a_gate) {
  rotator::GateResult result{.verdict = Judgement::unknown};
  BOOST_TEST(!result.open());
  result.disabled = true;
  BOOST_TEST(result.open());
}

BOOST_AUTO_TEST_CASE(the_value_is_read_from_one_line_and_from_no_two) {
  const auto value = [](const char* text) {
    const auto found = rotator::rendered_value(ports::Secret(std::string(text)), "KEY");
    return found ? std::string(found->reveal_to_wire()) : std::string("none");
  };
  BOOST_TEST(value("KEY=abc\n") == "abc");
  BOOST_TEST(value("OTHER=1\nexport KEY=\"a=b c\"\r\n") == "a=b c");
  BOOST_TEST(value("KEY='x'") == "x");
  BOOST_TEST(value("KEYS=abc\n") == "none");
  BOOST_TEST(value("KEY=\n") == "none");
  BOOST_TEST(value("KEY=a\nKEY=b\n") == "none");
  BOOST_TEST(value("") == "none");
}

BOOST_AUTO_TEST_SUITE_END()
