// Credentials: the portal's side of RFC 6749 section 2.3.1.
#include "mocks/portal/credentials.h"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(credentials)

namespace {

using mocks::idp::AuthenticationMethod;
using mocks::portal::authenticate;
using mocks::portal::form;
using mocks::portal::form_encode;
using mocks::portal::query_value;

}  // namespace

BOOST_AUTO_TEST_CASE(encodes_a_form_as_appendix_b_of_rfc_6749_does) {
  // The example of that appendix: " %&+", pound sign, euro sign.
  BOOST_TEST(form_encode(" %&+\xC2\xA3\xE2\x82\xAC") == "+%25%26%2B%C2%A3%E2%82%AC");
  BOOST_TEST(form({{"a b", "c=d"}, {"e", ""}}) == "a+b=c%3Dd&e=");
}

BOOST_AUTO_TEST_CASE(puts_id_and_secret_form_encoded_into_basic) {
  ports::Request request{.method = "POST", .body = "grant_type=x"};
  authenticate(request, AuthenticationMethod::client_secret_basic, "s6Bh:dRkqt3", "7Fj+fp 0ZBr1");
  BOOST_TEST(request.body == "grant_type=x");
  // base64("s6Bh%3AdRkqt3:7Fj%2Bfp+0ZBr1")
  BOOST_TEST(std::string(*ports::find_header(request.headers, "authorization")) ==
             "Basic czZCaCUzQWRSa3F0Mzo3RmolMkJmcCswWkJyMQ==");
}

BOOST_AUTO_TEST_CASE(puts_id_and_secret_into_the_body_for_post) {
  ports::Request request{.method = "POST", .body = "grant_type=x"};
  authenticate(request, AuthenticationMethod::client_secret_post, "portal", "a&b");
  BOOST_TEST(request.body == "grant_type=x&client_id=portal&client_secret=a%26b");
  BOOST_TEST(request.headers.empty());
}

BOOST_AUTO_TEST_CASE(sends_no_secret_for_a_public_client) {
  ports::Request request{.method = "POST", .body = "grant_type=x"};
  authenticate(request, AuthenticationMethod::none, "portal", "synthetic");
  BOOST_TEST(request.body == "grant_type=x&client_id=portal");
}

BOOST_AUTO_TEST_CASE(reads_a_redirect_s_query) {
  const std::string url = "https://portal/cb?code=a%2Fb&state=s+1#frag&code=no";
  BOOST_TEST(query_value(url, "code").value_or("") == "a/b");
  BOOST_TEST(query_value(url, "state").value_or("") == "s 1");
  BOOST_TEST(!query_value(url, "error").has_value());
  BOOST_TEST(!query_value("https://portal/cb", "code").has_value());
  BOOST_TEST(!query_value("https://portal/cb?code=%4", "code").has_value());
}

BOOST_AUTO_TEST_CASE(wipes_what_was_sent) {
  ports::Request request{.method = "POST", .body = "grant_type=x"};
  authenticate(request, AuthenticationMethod::client_secret_basic, "portal", "synthetic");
  authenticate(request, AuthenticationMethod::client_secret_post, "portal", "synthetic");
  mocks::portal::wipe_credentials(request);
  BOOST_TEST(request.body.empty());
  for (const auto& header : request.headers) BOOST_TEST(header.value.empty());
}

BOOST_AUTO_TEST_SUITE_END()
