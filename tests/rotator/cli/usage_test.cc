// Command lines that cannot be understood, and what is said of them.
#include "rotator/cli/usage.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/rotator/cli/captured.h"

BOOST_AUTO_TEST_SUITE(usage)

namespace {

struct Said {
  std::optional<int> ends = {};
  std::string errors = {};
  std::string output = {};
};

Said parse(std::vector<const char*> arguments,
           rotator::Commands commands = rotator::Commands::at_most_one) {
  CLI::App app("A program.", "tool");
  app.set_version_flag("--version", "tool 1");
  std::string file;
  int seeds = 0;
  auto* sweep = app.add_subcommand("sweep", "Sweep.");
  sweep->add_option("file", file, "A file.");
  sweep->add_option("--seeds", seeds, "How many.")->check(CLI::Range(1, 9));
  app.add_subcommand("run", "Run.");
  arguments.insert(arguments.begin(), "tool");
  Said said;
  const testing::Captured output(STDOUT_FILENO);
  const testing::Captured errors(STDERR_FILENO);
  said.ends = rotator::parse_command_line(app, static_cast<int>(arguments.size()), arguments.data(),
                                          commands);
  said.output = output.text();
  said.errors = errors.text();
  return said;
}

void check_refused(const Said& said, const std::string& sentence) {
  BOOST_TEST((said.ends == rotator::exit_usage));
  BOOST_TEST(said.errors == "tool: " + sentence + "; see tool --help\n");
  BOOST_TEST(said.output == "");
}

}  // namespace

BOOST_AUTO_TEST_CASE(goes_on_when_all_is_understood) {
  BOOST_TEST(!parse({}).ends.has_value());
  BOOST_TEST(!parse({"sweep", "a.yaml", "--seeds", "3"}).ends.has_value());
}

BOOST_AUTO_TEST_CASE(says_what_a_wrong_word_was_meant_to_be) {
  check_refused(parse({"sweeep"}),
                "there is no command 'sweeep'; did you mean 'sweep'?; known are sweep, run");
  check_refused(parse({"sweep", "--sedes=4"}),
                "there is no option '--sedes'; did you mean '--seeds'?");
  check_refused(parse({"sweep", "--frobnicate"}), "there is no option '--frobnicate'");
  check_refused(parse({"sweep", "a.yaml", "b.yaml"}), "'b.yaml' is one word too many");
}

BOOST_AUTO_TEST_CASE(takes_one_command_at_a_time) {
  check_refused(parse({"sweep", "a.yaml", "run"}), "one command at a time: 'sweep' or 'run'");
  check_refused(parse({}, rotator::Commands::one), "say which command: one of sweep, run");
}

BOOST_AUTO_TEST_CASE(passes_on_why_a_value_is_wrong) {
  const auto said = parse({"sweep", "--seeds", "70"});
  BOOST_TEST((said.ends == rotator::exit_usage));
  BOOST_TEST(said.errors.starts_with("tool: --seeds: "), said.errors);
}

BOOST_AUTO_TEST_CASE(help_and_version_are_no_errors) {
  const auto version = parse({"--version"});
  BOOST_TEST((version.ends == 0));
  BOOST_TEST(version.output == "tool 1\n");
  BOOST_TEST((parse({"sweep", "--help"}).ends == 0));
}

BOOST_AUTO_TEST_SUITE_END()
