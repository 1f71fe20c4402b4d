// Entra's token service: which request is answered by which AADSTS number, and a whole login.
#include <boost/test/unit_test.hpp>

#include "tests/mocks/idp/entra/world.h"

BOOST_AUTO_TEST_SUITE(entra_oauth)

namespace {

using entra_test::app_id;
using entra_test::json;
using entra_test::old_secret;
using entra_test::options_for_tests;
using entra_test::redirect_uri;
using entra_test::seconds;
using entra_test::World;

void expect_error(const ports::Response& response, int status, const std::string& error,
                  int number) {
  const auto body = World::parse(response);
  BOOST_TEST(response.status == status);
  BOOST_REQUIRE(body.is_object());
  BOOST_TEST(body.value("error", "") == error);
  BOOST_TEST(body["error_codes"] == json::array({number}));
  BOOST_TEST(
      body.value("error_description", "").starts_with("AADSTS" + std::to_string(number) + ": "));
  for (const char* member : {"timestamp", "trace_id", "correlation_id", "error_uri"})
    BOOST_TEST(body.contains(member));
}

const std::string client = std::string("&client_id=") + app_id;
const std::string scope = "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
const std::string secret = std::string("&client_secret=") + old_secret;
const std::string by_client = "grant_type=client_credentials";

}  // namespace

BOOST_AUTO_TEST_CASE(tells_a_wrong_secret_from_one_that_has_expired) {
  World world;
  expect_error(world.probe("synthetic-wrong"), 401, "invalid_client", 7000215);
  world.entra.core().set_expiry(app_id, world.old_id, world.queue.wall_now() + seconds(60));
  BOOST_TEST(world.probe(old_secret).status == 200);
  world.wait(seconds(60));
  expect_error(world.probe(old_secret), 401, "invalid_client", 7000222);
}

BOOST_AUTO_TEST_CASE(numbers_what_else_can_be_wrong) {
  World world;
  expect_error(world.token(by_client + scope + client), 401, "invalid_client", 7000216);
  expect_error(world.token("grant_type=refresh_token" + client), 401, "invalid_client", 7000218);
  expect_error(world.token(by_client + scope + "&client_id=other" + secret), 400,
               "unauthorized_client", 700016);
  expect_error(world.token(by_client + client + secret), 400, "invalid_request", 90014);
  expect_error(world.token(by_client + "&scope=openid" + client + secret), 400, "invalid_scope",
               1002012);
  expect_error(world.token("grant_type=password" + client + secret), 400, "unsupported_grant_type",
               70003);
  expect_error(world.token("x=y"), 400, "invalid_request", 900144);
  expect_error(world.send({.method = "POST", .target = "/other/oauth2/v2.0/token"}), 400,
               "invalid_tenant", 90002);
}

BOOST_AUTO_TEST_CASE(takes_the_secret_in_the_form_and_by_basic) {
  World world;
  BOOST_TEST(world.token(by_client + scope + client + secret).status == 200);
  // {app_id}:{old_secret}; its tilde needs no encoding.
  const auto basic = world.send(
      {.method = "POST",
       .target = world.tenant_path("/oauth2/v2.0/token"),
       .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                   {"Authorization",
                    "Basic MTExMTExMTEtMjIyMi00MzMzLTg0NDQtNTU1NTU1NTU1NTU1Om9sZDhRfnN5bnRoZXRpYy5v"
                    "bGQtc2VjcmV0XzAwMDAwMDAwMDAwMDAx"}},
       .body = by_client + scope});
  BOOST_TEST(basic.status == 200);
}

BOOST_AUTO_TEST_CASE(refuses_a_code_without_the_shape_of_one_before_it_looks_at_the_secret) {
  World world;
  const std::string form = "grant_type=authorization_code&code=bogus" + client;
  expect_error(world.token(form + secret), 400, "invalid_grant", 9002313);
  expect_error(world.token(form + "&client_secret=synthetic-wrong"), 400, "invalid_grant", 9002313);
}

BOOST_AUTO_TEST_CASE(logs_a_user_in) {
  World world;
  const auto found = World::parse(world.send(
      {.method = "GET", .target = world.tenant_path("/v2.0/.well-known/openid-configuration")}));
  const auto issuer = std::string(entra_test::origin) + world.tenant_path("/v2.0");
  BOOST_TEST(found.value("issuer", "") == issuer);
  BOOST_TEST(found.value("token_endpoint", "") ==
             entra_test::origin + world.entra.endpoint_paths().token);
  BOOST_TEST(
      world.send({.method = "GET", .target = world.tenant_path("/discovery/v2.0/keys")}).status ==
      200);

  const auto asked = world.send(
      {.method = "GET",
       .target = world.entra.endpoint_paths().authorize +
                 "?response_type=code&scope=openid%20profile%20offline_access&state=s&nonce=n" +
                 client + "&redirect_uri=" + mocks::idp::percent_encode(redirect_uri)});
  BOOST_TEST(asked.status == 302);
  const std::string location(ports::find_header(asked.headers, "Location").value_or(""));
  const auto from = location.find("code=") + 5;
  const auto code = location.substr(from, location.find('&') - from);
  const auto exchange = "grant_type=authorization_code&code=" + code + client +
                        "&redirect_uri=" + mocks::idp::percent_encode(redirect_uri);
  expect_error(world.token(exchange + "&client_secret=synthetic-wrong"), 401, "invalid_client",
               7000215);
  const auto answer = world.token(exchange + secret);
  BOOST_TEST(answer.status == 200);
  const auto tokens = World::parse(answer);
  for (const char* member : {"access_token", "id_token", "refresh_token", "ext_expires_in"})
    BOOST_TEST(tokens.contains(member));
  expect_error(world.token(exchange + secret), 400, "invalid_grant", 70008);
  const auto refreshed =
      world.token("grant_type=refresh_token&refresh_token=" + tokens.value("refresh_token", "") +
                  client + secret);
  BOOST_TEST(refreshed.status == 200);
  const auto user =
      world.send({.method = "GET",
                  .target = "/oidc/userinfo",
                  .headers = {{"Authorization", "Bearer " + tokens.value("access_token", "")}}});
  BOOST_TEST(user.status == 200);
  BOOST_TEST(World::parse(user).value("name", "") == "user@portal.example");
}

BOOST_AUTO_TEST_SUITE_END()
