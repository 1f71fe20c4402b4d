#include "rotator/idp/token_probe.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/scripted_http.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;
using tests::holds;

namespace token_probe {

ports::Secret secret_of(std::string value) { return ports::Secret(std::move(value)); }

const std::string endpoint = "https://idp.example/oauth2/v1/token";
const std::string good_value = "synthetic+secret/one=0001";
const std::string token_answer =
    R"({"access_token":"synthetic-access-token","token_type":"Bearer","expires_in":3600})";
const std::string refusal =
    R"({"error":"invalid_client","error_description":"The client secret supplied for a confidential client is invalid."})";

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};
  tests::CountingRandom random;
  ProbeOptions options = {.token_endpoint = endpoint, .client_id = "client one"};
  ports::Secret good = secret_of(good_value);

  ProbeAnswer ask(int status, std::string body) {
    http.expect("POST " + endpoint, status, std::move(body));
    auto answer = TokenProbe(http, clock, options).ask(good);
    REQUIRE_OK(answer);
    return *answer;
  }
};

}  // namespace token_probe

BOOST_FIXTURE_TEST_SUITE(token_probe, token_probe::World)

BOOST_AUTO_TEST_CASE(sends_the_secret_in_the_form) {
  options.scope = "probe read";
  BOOST_TEST((ask(200, token_answer).acceptance == Acceptance::accepted));
  BOOST_TEST(http.requests[0].body ==
             "grant_type=client_credentials&scope=probe+read&client_id=client+one&client_secret="
             "synthetic%2Bsecret%2Fone%3D0001");
  BOOST_TEST(tests::header(http.requests[0], "Content-Type") ==
             "application/x-www-form-urlencoded");
  BOOST_TEST(tests::header(http.requests[0], "Authorization") == "");
}

// A balancer before several replicas chooses one for each connection.
BOOST_AUTO_TEST_CASE(asks_on_a_connection_of_its_own) {
  ask(200, token_answer);
  BOOST_TEST(http.requests[0].own_connection);
}

BOOST_AUTO_TEST_CASE(sends_the_secret_encoded_in_basic) {
  options.method = AuthenticationMethod::client_secret_basic;
  options.grant = ProbeGrant::authorization_code;
  options.redirect_uri = "https://portal.example/callback";
  BOOST_TEST((ask(400, R"({"error":"invalid_grant"})").acceptance == Acceptance::accepted));
  // base64("client+one:synthetic%2Bsecret%2Fone%3D0001")
  BOOST_TEST(tests::header(http.requests[0], "Authorization") ==
             "Basic Y2xpZW50K29uZTpzeW50aGV0aWMlMkJzZWNyZXQlMkZvbmUlM0QwMDAx");
  BOOST_TEST(http.requests[0].body ==
             "grant_type=authorization_code&code=probe-of-a-client-secret&redirect_uri=https%3A%2F%"
             "2Fportal.example%2Fcallback");
}

BOOST_AUTO_TEST_CASE(reads_the_status_before_the_error_code) {
  BOOST_TEST((ask(401, refusal).acceptance == Acceptance::refused));
  BOOST_TEST((ask(401, R"({"error":"access_denied"})").acceptance == Acceptance::refused));
  BOOST_TEST((ask(401, "Unauthorized").acceptance == Acceptance::refused));
  BOOST_TEST((ask(400, R"({"error":"invalid_client"})").acceptance == Acceptance::refused));
  options.grant = ProbeGrant::authorization_code;
  // Okta answers a throttled user so: nothing is known.
  BOOST_TEST((ask(429, R"({"error":"invalid_grant"})").acceptance == Acceptance::unknown));
  BOOST_TEST((ask(500, R"({"error":"access_denied"})").acceptance == Acceptance::unknown));
  BOOST_TEST((ask(400, R"({"error":"invalid_request"})").acceptance == Acceptance::unknown));
  // Auth0 forbids what others call a bad request.
  BOOST_TEST((ask(403, R"({"error":"invalid_grant"})").acceptance == Acceptance::accepted));
  BOOST_TEST((ask(403, R"({"error":"access_denied"})").acceptance == Acceptance::unknown));
  BOOST_TEST((ask(403, R"({"error":"unauthorized_client"})").acceptance == Acceptance::unknown));
}

