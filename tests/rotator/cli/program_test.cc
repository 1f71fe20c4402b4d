// The program as it is called: exit codes, what goes to which stream, and metrics of what could not
// even begin. No system is reached.
#include "rotator/cli/program.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "tests/rotator/cli/captured.h"

BOOST_AUTO_TEST_SUITE(program)

namespace {

struct Called {
  int code = 0;
  std::string output = {};
  std::string errors = {};
};

Called call(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "rotator");
  Called called;
  const testing::Captured output(STDOUT_FILENO);
  const testing::Captured errors(STDERR_FILENO);
  called.code = rotator::run_program(static_cast<int>(arguments.size()), arguments.data(),
                                     rotator::Environment{});
  called.output = output.text();
  called.errors = errors.text();
  return called;
}

// A folder of its own, gone at the end.
struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rotator-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name, const std::string& text = {}) const {
    if (!text.empty()) std::ofstream(path / name) << text;
    return (path / name).string();
  }
};

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tells_its_version) {
  const auto called = call({"--version"});
  BOOST_TEST(called.code == 0);
  BOOST_TEST(called.output.starts_with("rotator 0."), called.output);
}

BOOST_AUTO_TEST_CASE(says_what_a_wrong_command_was_meant_to_be) {
  const auto called = call({"runn"});
  BOOST_TEST(called.code == 64);
  BOOST_TEST(
      has(called.errors, "there is no command 'runn'; did you mean 'run'?; known are plan, "),
      called.errors);
  BOOST_TEST(call({}).code == 64);
  BOOST_TEST(call({"run", "resume"}).code == 64);
  BOOST_TEST(call({"run", "--bogus"}).code == 64);
}

BOOST_AUTO_TEST_CASE(takes_what_a_leaked_secret_needs_from_the_command_line) {
  const Folder folder;
  const auto file = folder.file("rotation.yaml", R"(identity_provider:
  url: https://example.okta.com
  client_id: 0oaexample
vault:
  address: https://vault.example:8200
kubernetes:
  deployment: portal-backend
  container: portal
)");
  const auto plan = [&](std::vector<const char*> more) {
    more.insert(more.begin(), {"plan", "-c", file.c_str(), "--log", "text"});
    return call(more);
  };
  const auto alone = plan({"--max-exposure", "90s"});
  BOOST_TEST(alone.code == 65);
  BOOST_TEST(has(alone.errors, "add --strategy emergency"), alone.errors);
  const auto number = plan({"--strategy", "emergency", "--max-exposure", "90"});
  BOOST_TEST(number.code == 65);
  BOOST_TEST(has(number.errors, "--max-exposure: '90' is no duration"), number.errors);
  // Both are taken: what is missing next is the token.
  const auto both = plan({"--strategy", "emergency", "--max-exposure", "90s"});
  BOOST_TEST(has(both.errors, "no Vault token"), both.errors);
  BOOST_TEST(plan({"--strategy", "hope"}).code == 64);
}

BOOST_AUTO_TEST_CASE(a_configuration_that_is_wrong_is_told_in_the_metrics) {
  const Folder folder;
  const auto metrics =
      folder.file("rotator.prom", "rotator_last_success_timestamp_seconds{client_id=\"0oa\"} 7\n");
  const auto configuration = folder.file("rotation.yaml", "rotaton: {}\n");
  const auto called = call(
      {"run", "-c", configuration.c_str(), "--metrics-file", metrics.c_str(), "--log", "text"});
  BOOST_TEST(called.code == 65);
  BOOST_TEST(called.errors.starts_with("rotator: " + configuration + ":1: "), called.errors);
  BOOST_TEST(has(called.errors, "did you mean 'rotation'?"), called.errors);
  const auto text = content(metrics);
  BOOST_TEST(has(text, "rotator_last_exit_code{client_id=\"0oa\",outcome=\"misconfigured\"} 65\n"),
             text);
  BOOST_TEST(has(text, "rotator_last_success_timestamp_seconds{client_id=\"0oa\"} 7\n"), text);
}

BOOST_AUTO_TEST_CASE(metrics_that_cannot_be_written_are_an_error_before_anything_is_changed) {
  const Folder folder;
  const auto nowhere = folder.file("no/such/rotator.prom");
  const auto called = call({"run", "-c", "no-such.yaml", "--metrics-file", nowhere.c_str()});
  BOOST_TEST(called.code == 65);
  BOOST_TEST(has(called.errors, nowhere + " cannot be written"), called.errors);
  BOOST_TEST(!has(called.errors, "no-such.yaml"), called.errors);
}

BOOST_AUTO_TEST_CASE(metrics_take_the_place_of_no_device_and_no_folder) {
  const Folder folder;
  const auto device = folder.file("device");
  std::filesystem::create_symlink("/dev/null", device);
  const auto inner = folder.file("inner");
  std::filesystem::create_directory(inner);
  for (const auto& path : {device, inner}) {
    const auto called = call({"run", "-c", "no-such.yaml", "--metrics-file", path.c_str()});
    BOOST_TEST(called.code == 65);
    BOOST_TEST(has(called.errors, path + " is no regular file"), called.errors);
    BOOST_TEST(!has(called.errors, "no-such.yaml"), called.errors);
    BOOST_TEST(!std::filesystem::exists(path + ".new"));
  }
  BOOST_TEST(std::filesystem::is_symlink(device));
}

BOOST_AUTO_TEST_CASE(errors_are_lines_of_json_where_the_log_is) {
  const auto called = call({"plan", "-c", "no-such.yaml", "--log", "json", "--output", "json"});
  BOOST_TEST(called.code == 65);
  const auto line = nlohmann::json::parse(called.errors);
  BOOST_TEST(line["level"] == "error");
  BOOST_TEST(line["message"] == "no-such.yaml: cannot be read; check the path and its permissions");
  BOOST_TEST(nlohmann::json::parse(called.output)["error"]["code"] == "configuration");
}

BOOST_AUTO_TEST_CASE(a_wrong_option_is_told_in_the_form_of_the_output) {
  const auto typo = call({"run", "--ouptut", "json"});
  BOOST_TEST(typo.code == 64);
  BOOST_TEST(has(typo.errors, "there is no option '--ouptut'; did you mean '--output'?"),
             typo.errors);
  BOOST_TEST(typo.output.empty(), typo.output);
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"run", "--bogus", "--output", "json"},
        {"runn", "-o", "json"},
        {"-ojson"},
        {"plan", "--output=json", "--log", "loud"}}) {
    const auto called = call(arguments);
    BOOST_TEST(called.code == 64);
    const auto document = nlohmann::json::parse(called.output, nullptr, false);
    BOOST_REQUIRE_MESSAGE(!document.is_discarded(), called.output);
    BOOST_TEST(document["error"]["code"] == "usage");
    BOOST_TEST(has(called.errors, document["error"]["message"].get<std::string>()));
  }
}

BOOST_AUTO_TEST_CASE(what_a_file_says_never_paints_the_terminal) {
  const Folder folder;
  const auto configuration = folder.file("rotation.yaml", "\"\\e[31mred\": 1\n");
  const auto called = call({"plan", "-c", configuration.c_str(), "--log", "text"});
  BOOST_TEST(called.code == 65);
  BOOST_TEST(has(called.errors, "\\x1b[31mred"), called.errors);
  BOOST_TEST(!has(called.errors, "\033"));
}

BOOST_AUTO_TEST_SUITE_END()
