#include "rotator/idp/okta.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/idp/machine_key.h"
#include "tests/rotator/scripted_http.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;
using tests::holds;

namespace okta {

ports::Secret secret_of(std::string value) { return ports::Secret(std::move(value)); }

const std::string org = "https://example.okta.example";
const std::string secrets = org + "/api/v1/apps/0oaSYNTHETIC/credentials/secrets";
const std::string roles = org + "/oauth2/v1/clients/client-one/roles";
const std::string admin_token = "00synthetic-admin-token";
const std::string value_one = "synthetic-secret-one-0001";
const std::string value_two = "synthetic-secret-two-0002";
const std::vector<std::string> never_shown = {admin_token, value_one, value_two};

std::string entry(const std::string& id, const std::string& status, const std::string& value,
                  const std::string& second = "04", const std::string& hash = {}) {
  return R"({"id":")" + id + R"(","created":"2026-02-02T11:11:)" + second +
         R"(.000Z","lastUpdated":"2026-02-02T11:11:04.000Z","status":")" + status +
         R"(","client_secret":")" + value + R"(","secret_hash":")" +
         (hash.empty() ? okta_secret_hash(secret_of(value)) : hash) + R"(","_links":{}})";
}

std::string failure(const std::string& code, const std::string& summary,
                    const std::string& cause = {}) {
  return R"({"errorCode":")" + code + R"(","errorSummary":")" + summary + R"(","errorLink":")" +
         code + R"(","errorId":"oaeSYNTHETIC","errorCauses":[)" +
         (cause.empty() ? "" : R"({"errorSummary":")" + cause + R"("})") + "]}";
}

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};
  std::unique_ptr<IdentityProvider> provider = make();

  std::unique_ptr<IdentityProvider> make(std::string credential = admin_token) {
    auto made = new_identity_provider(
        http, clock, {.url = org, .client_id = "client-one", .application_id = "0oaSYNTHETIC"},
        ports::Secret(std::move(credential)));
    BOOST_REQUIRE(made.has_value());
    return std::move(*made);
  }
  ports::Result<CreatedSecret> create(const std::string& value) {
    return provider->create_secret({.label = "rotation 1", .value = secret_of(value)});
  }
  void list(const std::string& entries) { http.expect("GET " + secrets, 200, "[" + entries + "]"); }
};

template <typename R>
void check_error(const R& result, ErrorCode code, const std::string& part) {
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().code == code);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  tests::check_discreet(result.error(), never_shown);
}

}  // namespace okta

BOOST_FIXTURE_TEST_SUITE(okta, okta::World)

BOOST_AUTO_TEST_CASE(computes_secret_hash_as_okta_shows_it) {
  BOOST_TEST(okta_secret_hash(secret_of(value_one)) == "dp_1SO8P4D4oPaV8c11EEw");
  BOOST_TEST(okta_secret_hash(secret_of(value_two)) == "58kJZkNQ1bE0fiX_wpuDMQ");
}

BOOST_AUTO_TEST_CASE(lists_secrets_oldest_first_with_the_api_token) {
  list(entry("ocsB", "ACTIVE", value_two, "09") + "," + entry("ocsA", "INACTIVE", value_one, "04"));
  const auto listed = provider->list_secrets();
  REQUIRE_OK(listed);
  BOOST_REQUIRE(listed->size() == 2U);
  BOOST_TEST(listed->at(0).id == "ocsA");
  BOOST_TEST(!listed->at(0).active);
  BOOST_TEST(listed->at(1).active);
  BOOST_TEST((listed->at(1).created - listed->at(0).created == 5s));
  BOOST_TEST(tests::header(http.requests[0], "Authorization") == "SSWS " + admin_token);
}

BOOST_AUTO_TEST_CASE(sends_an_oauth_token_as_bearer) {
  provider = make("Bearer " + admin_token);
  list("");
  BOOST_TEST(provider->list_secrets().has_value());
  BOOST_TEST(tests::header(http.requests[0], "Authorization") == "Bearer " + admin_token);
}

