// The planted mistakes of tests/mutants can still be planted: what each replaces stands exactly
// once where it says, and the tests that are to notice it exist.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/tidy/sources.h"

BOOST_AUTO_TEST_SUITE(mutants)

namespace {

const tidy::SourceFile* source(const std::string& path) {
  const auto& files = tidy::sources();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const tidy::SourceFile& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// "test_rotator_idp:okta/sends_an_oauth_token_as_bearer": a case of a file below tests/rotator/idp.
bool exists(const std::string& notice) {
  const auto room = notice.substr(0, notice.find(':'));
  const auto name = notice.substr(notice.rfind('/') + 1);
  return std::any_of(tidy::sources().begin(), tidy::sources().end(),
                     [&](const tidy::SourceFile& file) {
                       auto folder = std::filesystem::path(file.path).parent_path().string();
                       std::replace(folder.begin(), folder.end(), '/', '_');
                       return "test_" + folder.substr(folder.find('_') + 1) == room &&
                              file.text.find(name + ")") != std::string::npos;
                     });
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_planted_mistake_can_be_planted_and_has_a_test_that_is_to_notice) {
  std::set<std::string> names;
  const std::filesystem::path folder = OVERLAP_SOURCE_DIR "/tests/mutants";
  for (const auto& list : std::filesystem::directory_iterator(folder)) {
    if (list.path().extension() != ".json") continue;
    std::ifstream in(list.path());
    for (const auto& mutant : nlohmann::json::parse(in)) {
      const auto name = mutant.at("name").get<std::string>();
      BOOST_TEST(names.insert(name).second, "two mistakes are called \"" << name << "\"");
      const auto* const file = source(mutant.at("file").get<std::string>());
      BOOST_REQUIRE_MESSAGE(file != nullptr, name << ": its file is gone");
      BOOST_TEST(times(file->text, mutant.at("from").get<std::string>()) == 1U,
                 "what \"" << name << "\" replaces does not stand exactly once in " << file->path);
      for (const auto& notice : mutant.at("notice"))
        BOOST_TEST(exists(notice.get<std::string>()),
                   name << ": there is no test " << notice.get<std::string>());
    }
  }
  BOOST_TEST(names.size() >= 60U);
}

BOOST_AUTO_TEST_SUITE_END()
