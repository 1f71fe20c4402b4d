// `rehearse` as it is called: what it does not understand, and how it ends when it is told to.
#include "scenarios/program.h"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <iostream>
#include <nlohmann/json.hpp>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/commands.h"
#include "scenarios/sweep.h"
#include "tests/scenarios/called.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(rehearse_program)

namespace {

using testing::has;

}  // namespace

BOOST_AUTO_TEST_CASE(tells_its_version) {
  const auto called = testing::rehearse({"--version"});
  BOOST_TEST(called.code == 0);
  BOOST_TEST(called.output.starts_with("rehearse 0."), called.output);
}

BOOST_AUTO_TEST_CASE(says_what_a_wrong_word_was_meant_to_be) {
  const auto command = testing::rehearse({"swep"});
  BOOST_TEST(command.code == scenarios::exit_usage);
  BOOST_TEST(has(command.errors, "there is no command 'swep'; did you mean 'sweep'?"),
             command.errors);
  for (const char* of : {"run", "replay", "sweep", "serve", "explore"}) {
    const auto option =
        testing::rehearse({of, "no.yaml", "--compresion", "--ouput=json", "--theads"});
    BOOST_TEST(option.code == scenarios::exit_usage);
    BOOST_TEST(has(option.errors, "there is no option '--compresion'"), option.errors);
  }
  BOOST_TEST(has(testing::rehearse({"run", "--ouput", "json"}).errors, "did you mean '--output'?"));
}

BOOST_AUTO_TEST_CASE(a_command_line_that_is_wrong_is_told_in_json_where_that_was_asked_for) {
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"run", "--output", "json", "--seed", "-1"},
        {"sweep", "x.yaml", "--bogus", "--output=json"},
        {"sweep", "--output", "json"}}) {
    const auto called = testing::rehearse(arguments);
    BOOST_TEST(called.code == scenarios::exit_usage);
    const auto document = nlohmann::json::parse(called.output, nullptr, false);
    BOOST_REQUIRE_MESSAGE(!document.is_discarded(), called.output);
    BOOST_TEST(document["error"]["code"] == "usage");
    BOOST_TEST(has(called.errors, document["error"]["message"].get<std::string>()));
  }
  BOOST_TEST(testing::rehearse({"run", "--seed", "-1"}).output.empty());
}

BOOST_AUTO_TEST_CASE(a_command_that_fails_says_so_in_json_where_that_is_asked_for) {
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"sweep", "/nowhere.yaml", "--output", "json"},
        {"run", "/nowhere", "--output=json"}}) {
    const auto called = testing::rehearse(arguments);
    BOOST_TEST(called.code == scenarios::exit_configuration);
    const auto document = nlohmann::json::parse(called.output, nullptr, false);
    BOOST_REQUIRE_MESSAGE(!document.is_discarded(), called.output);
    if (has(arguments.front(), "sweep")) BOOST_TEST(document["error"]["code"] == "configuration");
    BOOST_TEST(has(called.errors, "/nowhere"));
  }
}

BOOST_AUTO_TEST_CASE(a_scenario_of_the_library_is_found_by_the_name_that_a_report_gives_it) {
  for (const char* name : {"field/silent_no_op", "field/silent_no_op.yaml"}) {
    const auto called = testing::rehearse({"run", name});
    BOOST_TEST(called.code == scenarios::exit_as_expected, called.errors);
    BOOST_TEST(has(called.output, "\nfield/silent_no_op  "), called.output);
  }
  BOOST_TEST(testing::rehearse({"replay", "guide/login_loop"}).code == scenarios::exit_as_expected);
  BOOST_TEST(testing::rehearse(
                 {"sweep", "guide/window", "--window", "1m", "--seeds", "1", "--policies", "timer"})
                 .code == scenarios::exit_as_expected);
  const auto nobody = testing::rehearse({"run", "field/silent_noop"});
  BOOST_TEST(nobody.code == scenarios::exit_configuration);
  BOOST_TEST(has(nobody.errors, "field/silent_noop: cannot be read"), nobody.errors);
}

BOOST_AUTO_TEST_CASE(a_sweep_that_is_told_to_stop_ends_soon_and_without_a_result) {
  const auto scenario =
      scenarios::load_scenario(testing::in_project("scenarios/guide/window.yaml"));
  BOOST_REQUIRE(scenario.has_value());
  ports::StopSignal stop;
  int told = 0;
  const auto result = scenarios::sweep(*scenario, {.windows = {std::chrono::minutes(5)},
                                                   .policies = {"timer"},
                                                   .seeds = 1000,
                                                   .progress =
                                                       [&](double) {
                                                         ++told;
                                                         stop.request();
                                                       },
                                                   .stop = &stop});
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().code == ports::ErrorCode::interrupted));
  BOOST_TEST(told == 1);
  const auto answer = scenarios::answer_window(*scenario, {.stop = &stop});
  BOOST_REQUIRE(!answer.has_value());
  BOOST_TEST((answer.error().code == ports::ErrorCode::interrupted));
}

BOOST_AUTO_TEST_CASE(sigterm_to_a_sweep_is_exit_code_130) {
  // Sent by the run itself, at the first point that it reports.
  const testing::Captured output(STDOUT_FILENO);
  const testing::Captured errors(STDERR_FILENO);
  const auto path = testing::in_project("scenarios/guide/window.yaml");
  class Killer final : public std::streambuf {
    int overflow(int c) override {
      if (!std::exchange(raised_, true)) std::raise(SIGTERM);
      return c;
    }
    bool raised_ = false;
  };
  Killer killer;
  auto* const kept = std::cerr.rdbuf(&killer);
  const int code = scenarios::sweep_command({.path = path,
                                             .windows = "5m",
                                             .policies = "timer",
                                             .seeds = 1000,
                                             .common = {.progress = scenarios::ProgressForm::bar}});
  std::cerr.rdbuf(kept);
  BOOST_TEST(code == scenarios::exit_interrupted);
  BOOST_TEST(output.text().empty());
}

BOOST_AUTO_TEST_SUITE_END()