BOOST_AUTO_TEST_CASE(a_service_application_asks_the_org_server_for_the_scope_to_manage) {
  provider = make(R"({"client_id":"0oaSERVICE","private_key":)" +
                  tests::quoted_pem(tests::machine_key()) + "}");
  http.expect("POST " + org + "/oauth2/v1/token", 200,
              R"({"token_type":"Bearer","expires_in":3600,"access_token":"synthetic"})");
  list("");
  BOOST_TEST(provider->list_secrets().has_value());
  BOOST_TEST(holds(http.requests[0].body, "&scope=okta.apps.manage&client_id=0oaSERVICE&"));
  BOOST_TEST(tests::header(http.requests[1], "Authorization") == "Bearer synthetic");
}

BOOST_AUTO_TEST_CASE(a_service_application_reads_roles_with_a_token_of_their_own_scope) {
  provider = make(R"({"client_id":"0oaSERVICE","private_key":)" +
                  tests::quoted_pem(tests::machine_key()) + "}");
  http.expect("POST " + org + "/oauth2/v1/token", 400, R"({"error":"invalid_scope"})");
  const auto unknown = provider->restrictions();
  REQUIRE_OK(unknown);
  BOOST_TEST_REQUIRE(unknown->size() == 1U);
  BOOST_TEST(!unknown->front().forbids);
  BOOST_TEST(holds(unknown->front().says, "invalid_scope (grant it the scope okta.roles.read)"));
  BOOST_TEST(holds(http.requests[0].body, "&scope=okta.roles.read&"));
}

BOOST_AUTO_TEST_CASE(an_administrators_secrets_cannot_be_changed_and_that_is_known_before) {
  http.expect("GET " + roles, 200, "[]");
  const auto none = provider->restrictions();
  REQUIRE_OK(none);
  BOOST_TEST(none->empty());

  http.expect("GET " + roles, 200,
              R"([{"id":"r1","label":"Help Desk Administrator","status":"ACTIVE"},
                  {"id":"r2","label":"Report Administrator","status":"INACTIVE"}])");
  const auto held = provider->restrictions();
  REQUIRE_OK(held);
  BOOST_TEST_REQUIRE(held->size() == 1U);
  BOOST_TEST(held->front().forbids);
  BOOST_TEST(holds(held->front().says, "\"Help Desk Administrator\""));
}

BOOST_AUTO_TEST_CASE(roles_that_may_not_be_read_are_worth_knowing_and_forbid_nothing) {
  for (const int status : {403, 404}) {
    http.expect("GET " + roles, status, failure("E0000006", "You do not have permission"));
    const auto unknown = provider->restrictions();
    REQUIRE_OK(unknown);
    BOOST_TEST_REQUIRE(unknown->size() == 1U);
    BOOST_TEST(!unknown->front().forbids);
    BOOST_TEST(holds(unknown->front().says, "Okta refuses to change its secrets"));
  }
  http.expect("GET " + roles, 200, "{}");
  check_error(provider->restrictions(), ErrorCode::malformed, "array");
}

BOOST_AUTO_TEST_CASE(a_service_application_has_no_secret_of_its_own) {
  const auto made = new_identity_provider(
      http, clock, {.url = org, .client_id = "client-one"},
      secret_of(R"({"client_id":"0oaSERVICE","client_secret":")" + value_one + R"("})"));
  check_error(made, ErrorCode::configuration, "private_key");
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_configured) {
  const auto code = [&](IdentityProviderOptions options, std::string credential) {
    const auto made = new_identity_provider(http, clock, std::move(options),
                                            ports::Secret(std::move(credential)));
    BOOST_REQUIRE(!made);
    tests::check_discreet(made.error(), never_shown);
    return made.error().code;
  };
  BOOST_TEST(code({.type = "nobody", .url = org, .client_id = "c"}, admin_token) ==
             ErrorCode::configuration);
  BOOST_TEST(code({.url = "http://plain", .client_id = "c"}, admin_token) ==
             ErrorCode::configuration);
  BOOST_TEST(code({.url = org}, admin_token) == ErrorCode::configuration);
  BOOST_TEST(code({.url = org, .client_id = "c"}, "") == ErrorCode::configuration);
  BOOST_TEST(code({.url = org, .client_id = "c"}, admin_token + "\r\nX: y") ==
             ErrorCode::configuration);
}

