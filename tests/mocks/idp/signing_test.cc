// Signing: a key that OpenSSL itself finds sound, and signatures that it verifies from the JWK
// alone.
#include "mocks/idp/signing.h"

#include <boost/test/unit_test.hpp>

#include "tests/mocks/idp/okta/jwks.h"

BOOST_AUTO_TEST_SUITE(signing)

using mocks::idp::signed_token;
using mocks::idp::signing_key_id;
using mocks::idp::signing_key_is_sound;
using mocks::idp::signing_key_jwk;
using mocks::idp::verified_payload;

BOOST_AUTO_TEST_CASE(signs_what_anyone_can_verify_with_the_published_key) {
  const auto jwk = nlohmann::json::parse(signing_key_jwk());
  const auto token = signed_token(R"({"sub":"synthetic"})");
  BOOST_TEST(idp_test::verifies(token, jwk));
  auto forged = token;
  forged[forged.find('.') + 3] ^= 1;
  BOOST_TEST(!idp_test::verifies(forged, jwk));
  BOOST_TEST(!verified_payload(forged).has_value());
  BOOST_TEST(verified_payload(token).value() == R"({"sub":"synthetic"})");
  for (const auto* bad : {"", ".", "..", "a.b", "a.b.c.d"})
    BOOST_TEST(!verified_payload(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(has_a_key_of_two_primes) {
  // A modulus that is not the product of two primes would sign, but OpenSSL's check would not pass.
  BOOST_TEST(signing_key_is_sound());
}

BOOST_AUTO_TEST_CASE(signs_the_same_bytes_everywhere) {
  // Fixed by the key and PKCS #1 v1.5, which has no randomness: part of the trace hash.
  BOOST_TEST(signing_key_id() == "fl-bOUwjdMbDF_4Cu-NptdJiiPB4dkD4aTQyg5stg2o");
  BOOST_TEST(signed_token("{}") == signed_token("{}"));
}

BOOST_AUTO_TEST_SUITE_END()
