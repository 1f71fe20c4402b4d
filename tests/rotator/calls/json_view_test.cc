#include "rotator/calls/json_view.h"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "rotator/calls/json_writer.h"

namespace rotator {

BOOST_AUTO_TEST_SUITE(json_view)

namespace {

using nlohmann::json;

JsonDocument parsed(std::string_view text) {
  auto document = JsonDocument::parse(text);
  BOOST_REQUIRE_MESSAGE(document.has_value(), std::string(text));
  return std::move(*document);
}

std::string written(JsonView value) {
  JsonWriter out;
  value.write(out);
  return out.take();
}

// The value as the general library reads it, asked for piece by piece.
json copy_of(JsonView value) {
  if (value.is_object()) {
    json object = json::object();
    for (auto at = value.begin(); at != value.end(); ++at)
      object[std::string(at.name())] = copy_of(*at);
    return object;
  }
  if (value.is_array()) {
    json array = json::array();
    for (const auto element : value) array.push_back(copy_of(element));
    return array;
  }
  if (value.is_text()) return value.text().value();
  if (value.is_flag()) return value.flag();
  if (const auto number = value.integer()) return *number;
  return json::parse(written(value));
}

// What the general library and we disagree on, knowingly: numbers beyond 64 bits, and a zero byte
// is no end to us.
bool beyond_comparison(const std::string& text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 2 || c == '\0') return true;
  }
  return false;
}

// JSON with all kinds of values in it, as text.
rc::Gen<std::string> any_json() {
  return rc::gen::exec([] {
    JsonWriter out;
    std::vector<bool> open;  // true for an object
    const auto begin_value = [&] {
      if (!open.empty() && open.back()) out.name(*rc::gen::arbitrary<std::string>());
    };
    const int steps = *rc::gen::inRange(1, 40);
    out.open_array();
    open.push_back(false);
    for (int i = 0; i < steps; ++i) {
      switch (*rc::gen::inRange(0, 7)) {
        case 0:
          begin_value();
          out.open_object();
          open.push_back(true);
          break;
        case 1:
          begin_value();
          out.open_array();
          open.push_back(false);
          break;
        case 2:
          if (open.size() == 1) break;
          open.back() ? out.close_object() : out.close_array();
          open.pop_back();
          break;
        case 3:
          begin_value();
          out.number(*rc::gen::arbitrary<std::int64_t>());
          break;
        case 4:
          begin_value();
          out.raw(*rc::gen::element<std::string>(" null", "true ", "\tfalse", "1.5e-3", "-0",
                                                 "\"\\u00e9\\ud83d\\ude00\\/\"", "\n{ }", "[\r]"));
          break;
        default: begin_value(); out.text(*rc::gen::arbitrary<std::string>());
      }
    }
    for (; !open.empty(); open.pop_back()) open.back() ? out.close_object() : out.close_array();
    return out.take();
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(reads_values_where_they_lie) {
  const std::string text =
      R"( {"name":"web","spec":{"replicas":4,"paused":true,"items":["a",{"b":-1.5},[]]},"none":null} )";
  const auto document = parsed(text);
  const JsonView root = document;
  BOOST_TEST(root.size() == 3U);
  BOOST_TEST(root.member("name").text().value() == "web");
  BOOST_TEST(root.member("name").says("web"));
  BOOST_TEST(!root.member("name").says("we"));
  BOOST_TEST(root.member({"spec", "replicas"}).integer().value() == 4);
  BOOST_TEST(root.member({"spec", "paused"}).flag());
  const auto items = root.member({"spec", "items"});
  BOOST_TEST(items.size() == 3U);
  BOOST_TEST(items.front().says("a"));
  BOOST_TEST(written(*++items.begin()) == R"({"b":-1.5})");
  BOOST_TEST(written((*++items.begin()).member("b")) == "-1.5");
  BOOST_TEST(!(*++items.begin()).member("b").integer().has_value());
  BOOST_TEST(written(root.member("name")) == "\"web\"");
  BOOST_TEST(written(root) == text.substr(1, text.size() - 2));
}

BOOST_AUTO_TEST_CASE(reads_what_is_absent_or_of_another_type_as_nothing) {
  const auto document = parsed(R"({"text":"x","list":[1],"none":null})");
  const JsonView root = document;
  BOOST_TEST(root.member("absent").is_null());
  BOOST_TEST(root.member("none").is_null());
  BOOST_TEST(root.member({"text", "deeper", "still"}).is_null());
  BOOST_TEST(root.member({"list", "0"}).is_null());
  BOOST_TEST(!root.member("list").text().has_value());
  BOOST_TEST(!root.member("text").integer().has_value());
  BOOST_TEST(!root.member("text").flag());
  BOOST_TEST(root.member("text").empty());
  BOOST_TEST(written(root.member("absent")) == "null");
  BOOST_TEST((root.member("absent").begin() == root.member("absent").end()));
  BOOST_TEST(JsonDocument::parse_or_null("<html>").root().is_null());
}

BOOST_AUTO_TEST_CASE(takes_the_last_of_a_name_that_is_there_twice) {
  const auto document = parsed(R"({"a":1,"\u0061":2,"b":3})");
  BOOST_TEST(document.root().member("a").integer().value() == 2);
}

BOOST_AUTO_TEST_CASE(reads_integers_only_where_they_fit) {
  const auto integer = [](const std::string& text) { return parsed(text).root().integer(); };
  BOOST_TEST(integer("-9223372036854775808").value() == INT64_MIN);
  BOOST_TEST(integer("9223372036854775807").value() == INT64_MAX);
  for (const char* other : {"9223372036854775808", "1.0", "1e3"})
    BOOST_TEST(!integer(other).has_value(), other);
  for (const char* beyond : {"-9223372036854775809", "1e999", "123456789012345678901234567890"})
    BOOST_TEST(!JsonDocument::parse(beyond).has_value(), beyond);
}

BOOST_AUTO_TEST_CASE(writes_what_it_read) {
  for (const char* text :
       {"18446744073709551615", "-9223372036854775808", "0.1", "-2.5", "true", "false", "null",
        "[]", "{}", R"({"a":[1,{"b":"\"\\\n\u0001 caf\u00e9"}],"a":2})", "\"\\u0000\""})
    BOOST_TEST(json::parse(written(parsed(text))) == json::parse(text), text);
  BOOST_TEST(written(parsed("1e22")) == "1e+22");
}