BOOST_AUTO_TEST_CASE(reads_the_registration_and_the_token_endpoint) {
  http.expect("GET " + org + "/api/v1/apps/0oaSYNTHETIC", 200,
              R"({"id":"0oaSYNTHETIC","label":"Portal","status":"ACTIVE",
                  "credentials":{"oauthClient":{"client_id":"client-one","token_endpoint_auth_method":"client_secret_basic"}},
                  "settings":{"oauthClient":{"grant_types":["authorization_code","refresh_token"],
                                             "redirect_uris":["https://portal.example/callback"]}}})");
  http.expect("GET " + org + "/.well-known/openid-configuration", 200,
              R"({"issuer":")" + org + R"(","token_endpoint":")" + org + R"(/oauth2/v1/token"})");
  const auto found = provider->registration();
  REQUIRE_OK(found);
  BOOST_TEST(found->client_id == "client-one");
  BOOST_TEST(found->label == "Portal");
  BOOST_TEST(found->authentication_method == "client_secret_basic");
  BOOST_TEST(found->grant_types.size() == 2U);
  BOOST_TEST(found->redirect_uris.at(0) == "https://portal.example/callback");
  BOOST_TEST(found->token_endpoint == org + "/oauth2/v1/token");
  // Discovery is public: whoever answers there need not see the administration token.
  BOOST_TEST(tests::header(http.requests[1], "Authorization") == "");
}

