// `rehearse explore` as it is called.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <iostream>
#include <nlohmann/json.hpp>
#include <streambuf>
#include <utility>

#include "scenarios/explore_command.h"
#include "tests/scenarios/called.h"

BOOST_AUTO_TEST_SUITE(explore_command)

namespace {

const std::string scenario =
    std::string(OVERLAP_SOURCE_DIR) + "/scenarios/guide/zero_downtime.yaml";

using testing::Called;
using testing::has;

Called call(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"explore", scenario.c_str()});
  return testing::rehearse(std::move(arguments));
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_found_is_exit_code_0_and_a_sentence) {
  const auto called =
      call({"--exhaustive", "1", "--calls", "PATCH *", "--kinds", "refuse", "--threads", "1"});
  BOOST_TEST(called.code == scenarios::exit_as_expected);
  BOOST_TEST(has(called.output, "no login was lost, no invariant broken"), called.output);
}

BOOST_AUTO_TEST_CASE(a_run_alone_tells_its_plan_and_what_happened_last) {
  const auto one = call({"--seed", "3", "--plan", "[{kind: refuse, caller: rotator, nth: 5}]"});
  BOOST_TEST(one.code == scenarios::exit_as_expected);
  BOOST_TEST(has(one.output, "- {kind: refuse, caller: \"rotator\", nth: 5}"), one.output);
  BOOST_TEST(has(one.output, "fault fired refuse"), one.output);
  BOOST_TEST(has(one.output, "ended done in confirm"), one.output);
  const auto drawn = call({"--seed", "3", "--output", "json"});
  const auto document = nlohmann::json::parse(drawn.output);
  BOOST_TEST(document["seed"] == 3);
  BOOST_TEST(!document["plan"].empty());
  BOOST_TEST(document["wrong"].is_null());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_told) {
  for (const auto& wrong : std::vector<std::vector<const char*>>{{"--seeds", "7..3"},
                                                                 {"--seeds", "some"},
                                                                 {"--for", "a while"},
                                                                 {"--kinds", "nonsense"},
                                                                 {"--calls", "BREW *"},
                                                                 {"--exhaustive", "3"},
                                                                 {"--seed", "1", "--plan", "x"},
                                                                 {"--plan", "[]"}}) {
    const auto called = call(wrong);
    BOOST_TEST(called.code == scenarios::exit_usage, wrong[0] << " " << wrong[1]);
    BOOST_TEST(!called.errors.empty());
  }
}

BOOST_AUTO_TEST_CASE(sigterm_is_exit_code_130_and_what_was_found_is_printed) {
  // Sent by the exploration itself, as it tells how far it is.
  class Killer final : public std::streambuf {
    int overflow(int c) override {
      if (!std::exchange(raised_, true)) std::raise(SIGTERM);
      return c;
    }
    bool raised_ = false;
  };
  const testing::Captured output(STDOUT_FILENO);
  Killer killer;
  auto* const kept = std::cerr.rdbuf(&killer);
  const int code =
      scenarios::explore_command({.path = scenario,
                                  .seeds = "1..100000",
                                  .common = {.output = scenarios::find_format("json"),
                                             .progress = scenarios::ProgressForm::bar}});
  std::cerr.rdbuf(kept);
  BOOST_TEST(code == scenarios::exit_interrupted);
  BOOST_TEST(nlohmann::json::parse(output.text())["interrupted"] == true);
}

BOOST_AUTO_TEST_SUITE_END()
