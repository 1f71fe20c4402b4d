#include "mocks/read_json.h"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/mocks/some_json.h"

namespace mocks {

BOOST_AUTO_TEST_SUITE(read_json_suite)

namespace {

using nlohmann::json;

void check_like_the_library(const std::string& text) {
  BOOST_TEST(printed(read_json(text)) == printed(json::parse(text, nullptr, false)), text);
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_is_read_as_the_library_reads_it) {
  BOOST_TEST(rc::check("round trip", [] {
    const auto text = printed(some_json(3));
    RC_ASSERT(printed(read_json(text)) == printed(json::parse(text, nullptr, false)));
  }));
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_discarded_as_the_library_does) {
  BOOST_TEST(rc::check("one byte off", [] {
    auto text = printed(some_json(3));
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = *rc::gen::arbitrary<char>();
    RC_ASSERT(printed(read_json(text)) == printed(json::parse(text, nullptr, false)));
  }));
}

BOOST_AUTO_TEST_CASE(corners_are_read_as_the_library_reads_them) {
  const std::vector<std::string> texts = {"",
                                          " ",
                                          "null",
                                          "{",
                                          "{}x",
                                          "[1,]",
                                          "\xEF\xBB\xBF{}",
                                          R"({"a":1,"a":2})",
                                          "-0",
                                          "0",
                                          "1.0",
                                          "1e3",
                                          "1e400",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "-9223372036854775808",
                                          "-9223372036854775809",
                                          "123456789012345678901234567890",
                                          "0.1",
                                          "5e-324",
                                          "nul",
                                          "NaN",
                                          R"("\ud83d\ude00")",
                                          R"("\ud83d")",
                                          R"("\ude00")",
                                          R"("\uDE00")",
                                          R"("\u0000")",
                                          "\"\xff\"",
                                          "\"\t\"",
                                          "01",
                                          "+1",
                                          ".5",
                                          "1.",
                                          "{\"a\":1}{\"b\":2}",
                                          "// c\n1",
                                          std::string("{}\0", 3)};
  for (const auto& text : texts) check_like_the_library(text);
  // Deeper than simdjson goes.
  check_like_the_library(std::string(2000, '[') + std::string(2000, ']'));
  check_like_the_library(std::string(2000, '['));
}

BOOST_AUTO_TEST_CASE(a_text_needs_no_room_behind_its_end) {
  const std::string text = R"({"a":[1,2,{"b":"c"}]}   )";
  const std::vector<char> exact(text.begin(), text.end());
  BOOST_TEST(printed(read_json({exact.data(), exact.size()})) == R"({"a":[1,2,{"b":"c"}]})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace mocks
