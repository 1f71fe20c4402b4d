// What nobody uses: a header that no one includes, a function that no one calls. What only its own
// tests use is dead too: it would be kept alive for the sake of the tests.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/sources.h"

BOOST_AUTO_TEST_SUITE(dead_matter)

namespace {

using tidy::SourceFile;

bool is_test(const std::string& path) { return path.starts_with("tests/"); }

// Headers that no file but their own source includes, and, of ours, no file but tests.
std::vector<std::string> headers_without_reader(const std::vector<SourceFile>& files) {
  std::set<std::string> read;
  for (const auto& file : files)
    for (const auto& included : tidy::includes_of(file))
      if (tidy::stem_of(file.path) != tidy::stem_of(included) &&
          (!is_test(file.path) || is_test(included)))
        read.insert(included);
  std::vector<std::string> all;
  for (const auto& file : files)
    if (file.path.ends_with(".h") && !read.contains(file.path)) all.push_back(file.path);
  return all;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

const std::set<std::string_view> keywords = {"alignas", "requires", "noexcept", "decltype",
                                             "sizeof"};

// One name in a text, and whether an opening parenthesis follows it.
struct Mention {
  std::string_view name = {};
  std::size_t at = 0;
  bool called = false;
};

std::vector<Mention> mentions_in(std::string_view code) {
  std::vector<Mention> all;
  for (std::size_t at = 0; at < code.size();) {
    if (!is_word(code[at])) {
      ++at;
      continue;
    }
    auto end = at;
    while (end < code.size() && is_word(code[end])) ++end;
    const auto name = code.substr(at, end - at);
    const auto next = code.find_first_not_of(" \n", end);
    if (std::islower(static_cast<unsigned char>(name.front())) != 0 && !keywords.contains(name))
      all.push_back({name, at, next != std::string_view::npos && code[next] == '('});
    at = end;
  }
  return all;
}

// In a header a name before a parenthesis is declared when a type stands before it.
bool declared_in_header(std::string_view code, std::size_t at) {
  static const std::set<std::string_view> no_types = {
      "return", "else", "case",     "throw", "new",    "delete", "and",
      "or",     "not",  "operator", "if",    "struct", "class"};
  const auto last = at == 0 ? std::string_view::npos : code.find_last_not_of(" \n", at - 1);
  if (last == std::string_view::npos) return false;
  const auto before = code.substr(0, last + 1);
  if (is_word(before.back())) {
    auto begin = last;
    while (begin > 0 && is_word(before[begin - 1])) --begin;
    return !no_types.contains(before.substr(begin));
  }
  if (before.ends_with("->") || before.ends_with("&&")) return false;
  return before.back() == '>' || before.back() == '&' || before.back() == '*' ||
         before.back() == ']';
}

// In a source a definition begins at the margin, with the first name before a parenthesis.
bool defined_in_source(std::string_view code, const Mention& mention,
                       std::size_t& line_of_last_definition) {
  const auto newline = code.rfind('\n', mention.at);
  const auto begin = newline == std::string_view::npos ? 0 : newline + 1;
  if (std::isspace(static_cast<unsigned char>(code[begin])) != 0) return false;
  if (begin == line_of_last_definition) return false;
  line_of_last_definition = begin;
  return true;
}

// Functions that a header of the rooms declares, and that nothing but tests mentions elsewhere;
// with the header.
std::map<std::string, std::string> functions_without_caller(const std::vector<SourceFile>& files) {
  std::map<std::string, std::string> declared;
  std::set<std::string> used;
  for (const auto& file : files) {
    if (is_test(file.path)) continue;
    const bool header = file.path.ends_with(".h");
    const auto code = tidy::code_of(file.text);
    auto line = std::string_view::npos;
    for (const auto& mention : mentions_in(code)) {
      if (header && mention.called && declared_in_header(code, mention.at))
        declared.emplace(mention.name, file.path);
      else if (header || !mention.called || !defined_in_source(code, mention, line))
        used.emplace(mention.name);
    }
  }
  std::erase_if(declared, [&](const auto& one) { return used.contains(one.first); });
  return declared;
}

// What only tests call, and why it stays.
const std::map<std::string, std::string>& allowed() {
  static const std::string hand = "the test's hand on a mock";
  static const std::string eye = "the test's look at what it cannot see otherwise";
  static const std::map<std::string, std::string> all = {
      {"app_exited", hand},    {"certificate_pem", eye},      {"fail_pod", hand},
      {"fate_of", hand},       {"forget_history", hand},      {"injector_default", eye},
      {"issue_token", hand},   {"jump_wall", hand},           {"live_tokens", eye},
      {"pick", eye},           {"random_plan", hand},         {"refreshes", eye},
      {"revoke_tokens", hand}, {"set_empty", hand},           {"set_file", hand},
      {"set_plan", hand},      {"signing_key_is_sound", eye}, {"stacks_mapped", eye},
      {"unseal_key", eye},
  };
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_header_is_included_by_more_than_its_source_and_its_test) {
  for (const auto& path : headers_without_reader(tidy::sources()))
    BOOST_TEST(false, "nobody includes " + path);
}

BOOST_AUTO_TEST_CASE(every_function_is_called_by_more_than_tests) {
  const auto found = functions_without_caller(tidy::sources());
  for (const auto& [name, header] : found)
    BOOST_TEST(allowed().contains(name),
               header + " declares " + name + ", which nobody calls but tests: remove it");
  for (const auto& [name, why] : allowed())
    BOOST_TEST(found.contains(name), name + " needs to be allowed no longer");
}

BOOST_AUTO_TEST_CASE(sees_a_header_that_only_its_source_and_its_test_include) {
  const std::vector<SourceFile> files = {{"mocks/x.h", ""},
                                         {"mocks/x.cc", "#include \"mocks/x.h\"\n"},
                                         {"tests/mocks/x_test.cc", "#include \"mocks/x.h\"\n"},
                                         {"mocks/y.h", ""},
                                         {"mocks/z.cc", "#include \"mocks/y.h\"\n"}};
  BOOST_TEST(headers_without_reader(files) == std::vector<std::string>{"mocks/x.h"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(sees_a_function_that_only_tests_call) {
  const std::vector<SourceFile> files = {
      {"mocks/x.h",
       "class X {\n public:\n  int used() const;\n  void lonely();  // lonely() is lonely\n"
       "  bool inlined() const { return true; }\n  std::string& shown() { return text(); }\n"},
      {"mocks/x.cc",
       "int X::used() const { return helper(1); }\nvoid X::lonely() {\n  used();\n}\n"
       "int helper(int) { return shown(); }\n"},
      {"tests/mocks/x_test.cc", "x.lonely(); x.inlined();\n"}};
  const auto found = functions_without_caller(files);
  BOOST_TEST(found.size() == 2U);
  BOOST_TEST(found.contains("lonely"));
  BOOST_TEST(found.contains("inlined"));
}

BOOST_AUTO_TEST_SUITE_END()
