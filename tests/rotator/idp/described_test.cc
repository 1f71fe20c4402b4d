#include "rotator/idp/described.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/descriptions.h"
#include "tests/rotator/scripted_http.h"

namespace rotator {

using ports::ErrorCode;
using tests::holds;

namespace described {

namespace descriptions = testing::descriptions;

const std::string host = "https://login.example";
const std::string secrets = host + "/api/v1/apps/client-one/credentials/secrets";
const std::string admin_token = "synthetic-admin-token-0001";
const std::string our_value = "synthetic-secret-ours-0001";
const std::string foreign_value = "synthetic-secret-other-0002";
const std::vector<std::string> never_shown = {admin_token, our_value, foreign_value};

std::string secret(const std::string& id, const std::string& value = {},
                   const std::string& status = "ACTIVE") {
  return R"({"id":")" + id + R"(","created":"2026-11-23T10:00:00.000Z","status":")" + status + '"' +
         (value.empty() ? "" : R"(,"client_secret":")" + value + '"') + '}';
}

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};

  std::unique_ptr<IdentityProvider> make(HttpDescription description) {
    auto made = new_identity_provider(
        http, clock,
        {.type = "http",
         .url = host,
         .client_id = "client-one",
         .description = std::make_shared<HttpDescription>(std::move(description))},
        ports::Secret(std::string(admin_token)));
    BOOST_REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
    return std::move(*made);
  }
  static SecretWish wish() { return {.value = ports::Secret(std::string(our_value))}; }
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
  return value.same_as(ports::Secret(std::string(our_value)));
}};

}  // namespace described

BOOST_FIXTURE_TEST_SUITE(described, described::World)

BOOST_AUTO_TEST_CASE(declares_what_is_described) {
  const auto okta = make(descriptions::okta())->capability();
  BOOST_TEST((okta.slots == Capability::Slots::independent));
  BOOST_TEST(okta.can_disable);
  BOOST_TEST(okta.value_readable);
  BOOST_TEST(okta.chooses_value);
  BOOST_TEST(!okta.propagation.has_value());
  const auto auth0 = make(descriptions::auth0(host))->capability();
  BOOST_TEST((auth0.slots == Capability::Slots::single));
  BOOST_TEST(auth0.create_replaces);
  BOOST_TEST(!auth0.secret_ids);
  BOOST_TEST((auth0.propagation == std::chrono::seconds(30)));
}

BOOST_AUTO_TEST_CASE(sends_what_is_described_with_the_credential_from_vault) {
  const auto provider = make(descriptions::okta());
  http.expect("POST " + secrets, 201, secret("ocs1", our_value));
  const auto created = provider->create_secret(wish());
  REQUIRE_OK(created);
  BOOST_TEST(created->record.id == "ocs1");
  BOOST_TEST(created->value.same_as(wish().value));
  BOOST_TEST(http.requests[0].body == R"({"client_secret":")" + our_value + R"("})");
  BOOST_TEST(tests::header(http.requests[0], "Authorization") == "SSWS " + admin_token);
}

BOOST_AUTO_TEST_CASE(never_takes_a_strangers_secret_for_the_one_whose_reply_was_lost) {
  const auto provider = make(descriptions::okta());
  http.expect("GET " + secrets, 200, "[" + secret("ocs0") + "," + secret("ocs1") + "]")
      .expect("GET " + secrets + "/ocs1", 200, secret("ocs1", foreign_value));
  const auto strangers = provider->resolve_create({{.id = "ocs0"}}, sought);
  REQUIRE_OK(strangers);
  BOOST_TEST(!strangers->has_value());
  http.expect("GET " + secrets, 200, "[" + secret("ocs1") + "," + secret("ocs2") + "]")
      .expect("GET " + secrets + "/ocs1", 200, secret("ocs1", foreign_value))
      .expect("GET " + secrets + "/ocs2", 200, secret("ocs2", our_value));
  const auto ours = provider->resolve_create({}, sought);
  REQUIRE_OK(ours);
  BOOST_REQUIRE(ours->has_value());
  BOOST_TEST((*ours)->record.id == "ocs2");
}

BOOST_AUTO_TEST_CASE(takes_nothing_for_ours_where_nothing_was_wished_for) {
  const auto provider = make(descriptions::okta());
  http.expect("GET " + secrets, 200, "[" + secret("ocs1") + "]");
  const auto found = provider->resolve_create({}, {});
  REQUIRE_OK(found);
  BOOST_TEST(!found->has_value());
}

BOOST_AUTO_TEST_CASE(settles_a_retire_by_the_list) {
  const auto provider = make(descriptions::okta());
  http.expect_error("POST " + secrets + "/ocs0/lifecycle/deactivate", ErrorCode::ambiguous)
      .expect("GET " + secrets, 200, "[" + secret("ocs0", {}, "INACTIVE") + "]");
  REQUIRE_OK(provider->disable_secret("ocs0"));
  http.expect("DELETE " + secrets + "/ocs0", 404, "{}").expect("GET " + secrets, 200, "[]");
  REQUIRE_OK(provider->delete_secret("ocs0"));
  http.expect("DELETE " + secrets + "/ocs0", 404, "{}")
      .expect("GET " + secrets, 200, "[" + secret("ocs0") + "]");
  check_error(provider->delete_secret("ocs0"), ErrorCode::missing, "deleting secret ocs0");
}

BOOST_AUTO_TEST_CASE(shows_no_secret_in_an_error) {
  const auto provider = make(descriptions::okta());
  http.expect("POST " + secrets, 400,
              R"({"errorCode":"E1","errorSummary":"not )" + admin_token + R"("})");
  check_error(provider->create_secret(wish()), ErrorCode::refused, "adding a secret");
  http.expect("POST " + secrets, 201, secret("ocs1", foreign_value));
  check_error(provider->create_secret(wish()), ErrorCode::ambiguous, "another value");
  http.expect("POST " + secrets, 201, our_value);
  check_error(provider->create_secret(wish()), ErrorCode::ambiguous, "not a JSON object");
}

BOOST_AUTO_TEST_CASE(says_that_no_slot_is_free_where_that_is_described) {
  auto described = descriptions::okta();
  described.create->conflict = {"409"};
  const auto provider = make(described);
  http.expect("POST " + secrets, 409, "{}");
  check_error(provider->create_secret(wish()), ErrorCode::conflict, "no slot is free");
}

BOOST_AUTO_TEST_CASE(a_flawed_description_makes_no_adapter) {
  auto blind = descriptions::okta();
  blind.read.reset();
  const auto made =
      new_identity_provider(http, clock,
                            {.type = "http",
                             .url = host,
                             .client_id = "client-one",
                             .description = std::make_shared<HttpDescription>(std::move(blind))},
                            ports::Secret(std::string(admin_token)));
  check_error(made, ErrorCode::configuration, "identity_provider.http.secret.label: is missing");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
