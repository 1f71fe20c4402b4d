#include "mocks/vault/plain_write.h"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "mocks/vault/json_text.h"

namespace mocks::vault {

using nlohmann::json;

BOOST_AUTO_TEST_SUITE(plain_write)

BOOST_AUTO_TEST_CASE(reads_the_body_that_clients_send) {
  const auto write =
      read_plain_write(R"({"options":{"cas":12},"data":{"b":"two","a":"1 one'/","":""}})");
  BOOST_REQUIRE(write);
  BOOST_TEST(write->cas.value() == 12);
  BOOST_TEST(write->data == R"({"":"","a":"1 one'/","b":"two"})");
  BOOST_TEST(read_plain_write(R"({"data":{}})")->data == "{}");
  BOOST_TEST(!read_plain_write(R"({"data":{},"options":{}})")->cas.has_value());
}

BOOST_AUTO_TEST_CASE(leaves_every_other_body_to_the_tree) {
  for (const char* other : {"",
                            "{}",
                            "[]",
                            "null",
                            R"({"options":{"cas":1}})",
                            R"({"data":{"a":1}})",
                            R"({"data":{"a":null}})",
                            R"({"data":{"a":{"b":"c"}}})",
                            R"({"data":{"a":"b"},"more":"c"})",
                            R"({"data":{"a":"b"},"data":{}})",
                            R"({"data":{"a":"b","a":"c"}})",
                            R"({"data":{"a":"\n"}})",
                            R"({"data":{"a":"<"}})",
                            "{\"data\":{\"a\":\"\xc3\xa9\"}}",
                            "{\"data\":{\"a\":\"\t\"}}",
                            R"({"data": {}})",
                            R"({"data":{}} )",
                            R"({"data":{}}{})",
                            R"({"data":{"a":"b",}})",
                            R"({"data":{"a":"b"})",
                            R"({"data":{"a":"b)",
                            R"({"data":{"a"}})",
                            R"({"data":{},})",
                            R"({"data":{},"options":{"cas":-1}})",
                            R"({"data":{},"options":{"cas":01}})",
                            R"({"data":{},"options":{"cas":1.5}})",
                            R"({"data":{},"options":{"cas":9999999999}})",
                            R"({"data":{},"options":{"cas":"1"}})",
                            R"({"data":{},"options":{"max":1}})",
                            R"({"data":{},"options":{"cas":}})",
                            R"({"data":null})",
                            R"({"data":"a"})"})
    BOOST_TEST(!read_plain_write(other).has_value(), other);
}

BOOST_AUTO_TEST_CASE(agrees_with_the_tree) {
  const bool agreed = rc::check("same canonical text", [] {
    const auto text = rc::gen::container<std::string>(
        rc::gen::oneOf(rc::gen::inRange<char>(0x20, 0x7f), rc::gen::element('a', 'b')));
    const auto data = *rc::gen::container<std::map<std::string, std::string>>(text, text);
    const auto body = json{{"data", data}, {"options", {{"cas", *rc::gen::inRange(0, 99)}}}}.dump();
    const auto write = read_plain_write(body);
    if (!write) return;  // a character that is escaped
    RC_ASSERT(write->data == canonical(json(data)));
    RC_ASSERT(write->cas == json::parse(body)["options"]["cas"].get<std::int64_t>());
  });
  BOOST_TEST(agreed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace mocks::vault
