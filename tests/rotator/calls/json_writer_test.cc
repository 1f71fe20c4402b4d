#include "rotator/calls/json_writer.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace rotator {

BOOST_AUTO_TEST_SUITE(json_writer)

BOOST_AUTO_TEST_CASE(puts_commas_where_they_belong) {
  JsonWriter out;
  out.open_object().member("a", "x").member("n", -7).name("list").open_array();
  out.number(std::int64_t{1})
      .null()
      .flag(true)
      .number(-1.5)
      .open_object()
      .close_object()
      .text("")
      .close_array();
  out.name("b").raw("[ ]").name("o").open_object().close_object().close_object();
  BOOST_TEST(out.take() == R"({"a":"x","n":-7,"list":[1,null,true,-1.5,{},""],"b":[ ],"o":{}})");
}

BOOST_AUTO_TEST_CASE(separates_values_whose_text_ends_like_an_opening) {
  BOOST_TEST(JsonWriter().open_array().text("{").text("[").text(":").close_array().take() ==
             R"(["{","[",":"])");
}

BOOST_AUTO_TEST_CASE(escapes_what_must_be_escaped_and_replaces_what_is_no_utf8) {
  const std::string text("q\" b\\ \b\f\n\r\t \x01\x1f / caf\xc3\xa9 \xff\xc3");
  const auto written = JsonWriter().text(text).take();
  BOOST_TEST(written ==
             "\"q\\\" b\\\\ \\b\\f\\n\\r\\t \\u0001\\u001f / caf\xc3\xa9 "
             "\xef\xbf\xbd\xef\xbf\xbd\"");
  BOOST_TEST(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) ==
             written);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