BOOST_AUTO_TEST_CASE(refuses_the_registration_of_another_client_and_a_foreign_issuer) {
  const std::string app =
      R"({"status":"ACTIVE","credentials":{"oauthClient":{"client_id":"CLIENT","token_endpoint_auth_method":"client_secret_post"}}})";
  auto other = app, right = app, inactive = app;
  other.replace(other.find("CLIENT"), 6, "client-two");
  right.replace(right.find("CLIENT"), 6, "client-one");
  inactive = right;
  inactive.replace(inactive.find("ACTIVE"), 6, "INACTIVE");
  const std::string at = "GET " + org + "/api/v1/apps/0oaSYNTHETIC";
  http.expect(at, 200, other);
  check_error(provider->registration(), ErrorCode::configuration, "client-two");
  http.expect(at, 200, inactive);
  check_error(provider->registration(), ErrorCode::refused, "INACTIVE");
  http.expect(at, 200, R"({"name":"bookmark"})");
  check_error(provider->registration(), ErrorCode::malformed, "oauthClient");
  http.expect(at, 200, right)
      .expect("GET " + org + "/.well-known/openid-configuration", 200,
              R"({"issuer":"https://evil.example","token_endpoint":"https://evil.example/token"})");
  check_error(provider->registration(), ErrorCode::configuration, "evil.example");
  http.expect(at, 200, right)
      .expect("GET " + org + "/.well-known/openid-configuration", 200,
              R"({"issuer":")" + org + R"(","token_endpoint":"http://plain.example/token"})");
  check_error(provider->registration(), ErrorCode::malformed, "https");
}

BOOST_AUTO_TEST_CASE(confirms_by_reading_what_the_digest_suggests) {
  std::vector<SecretRecord> records = {{.id = "ocsA", .value_digest = "58kJZkNQ1bE0fiX_wpuDMQ"},
                                       {.id = "ocsB", .value_digest = "dp_1SO8P4D4oPaV8c11EEw"}};
  http.expect("GET " + secrets + "/ocsB", 200, entry("ocsB", "ACTIVE", value_one));
  const auto found = provider->find_secret(secret_of(value_one), records);
  REQUIRE_OK(found);
  BOOST_TEST(found->value() == "ocsB");
}

BOOST_AUTO_TEST_CASE(does_not_trust_a_digest_that_reading_contradicts) {
  // The vendor changed the digest: every secret is read, and the values decide.
  std::vector<SecretRecord> records = {{.id = "ocsA", .value_digest = "unknown-form"},
                                       {.id = "ocsB", .value_digest = "dp_1SO8P4D4oPaV8c11EEw"}};
  http.expect("GET " + secrets + "/ocsB", 200, entry("ocsB", "ACTIVE", value_two));
  http.expect("GET " + secrets + "/ocsA", 200, entry("ocsA", "ACTIVE", value_one));
  const auto found = provider->find_secret(secret_of(value_one), records);
  REQUIRE_OK(found);
  BOOST_TEST(found->value() == "ocsA");

  http.expect("GET " + secrets + "/ocsB", 404,
              failure("E0000007", "Not found: Resource not found: ocsB"));
  http.expect("GET " + secrets + "/ocsA", 200, entry("ocsA", "ACTIVE", value_two));
  const auto none = provider->find_secret(secret_of(value_one), records);
  REQUIRE_OK(none);
  BOOST_TEST(!none->has_value());
}

BOOST_AUTO_TEST_CASE(does_not_guess_when_okta_hides_the_value) {
  std::vector<SecretRecord> records = {{.id = "ocsA", .value_digest = "dp_1SO8P4D4oPaV8c11EEw"}};
  http.expect(
      "GET " + secrets + "/ocsA", 200,
      R"({"id":"ocsA","created":"2026-02-02T11:11:04.000Z","status":"ACTIVE","secret_hash":"x"})");
  check_error(provider->find_secret(secret_of(value_one), records), ErrorCode::refused,
              "clientCredentials.read");
}

BOOST_AUTO_TEST_CASE(creates_a_secret_and_hands_over_its_value) {
  http.expect("POST " + secrets, 201, entry("ocsB", "ACTIVE", value_two));
  auto created = create(value_two);
  REQUIRE_OK(created);
  BOOST_TEST(created->record.id == "ocsB");
  BOOST_TEST(created->value.reveal_to_wire() == value_two);
  BOOST_TEST(http.requests[0].body == R"({"client_secret":")" + value_two + R"("})");
  BOOST_TEST(tests::header(http.requests[0], "Content-Type") == "application/json");
}

BOOST_AUTO_TEST_CASE(says_plainly_that_both_slots_are_taken) {
  http.expect("POST " + secrets, 400,
              failure("E0000001", "Api validation failed: OAuth2ClientSecretMediated",
                      "You've reached the maximum number of client secrets per client."));
  check_error(create(value_two), ErrorCode::conflict, "two secret objects");
}

BOOST_AUTO_TEST_CASE(tells_other_validation_failures_from_full_slots) {
  http.expect(
      "POST " + secrets, 400,
      failure(
          "E0000001", "Api validation failed: client_secret",
          "'client_secret' can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'."));
  check_error(create(value_two), ErrorCode::refused, "private_key_jwt");
}

BOOST_AUTO_TEST_CASE(names_what_is_wrong_with_the_credential) {
  http.expect("GET " + secrets, 401, failure("E0000011", "Invalid token provided " + admin_token));
  check_error(provider->list_secrets(), ErrorCode::refused, "E0000011");
  http.expect("GET " + secrets, 403,
              failure("E0000006", "You do not have permission to perform the requested action"));
  check_error(provider->list_secrets(), ErrorCode::refused, "okta.apps.manage");
  http.expect("GET " + secrets, 404,
              failure("E0000007", "Not found: Resource not found: 0oaSYNTHETIC (PublicClientApp)"));
  check_error(provider->list_secrets(), ErrorCode::missing, "0oaSYNTHETIC");
}

BOOST_AUTO_TEST_CASE(refuses_answers_that_it_cannot_read) {
  http.expect("GET " + secrets, 200, "<html>" + value_one + "</html>");
  check_error(provider->list_secrets(), ErrorCode::malformed, "JSON");
  http.expect("GET " + secrets, 200, R"([{"id":"ocsA","client_secret":")" + value_one + R"("}])");
  check_error(provider->list_secrets(), ErrorCode::malformed, "created");
  http.expect("GET " + secrets, 418, "teapot");
  check_error(provider->list_secrets(), ErrorCode::refused, "418");
}

BOOST_AUTO_TEST_CASE(waits_for_the_rate_limit_to_be_reset) {
  const auto reset =
      std::chrono::floor<std::chrono::seconds>(clock.wall_now() + 7s).time_since_epoch().count();
  const auto limited =
      failure("E0000047", "API call exceeded rate limit due to too many requests.");
  http.expect("GET " + secrets, 429, limited, {{"X-Rate-Limit-Reset", std::to_string(reset)}});
  list("");
  BOOST_TEST(provider->list_secrets().has_value());
  BOOST_TEST((clock.elapsed == 7s));
  // A create may wait as well: the 429 turned it away. But only as long as one call may take.
  const auto again =
      std::chrono::floor<std::chrono::seconds>(clock.wall_now() + 3s).time_since_epoch().count();
  http.expect("POST " + secrets, 429, limited, {{"X-Rate-Limit-Reset", std::to_string(again)}});
  http.expect("POST " + secrets, 201, entry("ocsB", "ACTIVE", value_two));
  BOOST_TEST(create(value_two).has_value());
  BOOST_TEST((clock.elapsed == 10s));
  const auto late =
      std::chrono::floor<std::chrono::seconds>(clock.wall_now() + 30s).time_since_epoch().count();
  http.expect("POST " + secrets, 429, limited, {{"X-Rate-Limit-Reset", std::to_string(late)}});
  check_error(create(value_two), ErrorCode::busy, "rate limit");
  BOOST_TEST((clock.elapsed == 10s));
}

BOOST_AUTO_TEST_CASE(repeats_reads_but_never_a_create_that_may_have_happened) {
  http.expect_error("GET " + secrets, ErrorCode::ambiguous)
      .expect("GET " + secrets, 502, "bad gateway");
  list("");
  BOOST_TEST(provider->list_secrets().has_value());
  http.expect_error("POST " + secrets, ErrorCode::ambiguous);
  check_error(create(value_two), ErrorCode::ambiguous, "adding");
  http.expect("POST " + secrets, 503, "");
  check_error(create(value_two), ErrorCode::ambiguous, "503");
  http.expect("POST " + secrets, 201, "not json");
  check_error(create(value_two), ErrorCode::ambiguous, "JSON");
  // Certainly not sent: once more.
  http.expect_error("POST " + secrets, ErrorCode::unreachable);
  http.expect("POST " + secrets, 201, entry("ocsB", "ACTIVE", value_two));
  BOOST_TEST(create(value_two).has_value());
}

BOOST_AUTO_TEST_CASE(gives_up_reading_when_its_patience_ends) {
  for (int i = 0; i < 8; ++i) http.expect_error("GET " + secrets, ErrorCode::ambiguous, 10s);
  check_error(provider->list_secrets(), ErrorCode::ambiguous, "tried");
  BOOST_TEST((clock.elapsed > 80s && clock.elapsed <= 100s));
}

BOOST_AUTO_TEST_CASE(finds_the_secret_that_a_lost_create_made_by_its_value) {
  const std::vector<SecretRecord> before = {{.id = "ocsA"}};
  const SecretSought sought{
      .ours = [](const ports::Secret& value) { return value.same_as(secret_of(value_two)); }};
  list(entry("ocsA", "ACTIVE", value_one));
  auto none = provider->resolve_create(before, sought);
  REQUIRE_OK(none);
  BOOST_TEST(!none->has_value());

  // A stranger's beside it is not taken for it, nor is a stranger's alone.
  const auto foreign = entry("ocsC", "ACTIVE", "synthetic-secret-foreign", "07");
  list(foreign + "," + entry("ocsB", "ACTIVE", value_two, "09"));
  auto found = provider->resolve_create(before, sought);
  REQUIRE_OK(found);
  BOOST_REQUIRE(found->has_value());
  BOOST_TEST((*found)->record.id == "ocsB");
  BOOST_TEST((*found)->value.reveal_to_wire() == value_two);
  list(entry("ocsA", "ACTIVE", value_one) + "," + foreign);
  none = provider->resolve_create(before, sought);
  REQUIRE_OK(none);
  BOOST_TEST(!none->has_value());
}

BOOST_AUTO_TEST_CASE(finds_what_is_new_where_nobody_knows_the_value_any_more) {
  const std::vector<SecretRecord> before = {{.id = "ocsA"}};
  list(entry("ocsA", "ACTIVE", value_one) + "," + entry("ocsB", "ACTIVE", value_two, "09"));
  const auto found = provider->resolve_create(before, {});
  REQUIRE_OK(found);
  BOOST_REQUIRE(found->has_value());
  BOOST_TEST((*found)->record.id == "ocsB");

  list(entry("ocsB", "ACTIVE", value_one) + "," + entry("ocsC", "ACTIVE", value_two, "09"));
  check_error(provider->resolve_create(before, {}), ErrorCode::conflict, "ocsC");
}

BOOST_AUTO_TEST_CASE(does_not_pass_on_another_value_than_was_asked_for) {
  http.expect("POST " + secrets, 201, entry("ocsB", "ACTIVE", value_one));
  check_error(create(value_two), ErrorCode::ambiguous, "another value");
}

BOOST_AUTO_TEST_CASE(disables_enables_and_deletes_by_id) {
  http.expect("POST " + secrets + "/ocsA/lifecycle/deactivate", 200,
              entry("ocsA", "INACTIVE", value_one));
  BOOST_TEST(provider->disable_secret("ocsA").has_value());
  http.expect("POST " + secrets + "/ocsA/lifecycle/activate", 200,
              entry("ocsA", "ACTIVE", value_one));
  BOOST_TEST(provider->enable_secret("ocsA").has_value());
  http.expect("DELETE " + secrets + "/ocsA", 204);
  BOOST_TEST(provider->delete_secret("ocsA").has_value());
}

BOOST_AUTO_TEST_CASE(takes_done_already_for_done_after_looking) {
  const auto gone = failure("E0000007", "Not found: Resource not found: ocsA");
  http.expect("DELETE " + secrets + "/ocsA", 404, gone);
  list(entry("ocsB", "ACTIVE", value_two));
  BOOST_TEST(provider->delete_secret("ocsA").has_value());
  http.expect("POST " + secrets + "/ocsA/lifecycle/deactivate", 400,
              failure("E0000001", "already inactive"));
  list(entry("ocsA", "INACTIVE", value_one));
  BOOST_TEST(provider->disable_secret("ocsA").has_value());
  http.expect("POST " + secrets + "/ocsA/lifecycle/activate", 404, gone);
  list(entry("ocsB", "ACTIVE", value_two));
  check_error(provider->enable_secret("ocsA"), ErrorCode::missing, "ocsA");
  // A 404 because the application is not there proves nothing about the secret.
  http.expect("DELETE " + secrets + "/ocsA", 404, gone);
  http.expect("GET " + secrets, 404,
              failure("E0000007", "Not found: Resource not found: 0oaSYNTHETIC"));
  check_error(provider->delete_secret("ocsA"), ErrorCode::missing, "0oaSYNTHETIC");
}

BOOST_AUTO_TEST_CASE(passes_on_why_okta_would_not_retire_a_secret) {
  http.expect("POST " + secrets + "/ocsA/lifecycle/deactivate", 400,
              failure("E0000001", "Api validation failed: OAuth2ClientSecretMediated",
                      "You can't deactivate the only active client secret."));
  list(entry("ocsA", "ACTIVE", value_one));
  check_error(provider->disable_secret("ocsA"), ErrorCode::refused, "only active client secret");
  http.expect(
      "DELETE " + secrets + "/ocsA", 400,
      failure(
          "E0000001", "Api validation failed: OAuth2ClientSecretMediated",
          "You can't delete an active client secret. Deactivate the secret before deleting it."));
  list(entry("ocsA", "ACTIVE", value_one));
  check_error(provider->delete_secret("ocsA"), ErrorCode::refused, "Deactivate");
}

BOOST_AUTO_TEST_CASE(settles_a_lost_reply_by_looking) {
  http.expect_error("DELETE " + secrets + "/ocsA", ErrorCode::ambiguous);
  list(entry("ocsB", "ACTIVE", value_two));
  BOOST_TEST(provider->delete_secret("ocsA").has_value());
  // It is still there: whether to ask again is for whoever holds the fence.
  http.expect_error("DELETE " + secrets + "/ocsA", ErrorCode::ambiguous);
  list(entry("ocsA", "INACTIVE", value_one));
  check_error(provider->delete_secret("ocsA"), ErrorCode::ambiguous, "deleting");
  http.expect("POST " + secrets + "/ocsA/lifecycle/deactivate", 500, "");
  list(entry("ocsA", "INACTIVE", value_one));
  BOOST_TEST(provider->disable_secret("ocsA").has_value());
}

BOOST_AUTO_TEST_CASE(encodes_ids_that_could_change_the_path) {
  http.expect("DELETE " + secrets + "/..%2F..%2Fusers", 204);
  BOOST_TEST(provider->delete_secret("../../users").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