BOOST_AUTO_TEST_CASE(undoes_every_escape) {
  const auto document =
      parsed(R"(["\"\\\/\b\f\n\r\t", "\u0041\u00e9\u20ac\ud83d\ude00", "\u0000"])");
  std::vector<std::string> values;
  for (const auto element : document.root()) values.push_back(element.text().value());
  const std::vector<std::string> expected = {"\"\\/\b\f\n\r\t", "A\u00e9\u20ac\U0001f600",
                                             std::string(1, '\0')};
  BOOST_TEST(values == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refuses_all_that_is_not_json) {
  const std::vector<std::string> bad = {"",
                                        " ",
                                        "{",
                                        "[",
                                        "\"",
                                        "\"abc",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1,",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "{1:1}",
                                        "{\"a\" 1}",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "[1}",
                                        "{\"a\":1]",
                                        "1 2",
                                        "{}{}",
                                        "nul",
                                        "True",
                                        "truefalse",
                                        "-",
                                        "+1",
                                        "01",
                                        "1.",
                                        ".5",
                                        "1e",
                                        "1e+",
                                        "0x1",
                                        "--1",
                                        "NaN",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\u12g4\"",
                                        "\"\\ud800\"",
                                        "\"\\ud800x\"",
                                        "\"\\ud800\\u0041\"",
                                        "\"\\udc00\"",
                                        "\"\n\"",
                                        "\"\t\"",
                                        std::string("\"\0\"", 3),
                                        "\"\\\"",
                                        "'a'",
                                        "// x\n1",
                                        "\"\xff\"",
                                        "\"\x80\"",
                                        "\"\xc3\"",
                                        "\"\xc0\xaf\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf5\x80\x80\x80\"",
                                        "\"\xe2\x82\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        std::string("1\0", 2),
                                        "\xef\xbb",
                                        "\xff"};
  for (const auto& text : bad) {
    BOOST_TEST(!JsonDocument::parse(text).has_value(), text);
    // Also where eight bytes are looked at at once.
    const std::string longer = "[\"a string of more than eight bytes\"," + text + "]";
    BOOST_TEST(!JsonDocument::parse(longer).has_value(), longer);
    // To the general library a zero byte is the end.
    BOOST_TEST((!json::accept(text) || text.back() == '\0'), "the general library takes " + text);
  }
}

BOOST_AUTO_TEST_CASE(refuses_every_beginning_of_a_whole_text) {
  const std::string whole =
      R"({"kind":"PodList","metadata":{"resourceVersion":"12"},"items":[{"ready":true,"n":[1,-2.5e3,null]},{"text":"\u00e9\n caf\u00e9"}]})";
  BOOST_TEST(JsonDocument::parse(whole).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length)
    BOOST_TEST(!JsonDocument::parse(std::string(whole, 0, length)).has_value(), length);
}

BOOST_AUTO_TEST_CASE(bounds_nesting_and_length) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  BOOST_TEST(JsonDocument::parse(nested(max_json_depth)).has_value());
  BOOST_TEST(!JsonDocument::parse(nested(max_json_depth + 1)).has_value());
  BOOST_TEST(!JsonDocument::parse(std::string(1'000'000, '[')).has_value());
  BOOST_TEST(!JsonDocument::parse(std::string(max_json_text, ' ') + "1").has_value());
}

BOOST_AUTO_TEST_CASE(ignores_a_byte_order_mark) {
  BOOST_TEST(parsed("\xef\xbb\xbf{\"a\":1}").root().member("a").integer().value() == 1);
}

BOOST_AUTO_TEST_CASE(agrees_with_a_general_library_on_every_value) {
  const bool agreed = rc::check("same value", [] {
    const auto text = *any_json();
    const auto document = JsonDocument::parse(text);
    RC_ASSERT(document.has_value());
    RC_ASSERT(copy_of(*document) == json::parse(text));
  });
  BOOST_TEST(agreed);
}

BOOST_AUTO_TEST_CASE(agrees_with_a_general_library_on_what_is_json_at_all) {
  const bool agreed = rc::check("same verdict on damaged text", [] {
    auto text = *any_json();
    const int blows = *rc::gen::inRange(1, 4);
    for (int i = 0; i < blows; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      const char byte = *rc::gen::oneOf(
          rc::gen::arbitrary<char>(),
          rc::gen::element('"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', 'u', ' '));
      *rc::gen::arbitrary<bool>() ? void(text[at] = byte) : void(text.erase(at, 1));
      if (text.empty()) return;
    }
    if (beyond_comparison(text)) return;
    RC_ASSERT(JsonDocument::parse(text).has_value() == json::accept(text));
  });
  BOOST_TEST(agreed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
