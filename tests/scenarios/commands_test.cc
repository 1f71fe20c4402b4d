// The commands of `rehearse`, as a CI job sees them.
#include "scenarios/commands.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

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
