// Encodings: published vectors, and input that is not well formed.
#include "mocks/idp/encoding.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(encoding)

using mocks::idp::base64url;
using mocks::idp::base64url_decode;
using mocks::idp::Form;
using mocks::idp::json_text;
using mocks::idp::max_form_fields;
using mocks::idp::parse_basic;
using mocks::idp::percent_encode;

BOOST_AUTO_TEST_CASE(encodes_base64url_as_rfc_4648) {
  BOOST_TEST(base64url("").empty());
  BOOST_TEST(base64url("f") == "Zg");
  BOOST_TEST(base64url("fo") == "Zm8");
  BOOST_TEST(base64url("foobar") == "Zm9vYmFy");
  BOOST_TEST(base64url("\xfb\xff") == "-_8");
  BOOST_TEST(base64url_decode("-_8").value() == "\xfb\xff");
  BOOST_TEST(!base64url_decode("Zm9vY").has_value());
  BOOST_TEST(!base64url_decode("Zm9*").has_value());
}

BOOST_AUTO_TEST_CASE(reads_basic_credentials_form_decoded) {
  // The example of RFC 6749 section 2.3.1.
  const auto known = parse_basic("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
  BOOST_TEST_REQUIRE(known.has_value());
  BOOST_TEST(known->client_id == "s6BhdRkqt3");
  BOOST_TEST(known->client_secret == "gX1fBat3bV");
  // "a%3Ab:c%25+d"
  const auto coded = parse_basic("basic YSUzQWI6YyUyNStk");
  BOOST_TEST_REQUIRE(coded.has_value());
  BOOST_TEST(coded->client_id == "a:b");
  BOOST_TEST(coded->client_secret == "c% d");
  for (const auto* bad : {"Basic", "Basic ", "Basic !!!", "Basic YWI=", "Bearer YTpi",
                          "Basic OmI=", "Basic YTolWlo="})
    BOOST_TEST(!parse_basic(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(reads_forms_and_notices_repetition) {
  const auto form = Form::parse("a=1+2&b=%C3%A9&&c");
  BOOST_TEST_REQUIRE(form.has_value());
  BOOST_TEST(form->value("a") == "1 2");
  BOOST_TEST(form->value("b") == "\xc3\xa9");
  BOOST_TEST(!form->has("c"));
  BOOST_TEST(!form->repeats());
  BOOST_TEST(Form::parse("a=1&a=2")->repeats());
  BOOST_TEST(!Form::parse("a=%4").has_value());
  BOOST_TEST(!Form::parse("a=%zz").has_value());
  std::string many;
  for (std::size_t i = 0; i <= max_form_fields; ++i) many += "a=1&";
  BOOST_TEST(!Form::parse(many).has_value());
}

BOOST_AUTO_TEST_CASE(escapes_what_json_and_queries_must) {
  BOOST_TEST(json_text("a\"\\\n") == R"("a\"\\\u000a")");
  BOOST_TEST(percent_encode("a b&c=~") == "a%20b%26c%3D~");
}

BOOST_AUTO_TEST_SUITE_END()
