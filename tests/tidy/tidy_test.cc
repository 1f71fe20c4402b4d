// The style that a machine can hold: who may include whom, which calls only the port
// implementations may make, and that every header compiles alone in intent (it includes what it is
// for and guards itself). Each rule names its replacement.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "tests/tidy/sources.h"

BOOST_AUTO_TEST_SUITE(tidy)

namespace {

namespace fs = std::filesystem;
using ::tidy::code_of;
using ::tidy::includes_of;
using ::tidy::sources;
using ::tidy::starts_with_any;

struct IncludeRule {
  std::string who;               // files below this
  std::vector<std::string> may;  // may include ours from these only
};

// The first that matches a file holds.
const std::vector<IncludeRule> include_rules = {
    {"rotator/ports/", {"rotator/ports/"}},
    {"rotator/", {"rotator/"}},
    {"mocks/", {"mocks/", "rotator/ports/"}},
    {"scenarios/", {"scenarios/", "mocks/", "rotator/"}},
    {"bench/", {"bench/", "scenarios/", "mocks/", "rotator/"}},
    {"tests/", {"tests/", "scenarios/", "mocks/", "rotator/"}},
};

struct Ban {
  std::regex what;
  std::string instead;
  std::vector<std::string> allowed_in;
};

const std::vector<Ban>& bans() {
  static const std::vector<Ban> all = {
      {std::regex(R"((steady_clock|system_clock|high_resolution_clock)::now)"),
       "ports::Clock or mocks::Scheduler",
       {"rotator/ports/system_", "mocks/wire/"}},
      {std::regex(R"(\b(clock_gettime|gettimeofday|std::time)\s*\()"),
       "ports::Clock or mocks::Scheduler",
       {"rotator/ports/system_", "mocks/wire/"}},
      {std::regex(R"(this_thread::sleep|\busleep\s*\(|\bnanosleep\s*\()"),
       "ports::Clock::sleep_until, or wait for the event",
       {"rotator/ports/system_", "mocks/wire/"}},
      {std::regex(R"(\b(random_device|mt19937|RAND_bytes|getrandom|srand)\b)"),
       "ports::Random or mocks::sim::Draws",
       {"rotator/ports/system_"}},
      {std::regex(R"(std::\w+_distribution\b)"), "mocks::sim::Draws or mocks/sim/poisson.h", {}},
      {std::regex(R"(\bsocket\s*\(|httplib::|asio::|beast::)"),
       "ports::HttpClient or mocks::wire::Server",
       {"rotator/ports/system_", "mocks/wire/", "tests/rotator/ports/", "tests/mocks/wire/",
        "tests/contract/raw_peer.h", "tests/wire/", "bench/bench_wire"}},
      {std::regex(R"(<simdjson\.h>)"),
       "rotator/calls/json_view.h or mocks/json_view.h",
       {"rotator/calls/json_view.cc", "mocks/json_view.cc"}},
      {std::regex(R"(\bgetenv\s*\()"),
       "values handed in by main",
       {"rotator/cli/main.cc", "scenarios/main.cc", "tests/conformance/served_world.cc"}},
      {std::regex(R"(using namespace (?!std::(\w+::)*\w*literals;))"), "qualified names", {}},
      {std::regex(R"(\bcatch\s*\(\s*\.\.\.\s*\))"),
       "the exception that the third party throws (a fiber is ended by one of its own)",
       {"rotator/cli/main.cc", "scenarios/main.cc", "mocks/wire/", "rotator/ports/system_",
        "mocks/sim/fiber"}},
  };
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(includes_only_from_the_rooms_that_a_room_may_know) {
  for (const auto& file : sources()) {
    const auto rule = std::find_if(include_rules.begin(), include_rules.end(),
                                   [&](const auto& r) { return file.path.starts_with(r.who); });
    BOOST_REQUIRE(rule != include_rules.end());
    for (const auto& included : includes_of(file)) {
      BOOST_TEST(starts_with_any(included, rule->may), file.path + " includes " + included);
      BOOST_TEST(
          fs::exists(fs::path(OVERLAP_SOURCE_DIR) / included),
          file.path + " includes " + included + ", which is not a path from the project's root");
    }
  }
}

BOOST_AUTO_TEST_CASE(calls_clocks_sleep_entropy_and_sockets_only_in_the_port_implementations) {
  for (const auto& file : sources()) {
    if (file.path == "tests/tidy/tidy_test.cc") continue;
    const std::string code = code_of(file.text);
    for (const auto& ban : bans()) {
      if (starts_with_any(file.path, ban.allowed_in)) continue;
      std::smatch hit;
      const bool found = std::regex_search(code, hit, ban.what);
      BOOST_TEST(!found, file.path + " has '" + (found ? hit.str() : "") + "': use " + ban.instead);
    }
  }
}

// A body takes its subject alone; one that is named only where it is defined is never run.
BOOST_AUTO_TEST_CASE(runs_every_body_of_a_contract) {
  static const std::regex body(R"(inline void (\w+)\([^,()]+\) \{)");
  int bodies = 0;
  for (const auto& file : sources()) {
    if (!file.path.starts_with("tests/contract/") || !file.path.ends_with("_contract.h")) continue;
    for (std::sregex_iterator it(file.text.begin(), file.text.end(), body), end; it != end; ++it) {
      const std::string name = (*it)[1];
      const std::regex uses("\\b" + name + "\\b");
      const auto times = std::distance(
          std::sregex_iterator(file.text.begin(), file.text.end(), uses), std::sregex_iterator());
      BOOST_TEST(times > 1, file.path + " defines " + name + " and lists it nowhere");
      ++bodies;
    }
  }
  BOOST_TEST(bodies > 0);
}

BOOST_AUTO_TEST_CASE(guards_and_explains_every_header) {
  for (const auto& file : sources()) {
    if (!file.path.ends_with(".h")) continue;
    BOOST_TEST(file.text.find("#pragma once") != std::string::npos,
               file.path + " has no #pragma once");
    BOOST_TEST(file.text.starts_with("//"), file.path + " does not open with what it is");
  }
}

BOOST_AUTO_TEST_CASE(includes_its_own_header_first) {
  for (const auto& file : sources()) {
    if (!file.path.ends_with(".cc")) continue;
    const std::string header = file.path.substr(0, file.path.size() - 3) + ".h";
    if (!fs::exists(fs::path(OVERLAP_SOURCE_DIR) / header)) continue;
    const auto first = file.text.find("#include");
    BOOST_REQUIRE(first != std::string::npos);
    BOOST_TEST(file.text.compare(first, header.size() + 11, "#include \"" + header + "\"") == 0,
               file.path + " does not include " + header + " first");
  }
}

BOOST_AUTO_TEST_CASE(keeps_files_readable_in_one_sitting) {
  constexpr std::ptrdiff_t most_lines = 700;
  for (const auto& file : sources()) {
    const auto lines = std::count(file.text.begin(), file.text.end(), '\n');
    BOOST_TEST(lines <= most_lines,
               file.path + " has " + std::to_string(lines) + " lines: split it by noun");
  }
}

BOOST_AUTO_TEST_CASE(keeps_json_out_of_public_headers) {
  for (const auto& file : sources()) {
    if (!file.path.ends_with(".h") || !starts_with_any(file.path, {"rotator/", "mocks/"})) continue;
    if (file.path.find("_json.h") != std::string::npos)
      continue;  // a room's own, included by its .cc files only
    BOOST_TEST(file.text.find("nlohmann/json.hpp") == std::string::npos,
               file.path + " includes nlohmann/json.hpp");
  }
}

BOOST_AUTO_TEST_SUITE_END()
