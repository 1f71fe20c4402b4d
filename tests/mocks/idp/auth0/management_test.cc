// The Management API's statuses, bodies and limits, and the person who types at it.
#include "mocks/idp/auth0/management.h"

#include "tests/mocks/idp/auth0/world.h"

namespace auth0_test {

BOOST_FIXTURE_TEST_SUITE(management, World)

BOOST_AUTO_TEST_CASE(shows_the_secret_to_those_who_may_read_keys_only) {
  const auto shown = json::parse(manage("GET", clients).body);
  BOOST_TEST(shown.value("client_id", "") == client_id);
  BOOST_TEST(shown.value("client_secret", "") == old_secret);
  BOOST_TEST(shown.value("token_endpoint_auth_method", "") == "client_secret_post");
  BOOST_TEST(shown["callbacks"][0] == callback);
  BOOST_TEST(!json::parse(manage("GET", clients, {}, "keyless").body).contains("client_secret"));
}

BOOST_AUTO_TEST_CASE(takes_a_chosen_secret_in_the_place_of_the_old_one) {
  const auto answer = manage("PATCH", clients, {{"client_secret", new_secret}});
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(json::parse(answer.body).value("client_secret", "") == new_secret);
  BOOST_TEST(probe(new_secret).status == 200);
  BOOST_TEST(probe(old_secret).status == 401);
  BOOST_TEST(auth0.core().secrets(client_id).size() == 1U);
  // Once more changes nothing.
  BOOST_TEST(manage("PATCH", clients, {{"client_secret", new_secret}}).status == 200);
  BOOST_TEST(facts.count(mocks::FactKind::secret_created, new_secret) == 1);
}

BOOST_AUTO_TEST_CASE(rotates_to_a_secret_of_its_own) {
  const auto answer = manage("POST", clients + "/rotate-secret");
  BOOST_TEST(answer.status == 200);
  const auto value = json::parse(answer.body).value("client_secret", "");
  BOOST_TEST(value.size() == 64U);
  BOOST_TEST(probe(value).status == 200);
  BOOST_TEST(probe(old_secret).status == 401);
}

BOOST_AUTO_TEST_CASE(refuses_in_the_management_envelope) {
  expect_api_error(send({.method = "GET", .target = clients}), 401, "Unauthorized", "",
                   "Missing authentication");
  expect_api_error(
      send({.method = "GET", .target = clients, .headers = {{"Authorization", "Bearer nobody"}}}),
      401, "Unauthorized", "invalid_token", "Invalid token");
  expect_api_error(manage("GET", "/api/v2/clients/nobody"), 404, "Not Found", "inexistent_client",
                   "The client does not exist");
  expect_api_error(manage("PATCH", clients, {{"client_secret", new_secret}}, "keyless"), 403,
                   "Forbidden", "insufficient_scope",
                   "Insufficient scope, expected any of: update:client_keys");
  expect_api_error(manage("POST", clients + "/rotate-secret", {}, "keyless"), 403, "Forbidden",
                   "insufficient_scope", "Insufficient scope, expected any of: update:client_keys");
  expect_api_error(manage("GET", clients, {}, "stranger"), 403, "Forbidden", "insufficient_scope",
                   "Insufficient scope, expected any of: read:clients,read:client_keys");
  BOOST_TEST(manage("PATCH", clients, {{"client_secret", ""}}).status == 400);
  BOOST_TEST(manage("PATCH", clients, {{"colour", "blue"}}).status == 400);
  BOOST_TEST(manage("DELETE", clients).status == 404);
  BOOST_TEST(probe(old_secret).status == 200);
}

BOOST_AUTO_TEST_CASE(takes_no_token_for_another_audience) {
  const auto portals = json::parse(probe(old_secret).body).value("access_token", "");
  BOOST_TEST(
      send(
          {.method = "GET", .target = clients, .headers = {{"Authorization", "Bearer " + portals}}})
          .status == 401);
}

BOOST_AUTO_TEST_CASE(a_token_ends_after_a_day) {
  const auto token = management_token();
  const auto ask = [&] {
    return send({.method = "GET",
                 .target = clients,
                 .headers = {{"Authorization", "Bearer " + token}}})
        .status;
  };
  BOOST_TEST(ask() == 200);
  wait(std::chrono::hours(24));
  BOOST_TEST(ask() == 401);
}

BOOST_AUTO_TEST_CASE(tells_its_limit_and_refuses_beyond_it_until_the_bucket_fills) {
  auto options = options_for_tests({.max_secrets = 1});
  options.burst = 2;
  options.per_second = 1;
  World small(options);
  const auto header = [](const ports::Response& response, const char* name) {
    return std::stoll(std::string(ports::find_header(response.headers, name).value_or("-1")));
  };
  const auto first = small.manage("GET", clients);
  BOOST_TEST(header(first, "x-ratelimit-limit") == 2);
  BOOST_TEST(header(first, "x-ratelimit-remaining") == 1);
  BOOST_TEST(small.manage("GET", clients).status == 200);
  const auto over = small.manage("GET", clients);
  expect_api_error(over, 429, "Too Many Requests", "too_many_requests",
                   "Global limit has been reached");
  BOOST_TEST(header(over, "x-ratelimit-remaining") == 0);
  const auto now = std::chrono::floor<seconds>(small.queue.wall_now().time_since_epoch()).count();
  BOOST_TEST(header(over, "x-ratelimit-reset") == now + 2);
  small.wait(seconds(1));
  BOOST_TEST(small.manage("GET", clients).status == 200);
}

BOOST_AUTO_TEST_CASE(a_person_replaces_a_secret_and_puts_it_back) {
  const auto& console = auth0.console();
  const mocks::idp::Console::Session session{
      .send = [this](const ports::Request& request) -> ports::Result<ports::Response> {
        return send(request);
      },
      .client_id = client_id,
      .admin_token = auth0.admin_token()};
  BOOST_TEST(console.look_up(session).value().empty());
  const auto made = console.create(session, std::nullopt);
  BOOST_TEST(made->id.empty());
  BOOST_TEST(probe(made->value).status == 200);
  BOOST_TEST(probe(old_secret).status == 401);
  BOOST_TEST(console.create(session, old_secret)->value == old_secret);
  BOOST_TEST(probe(old_secret).status == 200);
  BOOST_TEST(console.replace(session)->value.size() == 64U);
  BOOST_TEST(console.remove(session, "").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace auth0_test
