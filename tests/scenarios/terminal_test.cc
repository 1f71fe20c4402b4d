#include "scenarios/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "scenarios/report.h"
#include "scenarios/sweep.h"

namespace {

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal)

BOOST_AUTO_TEST_CASE(parts_lines_at_spaces_and_leaves_long_words_whole) {
  BOOST_TEST(scenarios::wrapped("", 0, 2) == "");
  BOOST_TEST(scenarios::wrapped("short and good", 0, 2) == "short and good");
  const std::string word(30, 'w');
  BOOST_TEST(scenarios::wrapped(word + " " + word + " " + word, 10, 4) ==
             word + " " + word + "\n    " + word);
  const std::string giant(200, 'g');
  BOOST_TEST(scenarios::wrapped("a " + giant + " b", 0, 2) == "a\n  " + giant + "\n  b");
  BOOST_TEST(scenarios::wrapped("one\n" + word, 70, 4) == "one\n" + word);
}

BOOST_AUTO_TEST_CASE(a_table_holds_in_eighty_columns) {
  scenarios::Report report{.scenario = "field/gate_process_newer_than_file_off"};
  report.says = std::string(30, 's') + " " + std::string(60, 's');
  report.deviations = {std::string(50, 'd') + " " + std::string(60, 'd')};
  report.rotation.message = std::string(50, 'm') + " " + std::string(60, 'm');
  report.logins = {.tried = 1'234'567, .failed = 123'456};
  report.logins.by_cause = {{mocks::users::Cause::secret_not_propagated, 123'456}};
  report.phases = {{.phase = "overlap", .to_s = 123456.5, .logins = report.logins}};
  for (const bool expected : {true, false}) {
    report.as_expected = expected;
    BOOST_TEST(longest_line(scenarios::text_rows({report})) <= 80U);
    BOOST_TEST(longest_line(scenarios::text_documents({report})) <= 80U);
  }
}

BOOST_AUTO_TEST_CASE(policies_that_do_not_fit_side_by_side_are_put_below) {
  scenarios::SweepResult result{.seeds = 20};
  for (const char* const name : {"cutover", "timer", "guarded", "hand"})
    result.policies.push_back({.policy = name,
                               .points = {{.window = std::chrono::minutes(5),
                                           .runs = 20,
                                           .failed = 20 * 2131,
                                           .mean = 2131,
                                           .low = 2100,
                                           .high = 2150,
                                           .expected = 2140}}});
  const auto table = scenarios::sweep_table(result);
  const std::string gap(std::string("2131 [2100, 2150] ~ 2140").size() - 7, ' ');
  BOOST_TEST(longest_line(table) <= 80U);
  BOOST_TEST(table.find("window  cutover" + gap + "  timer\n") != std::string::npos);
  BOOST_TEST(table.find("window  guarded" + gap + "  hand\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(paints_verdicts_and_nothing_else) {
  BOOST_TEST(scenarios::painted("guide/pass  1  pass\n") == "guide/pass  1  \033[32mpass\033[0m\n");
  BOOST_TEST(scenarios::painted("x  fail, expected") == "x  \033[33mfail, expected\033[0m");
  BOOST_TEST(scenarios::painted("x  deviates") == "x  \033[31mdeviates\033[0m");
  BOOST_TEST(scenarios::painted("deviates: it passed") == "\033[31mdeviates:\033[0m it passed");
  BOOST_TEST(scenarios::painted("they pass\n\nby\n") == "they pass\n\nby\n");
}

BOOST_AUTO_TEST_CASE(a_terminal_takes_colour_unless_somebody_wishes_none) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  BOOST_REQUIRE(terminal >= 0);
  BOOST_TEST(scenarios::takes_colour(terminal, {.type = "xterm"}));
  BOOST_TEST(!scenarios::takes_colour(terminal, {.no_colour = "1", .type = "xterm"}));
  BOOST_TEST(!scenarios::takes_colour(terminal, {.type = "dumb"}));
  close(terminal);
}

BOOST_AUTO_TEST_CASE(a_pipe_takes_no_colour) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  BOOST_TEST(!scenarios::takes_colour(ends[1], {.type = "xterm"}));
  close(ends[0]);
  close(ends[1]);
}

BOOST_AUTO_TEST_SUITE_END()
