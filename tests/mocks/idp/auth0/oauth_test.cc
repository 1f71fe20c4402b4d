// The authentication endpoints' statuses and bodies.
#include "mocks/idp/auth0/oauth.h"

#include "tests/mocks/idp/auth0/world.h"

namespace auth0_test {

namespace {

std::string code_of(const ports::Response& response) {
  const auto location = std::string(ports::find_header(response.headers, "Location").value_or(""));
  const auto from = location.find("code=") + 5;
  return location.substr(from, location.find('&', from) - from);
}

std::string authorize_query(const std::string& redirect_uri = callback) {
  return "/authorize?response_type=code&client_id=" + client_id +
         "&redirect_uri=" + mocks::idp::percent_encode(redirect_uri) +
         "&scope=openid%20email%20offline_access&state=s&nonce=n";
}

std::string exchange(const std::string& code) {
  return "grant_type=authorization_code&code=" + code +
         "&redirect_uri=" + mocks::idp::percent_encode(callback) + "&client_id=" + client_id +
         "&client_secret=" + old_secret;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(oauth, World)

BOOST_AUTO_TEST_CASE(a_wrong_secret_and_a_wrong_method_are_answered_alike) {
  expect_oauth_error(probe("synthetic-wrong"), 401, "access_denied", "Unauthorized");
  // base64("syntheticClient01:synthetic-old-secret-0000000000001")
  expect_oauth_error(
      post_form("/oauth/token", "grant_type=client_credentials",
                "Basic c3ludGhldGljQ2xpZW50MDE6c3ludGhldGljLW9sZC1zZWNyZXQtMDAwMDAwMDAwMDAwMQ=="),
      401, "access_denied", "Unauthorized");
  auth0.core().set_authentication_method(client_id,
                                         mocks::idp::AuthenticationMethod::client_secret_basic);
  BOOST_TEST(
      post_form("/oauth/token", "grant_type=client_credentials",
                "Basic c3ludGhldGljQ2xpZW50MDE6c3ludGhldGljLW9sZC1zZWNyZXQtMDAwMDAwMDAwMDAwMQ==")
          .status == 200);
}

BOOST_AUTO_TEST_CASE(a_bad_code_is_forbidden_once_the_client_is_known) {
  expect_oauth_error(post_form("/oauth/token", exchange("made-up")), 403, "invalid_grant",
                     "Invalid authorization code");
  expect_oauth_error(
      post_form("/oauth/token", "grant_type=refresh_token&refresh_token=made-up&client_id=" +
                                    client_id + "&client_secret=" + old_secret),
      403, "invalid_grant", "Unknown or invalid refresh token.");
  expect_oauth_error(post_form("/oauth/token", "grant_type=password"), 403,
                     "unsupported_grant_type", "Unsupported grant type: password");
}

BOOST_AUTO_TEST_CASE(client_credentials_need_the_grant_and_an_audience) {
  auth0.add_client({.client_id = "noMachine",
                    .grant_types = {mocks::idp::GrantType::authorization_code},
                    .redirect_uris = {callback}},
                   "synthetic-other");
  const auto refused =
      post_form("/oauth/token",
                "grant_type=client_credentials&client_id=noMachine&client_secret=synthetic-other");
  expect_oauth_error(refused, 403, "unauthorized_client",
                     "Grant type 'client_credentials' not allowed for the client.");
  BOOST_TEST(json::parse(refused.body).contains("error_uri"));
  auto options = options_for_tests({.max_secrets = 1});
  options.default_audience.clear();
  World bare(options);
  expect_oauth_error(bare.probe(old_secret), 403, "access_denied",
                     "No audience parameter was provided, and no default audience has been "
                     "configured");
  expect_oauth_error(
      bare.post_form("/oauth/token",
                     "grant_type=client_credentials&audience=urn%3Aother&client_id=" + client_id +
                         "&client_secret=" + old_secret),
      403, "access_denied", "Service not enabled within domain: urn:other");
  expect_oauth_error(
      post_form("/oauth/token",
                "grant_type=client_credentials&client_id=machine&client_secret=synthetic-machine"),
      403, "access_denied",
      "Client is not authorized to access \"\". You need to create a \"client-grant\" associated "
      "to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants");
}

BOOST_AUTO_TEST_CASE(a_login_ends_in_tokens_a_user_and_a_logout) {
  const auto sent = send({.method = "GET", .target = authorize_query()});
  BOOST_TEST(sent.status == 302);
  const auto code = code_of(sent);
  const auto answer = post_form("/oauth/token", exchange(code));
  BOOST_TEST_REQUIRE(answer.status == 200);
  const auto tokens = json::parse(answer.body);
  BOOST_TEST(tokens.value("token_type", "") == "Bearer");
  BOOST_TEST(tokens.contains("id_token"));
  BOOST_TEST(post_form("/oauth/token", exchange(code)).status == 403);  // a code is used once

  const auto user =
      send({.method = "GET",
            .target = "/userinfo",
            .headers = {{"Authorization", "Bearer " + tokens.value("access_token", "")}}});
  BOOST_TEST(json::parse(user.body).value("email", "") == "user@portal.example");
  BOOST_TEST(send({.method = "GET", .target = "/userinfo"}).status == 401);

  const auto with_client = "&client_id=" + client_id + "&client_secret=" + old_secret;
  const auto refresh = tokens.value("refresh_token", "");
  const auto again = "grant_type=refresh_token&refresh_token=" + refresh + with_client;
  BOOST_TEST(post_form("/oauth/token", again).status == 200);
  BOOST_TEST(post_form("/oauth/revoke", "token=" + refresh + with_client).status == 200);
  BOOST_TEST(post_form("/oauth/token", again).status == 403);
  const auto out = send({.method = "GET", .target = "/v2/logout?returnTo=https%3A%2F%2Fx.example"});
  BOOST_TEST(out.status == 302);
  BOOST_TEST(ports::find_header(out.headers, "Location").value_or("") == "https://x.example");
}

BOOST_AUTO_TEST_CASE(tells_a_person_what_is_wrong_with_a_link) {
  BOOST_TEST(send({.method = "GET", .target = authorize_query("https://evil.example")}).status ==
             403);
  BOOST_TEST(send({.method = "GET", .target = "/authorize?client_id=nobody"}).status == 400);
}

BOOST_AUTO_TEST_CASE(discovery_names_the_tenant_with_a_slash) {
  const auto found =
      json::parse(send({.method = "GET", .target = "/.well-known/openid-configuration"}).body);
  BOOST_TEST(found.value("issuer", "") == tenant + "/");
  BOOST_TEST(found.value("token_endpoint", "") == tenant + "/oauth/token");
  const auto keys = json::parse(send({.method = "GET", .target = "/.well-known/jwks.json"}).body);
  BOOST_TEST(keys["keys"].size() == 1U);
}

// Either value may be met for a while, never neither: who tries both on one connection gets in.
BOOST_AUTO_TEST_CASE(for_half_a_minute_a_request_meets_either_value) {
  World slow(mocks::idp::auth0_core({}));
  slow.manage("PATCH", clients, {{"client_secret", new_secret}});
  int old_accepted = 0;
  int new_accepted = 0;
  for (int tick = 0; tick < 300; ++tick) {
    const bool old_now = slow.probe(old_secret).status == 200;
    const bool new_now = slow.probe(new_secret).status == 200;
    BOOST_TEST(old_now != new_now);
    old_accepted += old_now ? 1 : 0;
    new_accepted += new_now ? 1 : 0;
    slow.wait(std::chrono::milliseconds(100));
  }
  BOOST_TEST(old_accepted > 0);
  BOOST_TEST(new_accepted > 0);
  BOOST_TEST(slow.probe(old_secret).status == 401);
  BOOST_TEST(slow.probe(new_secret).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace auth0_test
