#include "mocks/kubernetes/json/json_text.h"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

namespace {

using mocks::kubernetes::in_quotes;
using mocks::kubernetes::JsonText;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(json_text_test)

BOOST_AUTO_TEST_CASE(sets_commas_between_values_and_nowhere_else) {
  JsonText text;
  text.open('{').member("a", "b").key("list").open('[').number(-1).boolean(true).open('{');
  text.close('}').close(']').raw("").raw(R"("c":null,"d":[])").key("e").open('[').close(']');
  text.close('}').end_line();
  BOOST_TEST(text.take() == "{\"a\":\"b\",\"list\":[-1,true,{}],\"c\":null,\"d\":[],\"e\":[]}\n");
}

BOOST_AUTO_TEST_CASE(escapes_what_must_be_escaped_wherever_it_stands) {
  BOOST_TEST(in_quotes("") == R"("")");
  BOOST_TEST(in_quotes("\x01\x1f\"\\\n\r\t/") == R"("\u0001\u001f\"\\\n\r\t/")");
  for (std::size_t at = 0; at < 20; ++at) {
    std::string given(20, 'x');
    given[at] = '"';
    BOOST_TEST(in_quotes(given) ==
               '"' + std::string(at, 'x') + "\\\"" + std::string(19 - at, 'x') + '"');
  }
}

BOOST_AUTO_TEST_CASE(a_reader_gets_back_every_key_and_value_that_was_written) {
  const bool agreed =
      rc::check("same members", [](const std::vector<std::pair<std::string, std::string>>& given) {
        JsonText text;
        json expected = json::object();
        text.open('{');
        for (const auto& [key, value] : given) {
          // Bytes of ASCII only: what is no UTF-8 goes through as it came, and the reader refuses
          // it.
          std::string name = key;
          std::string content = value;
          for (char& c : name) c = static_cast<char>(c & 0x7f);
          for (char& c : content) c = static_cast<char>(c & 0x7f);
          content += std::string(key.size() * 50, 'y');
          text.given_member(name, content);
          expected[name] = content;
        }
        RC_ASSERT(json::parse(text.close('}').take()) == expected);
      });
  BOOST_TEST(agreed);
}

BOOST_AUTO_TEST_CASE(keeps_texts_of_any_length_in_order) {
  std::string expected = "[";
  JsonText text;
  text.open('[');
  for (std::size_t length = 0; length < 1200; length += 7) {
    const std::string piece(length, static_cast<char>('a' + length % 26));
    text.text(piece);
    expected += (length == 0 ? "\"" : ",\"") + piece + '"';
  }
  BOOST_TEST(text.close(']').take() == expected + ']');
}

BOOST_AUTO_TEST_CASE(spells_time_with_whole_seconds_and_with_six_digits) {
  const ports::WallTime time = std::chrono::sys_days(std::chrono::March / 4 / 2026) +
                               std::chrono::hours(5) + std::chrono::minutes(6) +
                               std::chrono::nanoseconds(7'000'089'999);
  JsonText text;
  text.open('[').time(time).micro_time(time).close(']');
  BOOST_TEST(text.take() == R"(["2026-03-04T05:06:07Z","2026-03-04T05:06:07.000089Z"])");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
