// The commands of `rehearse`, as a CI job sees them.
#include "scenarios/commands.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "scenarios/scenario.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(commands)

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "commands-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string good = "purpose: A test.\nsource: This test.\nrotation: {window: 10m}\n";

}  // namespace

BOOST_AUTO_TEST_CASE(one_bad_file_is_one_error_and_the_others_run) {
  const Folder folder;
  folder.write("a.yaml", good);
  folder.write("b.yaml", good + "lead: tomorrow\n");
  folder.write("c.yaml", good);
  const std::string out = folder.path() + "/report.xml";
  const int code = scenarios::run_command(
      {.paths = {folder.path()},
       .common = {.output = scenarios::find_format("junit"), .output_file = out}});
  BOOST_TEST(code == scenarios::exit_configuration);
  const auto text = testing::read_file(out);
  BOOST_TEST(text.find("tests=\"3\" failures=\"0\" errors=\"1\"") != std::string::npos, text);
  BOOST_TEST(text.find("b.yaml:4: lead: 'tomorrow' is no duration") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(of_a_file_that_cannot_be_run_there_is_the_error_and_no_more) {
  const Folder folder;
  const auto file = folder.write("b.yaml", good + "lead: tomorrow\n");
  const std::string out = folder.path() + "/report";
  const auto told = [&](const char* form) {
    BOOST_TEST(scenarios::run_command(
                   {.paths = {file},
                    .details = true,
                    .common = {.output = scenarios::find_format(form), .output_file = out}}) ==
               scenarios::exit_configuration);
    return testing::read_file(out);
  };
  const auto text = told("text");
  BOOST_TEST(text.find("'tomorrow' is no duration") != std::string::npos, text);
  for (const char* empty : {"rotation:", "invariants:", "phase ", "replay:", "  0  "})
    BOOST_TEST(text.find(empty) == std::string::npos, text);
  const auto xml = told("junit");
  const std::string error = "'tomorrow' is no duration";
  // Once as the message, once as the text.
  BOOST_TEST(xml.find(error, xml.find(error, xml.find(error) + 1) + 1) == std::string::npos, xml);
  for (const char* empty : {"replay:", "seed", "unknown"})
    BOOST_TEST(xml.find(empty) == std::string::npos, xml);
}

BOOST_AUTO_TEST_CASE(the_columns_of_a_sweep_have_names_of_their_own) {
  const Folder folder;
  const auto file = folder.write("a.yaml", good + "policies: {timer: {operator: [{wait: 1s}]}}\n");
  for (const char* wrong : {"timer,timer", "guarded,timer,guarded", ",timer"})
    BOOST_TEST(scenarios::sweep_command({.path = file,
                                         .windows = "10m",
                                         .policies = wrong,
                                         .seeds = 1,
                                         .common = {.output = scenarios::find_format("json"),
                                                    .output_file = folder.path() + "/out"}}) ==
                   scenarios::exit_usage,
               wrong);
}

BOOST_AUTO_TEST_CASE(the_name_that_a_table_gives_the_scenarios_own_driver_is_understood) {
  const Folder folder;
  const auto file = folder.write("a.yaml", good);
  BOOST_TEST(scenarios::run_command({.paths = {file},
                                     .policy = scenarios::own_policy,
                                     .common = {.output = scenarios::find_format("json"),
                                                .output_file = folder.path() + "/out"}}) ==
             scenarios::exit_as_expected);
}

BOOST_AUTO_TEST_CASE(a_seed_of_the_command_line_stands_for_the_scenarios_own_even_when_it_is_zero) {
  const Folder folder;
  const auto file = folder.write("a.yaml", good + "seed: 5\n");
  const std::string out = folder.path() + "/report.json";
  const auto seed = [&](std::optional<std::uint64_t> given) {
    BOOST_TEST(scenarios::run_command(
                   {.paths = {file},
                    .seed = given,
                    .common = {.output = scenarios::find_format("json"), .output_file = out}}) ==
               scenarios::exit_as_expected);
    const auto text = testing::read_file(out);
    const auto at = text.find("\"seed\": ");
    BOOST_REQUIRE(at != std::string::npos);
    return text[at + 8];
  };
  BOOST_TEST(seed({}) == '5');
  BOOST_TEST(seed(0) == '0');
}

BOOST_AUTO_TEST_SUITE_END()
