#include "rotator/idp/auth0.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/scripted_http.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;
using tests::holds;

namespace auth0 {

const std::string tenant = "https://portal.eu.auth0.example";
const std::string client = tenant + "/api/v2/clients/client-one";
const std::string admin_token = "synthetic-management-token";
const std::string old_value = "synthetic-secret-one-0001";
const std::string new_value = "synthetic-secret-two-0002";
const std::vector<std::string> never_shown = {admin_token, old_value, new_value};

std::string shown(const std::string& value, const std::string& method = "client_secret_post") {
  return R"({"client_id":"client-one","name":"Portal","callbacks":["https://portal.example/cb"],)"
         R"("grant_types":["authorization_code"])" +
         (value.empty() ? "" : R"(,"client_secret":")" + value + '"') +
         (method.empty() ? "" : R"(,"token_endpoint_auth_method":")" + method + '"') + "}";
}

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};
  std::unique_ptr<IdentityProvider> provider = make();

  ports::Result<std::unique_ptr<IdentityProvider>> attempt(IdentityProviderOptions options,
                                                           std::string credential = admin_token) {
    options.type = "auth0";
    options.client_id = "client-one";
    return new_identity_provider(http, clock, std::move(options),
                                 ports::Secret(std::move(credential)));
  }
  std::unique_ptr<IdentityProvider> make(std::string credential = admin_token) {
    auto made = attempt({.url = tenant}, std::move(credential));
    BOOST_REQUIRE(made.has_value());
    return std::move(*made);
  }
  ports::Result<CreatedSecret> create() {
    return provider->create_secret({.value = ports::Secret(std::string(new_value))});
  }
  std::string sent_value(std::size_t request) const { return http.requests.at(request).body; }
};

template <typename R>
void check_error(const R& result, ErrorCode code, const std::string& part) {
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().code == code);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  tests::check_discreet(result.error(), never_shown);
}

const SecretSought sought{.ours = [](const ports::Secret& value) {
  return value.same_as(ports::Secret(std::string(new_value)));
}};

const std::string patch = R"({"client_secret":")" + new_value + R"("})";

}  // namespace auth0

BOOST_FIXTURE_TEST_SUITE(auth0, auth0::World)

BOOST_AUTO_TEST_CASE(declares_one_secret_that_a_create_replaces) {
  const auto can = provider->capability();
  BOOST_TEST((can.slots == Capability::Slots::single));
  BOOST_TEST(can.create_replaces);
  BOOST_TEST(!can.secret_ids);
  BOOST_TEST(!can.can_disable);
  BOOST_TEST((can.propagation == 30s));
}

BOOST_AUTO_TEST_CASE(reads_the_client_and_where_its_tokens_come_from) {
  http.expect("GET " + client, 200, shown(old_value))
      .expect(
          "GET " + tenant + "/.well-known/openid-configuration", 200,
          R"({"issuer":")" + tenant + R"(/","token_endpoint":")" + tenant + R"(/oauth/token"})");
  const auto found = provider->registration();
  REQUIRE_OK(found);
  BOOST_TEST(found->label == "Portal");
  BOOST_TEST(found->authentication_method == "client_secret_post");
  BOOST_TEST(found->redirect_uris.at(0) == "https://portal.example/cb");
  BOOST_TEST(found->token_endpoint == tenant + "/oauth/token");
  BOOST_TEST(tests::header(http.requests[0], "Authorization") == "Bearer " + admin_token);
}

BOOST_AUTO_TEST_CASE(has_nothing_to_rotate_where_the_client_uses_no_secret) {
  http.expect("GET " + client, 200, shown(old_value, "none"));
  check_error(provider->registration(), ErrorCode::refused, "nothing to rotate");
  http.expect("GET " + client, 200, shown(old_value, ""));
  check_error(provider->registration(), ErrorCode::refused, "authenticates by keys");
}

BOOST_AUTO_TEST_CASE(replaces_the_secret_by_the_value_that_is_wished_for) {
  http.expect("PATCH " + client, 200, shown(new_value));
  const auto created = create();
  REQUIRE_OK(created);
  BOOST_TEST(created->record.id == sole_secret_id);
  BOOST_TEST(created->value.same_as(ports::Secret(std::string(new_value))));
  BOOST_TEST(sent_value(0) == patch);
}

