// Keycloak's OAuth endpoints, as measured on 26.7.
#include <boost/test/unit_test.hpp>

#include "tests/mocks/idp/keycloak/world.h"

BOOST_AUTO_TEST_SUITE(oauth)

using keycloak_test::bad_credentials;
using keycloak_test::expect_error;
using keycloak_test::first;
using keycloak_test::json;
using keycloak_test::redirect_uri;
using keycloak_test::World;

BOOST_AUTO_TEST_CASE(grants_a_client_its_own_tokens_by_either_method) {
  World world;
  const auto by_post = world.probe(first);
  BOOST_TEST(by_post.status == 200);
  const auto body = json::parse(by_post.body);
  BOOST_TEST(body.value("expires_in", 0) == 300);
  BOOST_TEST(body.value("refresh_expires_in", -1) == 0);
  BOOST_TEST(body.value("scope", "") == "profile email");
  BOOST_TEST(!body.contains("refresh_token"));
  // "portal:synthetic-first-secret-000000000001"
  const auto by_basic = world.post(
      "token", "grant_type=client_credentials",
      {{"Authorization", "Basic cG9ydGFsOnN5bnRoZXRpYy1maXJzdC1zZWNyZXQtMDAwMDAwMDAwMDAx"}});
  BOOST_TEST(by_basic.status == 200);
}

BOOST_AUTO_TEST_CASE(tells_a_wrong_secret_from_a_client_that_it_does_not_know) {
  World world;
  const auto wrong = world.probe("wrong");
  expect_error(wrong, 401, "unauthorized_client", bad_credentials);
  BOOST_TEST(!ports::find_header(wrong.headers, "WWW-Authenticate"));
  BOOST_TEST(*ports::find_header(wrong.headers, "Cache-Control") == "no-store");
  const std::string grant = "grant_type=client_credentials";
  expect_error(world.post("token", grant + "&client_id=portal"), 401, "unauthorized_client",
               bad_credentials);
  expect_error(world.post("token", grant + "&client_id=nobody&client_secret=x"), 401,
               "invalid_client", bad_credentials);
  expect_error(world.post("token", grant), 401, "invalid_client", bad_credentials);
  expect_error(world.post("token", grant, {{"Authorization", "Bearer x"}}), 401, "invalid_client",
               bad_credentials);
}

BOOST_AUTO_TEST_CASE(looks_at_the_grant_before_the_secret) {
  World world;
  expect_error(world.post("token", "scope=openid"), 400, "invalid_request",
               "Missing form parameter: grant_type");
  expect_error(world.post("token", "grant_type=bogus"), 400, "unsupported_grant_type",
               "Unsupported grant_type");
  expect_error(world.post("token", "grant_type=client_credentials&grant_type=client_credentials"),
               400, "invalid_request", "duplicated parameter");
  expect_error(world.send({.target = "/realms/portal/protocol/openid-connect/token"}), 405,
               "HTTP 405 Method Not Allowed");
  expect_error(
      world.send({.method = "POST", .target = "/realms/nope/protocol/openid-connect/token"}), 404,
      "Realm does not exist");
  expect_error(world.post("token",
                          "grant_type=client_credentials&scope=nope&client_id=portal"
                          "&client_secret=" +
                              std::string(first)),
               400, "invalid_scope", "Invalid scopes: nope");
}

BOOST_AUTO_TEST_CASE(exchanges_a_code_once_and_refreshes) {
  World world;
  const auto page = world.send(
      {.target = "/realms/portal/protocol/openid-connect/auth?response_type=code&client_id=portal"
                 "&scope=openid%20offline_access&state=s1&nonce=n1&redirect_uri=" +
                 mocks::idp::percent_encode(redirect_uri)});
  BOOST_TEST(page.status == 302);
  const auto location = std::string(*ports::find_header(page.headers, "Location"));
  const auto code = location.substr(location.find("code=") + 5,
                                    location.find("&state") - location.find("code=") - 5);
  BOOST_TEST(location.find("state=s1") != std::string::npos);
  const auto form =
      "grant_type=authorization_code&client_id=portal&client_secret=" + std::string(first) +
      "&code=" + code + "&redirect_uri=" + mocks::idp::percent_encode(redirect_uri);
  const auto tokens = world.post("token", form);
  BOOST_TEST(tokens.status == 200);
  const auto body = json::parse(tokens.body);
  BOOST_TEST(body.contains("id_token"));
  expect_error(world.post("token", form), 400, "invalid_grant", "Code not valid");
  const auto refresh =
      "grant_type=refresh_token&client_id=portal&client_secret=" + std::string(first) +
      "&refresh_token=" + body.value("refresh_token", "");
  BOOST_TEST(world.post("token", refresh).status == 200);
  expect_error(world.post("token", refresh + "x"), 400, "invalid_grant", "Invalid refresh token");
}

BOOST_AUTO_TEST_CASE(says_another_word_for_a_stale_secret_when_introspecting) {
  World world;
  expect_error(world.post("token/introspect", "token=x&client_id=portal&client_secret=stale"), 401,
               "invalid_client", "Client authentication failed.");
  expect_error(world.post("revoke", "token=x&client_id=portal&client_secret=stale"), 401,
               "unauthorized_client", bad_credentials);
  expect_error(
      world.post("revoke", "token=zzz&client_id=portal&client_secret=" + std::string(first)), 200,
      "invalid_token", "Invalid token");
}

BOOST_AUTO_TEST_CASE(names_its_endpoints) {
  World world;
  const auto found =
      json::parse(world.send({.target = "/realms/portal/.well-known/openid-configuration"}).body);
  BOOST_TEST(found.value("issuer", "") == "https://keycloak.example/realms/portal");
  BOOST_TEST(found.value("token_endpoint", "") ==
             "https://keycloak.example/realms/portal/protocol/openid-connect/token");
  BOOST_TEST(found.at("token_endpoint_auth_methods_supported").size() == 5U);
  BOOST_TEST(world.send({.target = "/realms/portal/protocol/openid-connect/certs"}).status == 200);
  BOOST_TEST(world.send({.target = "/realms/portal/protocol/openid-connect/userinfo"}).status ==
             401);
}

BOOST_AUTO_TEST_SUITE_END()