BOOST_AUTO_TEST_CASE(takes_nothing_for_acceptance_but_a_token_or_a_bad_code) {
  BOOST_TEST((ask(200, "<html>Sign in</html>").acceptance == Acceptance::unknown));
  BOOST_TEST((ask(302, "").acceptance == Acceptance::unknown));
  BOOST_TEST((ask(400, R"({"error":"invalid_grant"})").acceptance == Acceptance::unknown));
  BOOST_TEST((ask(400, R"({"error":"unauthorized_client"})").acceptance == Acceptance::unknown));
  BOOST_TEST((ask(400, "not json").acceptance == Acceptance::unknown));
}

BOOST_AUTO_TEST_CASE(blots_an_echoed_secret_out_of_the_description) {
  const auto answer =
      ask(401, R"({"error":"invalid_client","error_description":"no )" + good_value + R"( here"})");
  BOOST_TEST(answer.description == "no ... here");
  const auto encoded = ask(
      401,
      R"({"error":"invalid_client","error_description":"no synthetic%2Bsecret%2Fone%3D0001 here"})");
  BOOST_TEST(encoded.description == "no ... here");
}

BOOST_AUTO_TEST_CASE(measures_how_long_the_answer_took) {
  http.expect_error("POST " + endpoint, ErrorCode::ambiguous, 3s);
  const auto none = TokenProbe(http, clock, options).ask(good);
  BOOST_REQUIRE(!none);
  BOOST_TEST(none.error().code == ErrorCode::ambiguous);
  tests::check_discreet(none.error(), {good_value});
}

BOOST_AUTO_TEST_CASE(calibrates_with_a_good_and_a_random_secret) {
  http.expect("POST " + endpoint, 200, token_answer).expect("POST " + endpoint, 401, refusal);
  BOOST_TEST(TokenProbe(http, clock, options).calibrate(good, random).has_value());
  BOOST_TEST(holds(http.requests[1].body, "client_secret=000102030405"));
  BOOST_TEST(!holds(http.requests[1].body, "synthetic"));
}

BOOST_AUTO_TEST_CASE(says_which_half_of_the_calibration_failed) {
  http.expect(
      "POST " + endpoint, 401,
      R"({"error":"invalid_client","error_description":"Client authentication failed. Either the client or the client credentials are invalid."})");
  const auto mismatch = TokenProbe(http, clock, options).calibrate(good, random);
  BOOST_REQUIRE(!mismatch);
  BOOST_TEST(mismatch.error().code == ErrorCode::refused);
  BOOST_TEST(holds(mismatch.error().message, "registered authentication method"));
  BOOST_TEST(holds(mismatch.error().message, "client_secret_post"));
  tests::check_discreet(mismatch.error(), {good_value});

  options.grant = ProbeGrant::authorization_code;
  const std::string bad_code = R"({"error":"invalid_grant"})";
  http.expect("POST " + endpoint, 400, bad_code).expect("POST " + endpoint, 400, bad_code);
  const auto useless = TokenProbe(http, clock, options).calibrate(good, random);
  BOOST_REQUIRE(!useless);
  BOOST_TEST(useless.error().code == ErrorCode::refused);
  BOOST_TEST(holds(useless.error().message, "random secret was not refused"));
}

BOOST_AUTO_TEST_CASE(tells_a_busy_provider_from_a_wrong_secret) {
  http.expect("POST " + endpoint, 429, R"({"error":"invalid_grant"})");
  auto busy = TokenProbe(http, clock, options).calibrate(good, random);
  BOOST_REQUIRE(!busy);
  BOOST_TEST(busy.error().code == ErrorCode::busy);
  http.expect("POST " + endpoint, 200, token_answer).expect("POST " + endpoint, 503, "");
  busy = TokenProbe(http, clock, options).calibrate(good, random);
  BOOST_REQUIRE(!busy);
  BOOST_TEST(busy.error().code == ErrorCode::busy);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