BOOST_AUTO_TEST_CASE(finds_what_a_lost_request_made_and_nothing_else) {
  http.expect_error("PATCH " + client, ErrorCode::ambiguous);
  check_error(create(), ErrorCode::ambiguous, "");
  http.expect("GET " + client, 200, shown(old_value));  // it may still be on its way
  auto settled = provider->resolve_create({{.id = sole_secret_id}}, sought);
  REQUIRE_OK(settled);
  BOOST_TEST(!settled->has_value());
  http.expect("GET " + client, 200, shown(new_value));
  settled = provider->resolve_create({{.id = sole_secret_id}}, sought);
  REQUIRE_OK(settled);
  BOOST_REQUIRE(settled->has_value());
  BOOST_TEST((*settled)->value.same_as(ports::Secret(std::string(new_value))));
  // Where nobody knows what was wished for, nothing can be told by reading.
  const auto nobody_knows = provider->resolve_create({}, {});
  REQUIRE_OK(nobody_knows);
  BOOST_TEST(!nobody_knows->has_value());
}

BOOST_AUTO_TEST_CASE(says_which_leave_is_missing) {
  http.expect(
      "PATCH " + client, 403,
      R"({"statusCode":403,"error":"Forbidden","message":"Insufficient scope, expected any )"
      R"(of: update:client_keys","errorCode":"insufficient_scope"})");
  check_error(create(), ErrorCode::refused, "update:client_keys");
}

BOOST_AUTO_TEST_CASE(compares_by_reading_and_without_leave_names_the_only_one) {
  const auto compare = [&](const std::string& answer) {
    http.expect("GET " + client, 200, answer);
    return provider->find_secret(ports::Secret(std::string(old_value)), {}).value();
  };
  BOOST_TEST(compare(shown(old_value)).value() == sole_secret_id);
  BOOST_TEST(!compare(shown(new_value)).has_value());
  BOOST_TEST(compare(shown("")).value() == sole_secret_id);
  http.expect("GET " + client, 200, shown(""));
  check_error(provider->read_secret(sole_secret_id), ErrorCode::refused, "read:client_keys");
}

BOOST_AUTO_TEST_CASE(waits_until_the_limit_is_reset) {
  const auto reset =
      std::chrono::floor<std::chrono::seconds>(clock.wall_now().time_since_epoch()).count() + 4;
  http.expect("GET " + client, 429, R"({"errorCode":"too_many_requests"})",
              {{"x-ratelimit-reset", std::to_string(reset)}})
      .expect("GET " + client, 200, shown(old_value));
  const auto began = clock.now();
  REQUIRE_OK(provider->read_secret(sole_secret_id));
  BOOST_TEST((clock.now() - began >= 4s));
}

BOOST_AUTO_TEST_CASE(a_machine_client_asks_for_the_management_audience) {
  provider = make(R"({"client_id":"machine","client_secret":"synthetic-machine"})");
  http.expect("POST " + tenant + "/oauth/token", 200,
              R"({"token_type":"Bearer","expires_in":86400,"access_token":"synthetic"})")
      .expect("GET " + client, 200, shown(old_value));
  REQUIRE_OK(provider->read_secret(sole_secret_id));
  BOOST_TEST(
      holds(http.requests[0].body, "audience=https%3A%2F%2Fportal.eu.auth0.example%2Fapi%2Fv2%2F"));
  BOOST_TEST(tests::header(http.requests[1], "Authorization") == "Bearer synthetic");
}

BOOST_AUTO_TEST_CASE(cannot_retire_its_only_secret) {
  check_error(provider->disable_secret(sole_secret_id), ErrorCode::refused, "one secret");
  check_error(provider->enable_secret(sole_secret_id), ErrorCode::refused, "one secret");
  check_error(provider->delete_secret(sole_secret_id), ErrorCode::refused, "one secret");
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_configured) {
  check_error(attempt({.url = tenant + "/api"}), ErrorCode::configuration, "without a path");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
