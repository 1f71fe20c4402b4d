#include "rotator/idp/keycloak.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/scripted_http.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;
using tests::holds;

namespace keycloak {

const std::string origin = "https://keycloak.example";
const std::string issuer = origin + "/realms/portal";
const std::string base = origin + "/admin/realms/portal";
const std::string uuid = "11111111-2222-3333-4444-555555555555";
const std::string client = base + "/clients/" + uuid;
const std::string rotated_path = client + "/client-secret/rotated";
const std::string admin_token = "synthetic-keycloak-token";
const std::string old_value = "synthetic-secret-one-000000001";
const std::string new_value = "synthetic-secret-two-000000002";
const std::string foreign_value = "synthetic-secret-of-others-003";
const std::vector<std::string> never_shown = {admin_token, old_value, new_value, foreign_value};
// The clock of the tests begins there.
constexpr std::int64_t began = 1'795'428'000;

std::string id_of(const std::string& value) {
  return keycloak_secret_id("portal", ports::Secret(std::string(value)));
}

struct Shown {
  std::string secret = old_value;
  std::int64_t ends = began + 3600;
  std::string rotated = {};
  std::int64_t rotated_ends = began + 600;
  std::string authenticator = "client-secret";
  std::string access = R"({"view":true,"configure":true,"manage":true})";
};

std::string shown(const Shown& how) {
  std::string attributes = R"("client.secret.creation.time":"1795420000")";
  if (how.ends != 0)
    attributes += R"(,"client.secret.expiration.time":")" + std::to_string(how.ends) + '"';
  if (!how.rotated.empty())
    attributes += R"(,"client.secret.rotated":")" + how.rotated +
                  R"(","client.secret.rotated.creation.time":"1795420001")" +
                  (how.rotated_ends == 0 ? ""
                                         : R"(,"client.secret.rotated.expiration.time":")" +
                                               std::to_string(how.rotated_ends) + '"');
  return R"({"id":")" + uuid + R"(","clientId":"portal","name":"Portal","enabled":true,)" +
         R"("clientAuthenticatorType":")" + how.authenticator + R"(","secret":")" + how.secret +
         R"(","redirectUris":["https://portal.example/cb"],"standardFlowEnabled":true,)" +
         R"("serviceAccountsEnabled":true,"publicClient":false,"attributes":{)" + attributes +
         R"(},"access":)" + how.access + "}";
}

const std::string feature_on =
    R"({"features":[{"name":"CLIENT_SECRET_ROTATION","type":"PREVIEW","enabled":true}]})";
const std::string feature_off =
    R"({"features":[{"name":"CLIENT_SECRET_ROTATION","type":"PREVIEW","enabled":false}]})";

std::string policies(const std::string& conditions =
                         R"([{"condition":"client-access-type",)"
                         R"("configuration":{"type":["confidential"]}}])") {
  return R"({"policies":[{"name":"q","enabled":true,"conditions":)" + conditions +
         R"(,"profiles":["p"]}]})";
}
std::string profiles(const std::string& grace = "\"600\"") {
  return R"({"profiles":[{"name":"p","executors":[{"executor":"secret-rotation","configuration":)"
         R"({"expiration-period":3600,"rotated-expiration-period":)" +
         grace + "}}]}]}";
}

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};
  std::unique_ptr<IdentityProvider> provider = make({});

  ports::Result<std::unique_ptr<IdentityProvider>> attempt(IdentityProviderOptions options) {
    options.type = "keycloak";
    options.client_id = "portal";
    if (options.url.empty()) options.url = issuer;
    return new_identity_provider(http, clock, std::move(options),
                                 ports::Secret(std::string(admin_token)));
  }
  std::unique_ptr<IdentityProvider> make(IdentityProviderOptions options) {
    options.application_id = uuid;
    options.call_timeout = 10s;
    options.patience = 1s;
    auto made = attempt(std::move(options));
    BOOST_REQUIRE(made.has_value());
    return std::move(*made);
  }
  void shows(const Shown& how) { http.expect("GET " + client, 200, shown(how)); }
  void discovers() {
    http.expect("GET " + issuer + "/.well-known/openid-configuration", 200,
                R"({"issuer":")" + issuer + R"(","token_endpoint":")" + issuer +
                    R"(/protocol/openid-connect/token"})");
  }
  void rules(const std::string& feature, const std::string& which, const std::string& profile) {
    http.expect("GET " + origin + "/admin/serverinfo", 200, feature);
    if (which.empty()) return;
    http.expect("GET " + base + "/client-policies/policies", 200, which);
    http.expect("GET " + base + "/client-policies/profiles", 200, profile);
  }
  Registration registered() {
    auto found = provider->registration();
    REQUIRE_OK(found);
    return std::move(*found);
  }
  // As a rotation does it: nothing is made before the rules were read.
  void knows_the_rules() {
    shows({});
    rules(feature_on, policies(), profiles());
    discovers();
    BOOST_TEST((registered().old_lives_on == 600s));
  }
  // One sentence that forbids, after registration with these rules.
  std::string forbidden() {
    discovers();
    BOOST_TEST(!registered().old_lives_on.has_value());
    const auto found = provider->restrictions();
    REQUIRE_OK(found);
    BOOST_REQUIRE(found->size() == 1U);
    BOOST_TEST(found->front().forbids);
    return found->front().says;
  }
};

template <typename R>
void check_error(const R& result, ErrorCode code, const std::string& part) {
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().code == code, result.error().message);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  tests::check_discreet(result.error(), never_shown);
}

ports::Secret secret_of(const std::string& value) { return ports::Secret(std::string(value)); }

}  // namespace keycloak

BOOST_FIXTURE_TEST_SUITE(keycloak, keycloak::World)

BOOST_AUTO_TEST_CASE(declares_a_current_secret_and_one_that_lapses) {
  const auto can = provider->capability();
  BOOST_TEST((can.slots == Capability::Slots::current_and_retiring));
  BOOST_TEST(can.max_secrets == 2);
  BOOST_TEST(can.can_restore);
  BOOST_TEST(can.value_readable);
  BOOST_TEST(!can.can_disable);
  BOOST_TEST(!can.chooses_value);
  BOOST_TEST(!can.create_replaces);
}

BOOST_AUTO_TEST_CASE(knows_a_secret_by_a_digest_unless_it_could_be_guessed_by_it) {
  BOOST_TEST(id_of(old_value).starts_with("kc-"));
  BOOST_TEST(id_of(old_value).size() == 15U);
  BOOST_TEST(id_of(old_value) != id_of(new_value));
  BOOST_TEST(id_of("abc") == "chosen");
  shows({.secret = "first", .rotated = "second"});
  const auto records = provider->list_secrets();
  REQUIRE_OK(records);
  BOOST_TEST(records->at(0).id == "chosen-rotated");
  BOOST_TEST(records->at(1).id == "chosen");
  shows({.secret = "first", .rotated = "second"});
  BOOST_TEST(provider->find_secret(secret_of("second"), *records).value().value() ==
             "chosen-rotated");
}

BOOST_AUTO_TEST_CASE(reads_the_client_its_rules_and_where_its_tokens_come_from) {
  shows({});
  rules(feature_on, policies(), profiles());
  discovers();
  const auto found = registered();
  BOOST_TEST(found.label == "Portal");
  BOOST_TEST(found.authentication_method == "");
  BOOST_TEST(found.grant_types.size() == 3U);
  BOOST_TEST(found.redirect_uris.at(0) == "https://portal.example/cb");
  BOOST_TEST(found.token_endpoint == issuer + "/protocol/openid-connect/token");
  BOOST_TEST((found.old_lives_on == 600s));
  BOOST_TEST(provider->restrictions().value().empty());
  BOOST_TEST(tests::header(http.requests[0], "Authorization") == "Bearer " + admin_token);
  BOOST_TEST(tests::header(http.requests.back(), "Authorization") == "");
}

BOOST_AUTO_TEST_CASE(looks_the_client_up_by_its_client_id) {
  auto made = attempt({.url = origin + "/auth/realms/portal"});
  REQUIRE_OK(made);
  const auto below = origin + "/auth/admin/realms/portal/clients";
  http.expect("GET " + below + "?clientId=portal", 200, "[" + shown({}) + "]")
      .expect("GET " + below + "/" + uuid, 200, shown({}));
  BOOST_TEST((*made)->list_secrets().value().size() == 1U);
  made = attempt({});
  http.expect("GET " + base + "/clients?clientId=portal", 200, "[]");
  check_error((*made)->list_secrets(), ErrorCode::refused, "no such client");
  check_error(attempt({.url = origin}), ErrorCode::configuration, "the realm's");
}

BOOST_AUTO_TEST_CASE(has_nothing_to_rotate_where_no_secret_is_in_use_or_shown) {
  shows({.authenticator = "client-jwt"});
  check_error(provider->registration(), ErrorCode::refused, "authenticates by client-jwt");
  shows({.secret = "**********"});
  check_error(provider->registration(), ErrorCode::refused, "manage-clients");
  shows({.secret = "${vault.portal}"});
  check_error(provider->registration(), ErrorCode::refused, "a vault of Keycloak's own");
}

BOOST_AUTO_TEST_CASE(knows_before_that_the_one_in_use_would_end_at_once) {
  shows({});
  rules(feature_off, "", "");
  BOOST_TEST(holds(forbidden(), "client-secret-rotation is off"));
  shows({});
  rules(feature_on, R"({"policies":[]})", profiles());
  BOOST_TEST(holds(forbidden(), "no enabled client policy"));
  shows({});
  rules(feature_on, policies("[]"), profiles());
  BOOST_TEST(holds(forbidden(), "no enabled client policy"));
  shows({});
  rules(feature_on,
        policies(R"([{"condition":"client-access-type","configuration":{"type":["public"]}}])"),
        profiles());
  BOOST_TEST(holds(forbidden(), "no enabled client policy"));
  shows({});
  rules(feature_on, policies(), profiles("0"));
  BOOST_TEST(holds(forbidden(), "rotated-expiration-period of 0"));
  shows({.access = R"({"view":true,"configure":false,"manage":false})"});
  BOOST_TEST(holds(forbidden(), "may not manage"));
  check_error(provider->create_secret({}), ErrorCode::refused, "was not tried");
}

BOOST_AUTO_TEST_CASE(takes_the_shorter_period_and_either_notation) {
  shows({});
  rules(feature_on, policies(R"([{"condition":"any-client","configuration":{}}])"),
        profiles("7200"));
  discovers();
  BOOST_TEST((registered().old_lives_on == 3600s));
  BOOST_TEST(provider->restrictions().value().empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_taken_from_the_operator_or_refused) {
  shows({});
  http.expect("GET " + origin + "/admin/serverinfo", 200, feature_on)
      .expect("GET " + base + "/client-policies/policies", 403,
              R"({"error":"HTTP 403 Forbidden"})");
  BOOST_TEST(holds(forbidden(), "identity_provider.rotated_secret_life"));
  check_error(provider->create_secret({}), ErrorCode::refused, "was not tried");
  shows({});
  rules(feature_on, policies(R"([{"condition":"client-roles","configuration":{}}])"), profiles());
  BOOST_TEST(holds(forbidden(), "cannot be judged"));
  shows({});
  rules(R"({"systemInfo":{}})", policies(), profiles());
  BOOST_TEST(holds(forbidden(), "does not show client-secret-rotation"));

  provider = make({.rotated_secret_life = 900s});
  shows({});
  http.expect("GET " + origin + "/admin/serverinfo", 200, feature_on)
      .expect("GET " + base + "/client-policies/policies", 403,
              R"({"error":"HTTP 403 Forbidden"})");
  discovers();
  BOOST_TEST((registered().old_lives_on == 900s));
  BOOST_TEST(!provider->restrictions().value().at(0).forbids);
}

BOOST_AUTO_TEST_CASE(lists_the_rotated_one_first_with_its_own_or_the_primarys_end) {
  shows({.rotated = new_value});
  auto records = provider->list_secrets();
  REQUIRE_OK(records);
  BOOST_REQUIRE(records->size() == 2U);
  BOOST_TEST(records->at(0).id == id_of(new_value));
  BOOST_TEST((records->at(0).expires == ports::WallTime(std::chrono::seconds(began + 601))));
  BOOST_TEST(records->at(0).active);
  BOOST_TEST(records->at(1).id == id_of(old_value));
  BOOST_TEST((records->at(1).expires == ports::WallTime(std::chrono::seconds(began + 3601))));
  shows({.ends = began + 100, .rotated = new_value});
  BOOST_TEST((provider->list_secrets().value().at(0).expires ==
              ports::WallTime(std::chrono::seconds(began + 101))));
  // Still shown once it has lapsed, or without an end.
  shows({.rotated = new_value, .rotated_ends = began - 1});
  BOOST_TEST(!provider->list_secrets().value().at(0).active);
  shows({.rotated = new_value, .rotated_ends = 0});
  BOOST_TEST(!provider->list_secrets().value().at(0).active);
  shows({.ends = 0});
  BOOST_TEST((provider->list_secrets().value().at(0).expires == ports::WallTime{}));
}

BOOST_AUTO_TEST_CASE(regenerates_once_the_rules_are_known_and_the_place_is_free) {
  check_error(provider->create_secret({}), ErrorCode::refused, "was not tried");
  knows_the_rules();
  shows({});
  http.expect("POST " + client + "/client-secret", 200,
              R"({"type":"secret","value":")" + new_value + R"("})");
  const auto created = provider->create_secret({});
  REQUIRE_OK(created);
  BOOST_TEST(created->record.id == id_of(new_value));
  BOOST_TEST(created->value.same_as(secret_of(new_value)));
}

BOOST_AUTO_TEST_CASE(never_evicts_what_lies_in_the_rotated_place) {
  knows_the_rules();
  shows({.rotated = foreign_value});
  check_error(provider->create_secret({}), ErrorCode::conflict, "would evict");
  shows({.rotated = foreign_value, .rotated_ends = began - 1});
  check_error(provider->create_secret({}), ErrorCode::conflict, "would evict");
}

BOOST_AUTO_TEST_CASE(never_regenerates_twice) {
  knows_the_rules();
  shows({});
  http.expect_error("POST " + client + "/client-secret", ErrorCode::ambiguous);
  BOOST_TEST(provider->create_secret({}).error().code == ErrorCode::ambiguous);
  shows({});
  http.expect("POST " + client + "/client-secret", 502, "bad gateway");
  BOOST_TEST(provider->create_secret({}).error().code == ErrorCode::ambiguous);
  shows({});
  http.expect("POST " + client + "/client-secret", 200, "{}");
  BOOST_TEST(provider->create_secret({}).error().code == ErrorCode::ambiguous);
  shows({});
  http.expect("POST " + client + "/client-secret", 409,
              R"({"error":"conflict","error_description":"Duplicate resource error"})");
  check_error(provider->create_secret({}), ErrorCode::conflict, "others change the client");
}

BOOST_AUTO_TEST_CASE(finds_what_a_lost_reply_made) {
  const std::vector<SecretRecord> before = {{.id = id_of(old_value)}};
  shows({.secret = new_value, .rotated = old_value});
  auto found = provider->resolve_create(before, {});
  REQUIRE_OK(found);
  BOOST_TEST((*found)->record.id == id_of(new_value));
  BOOST_TEST((*found)->value.same_as(secret_of(new_value)));
  // Without a policy nothing is left of the one before.
  shows({.secret = new_value});
  BOOST_TEST(provider->resolve_create(before, {}).value()->record.id == id_of(new_value));
  shows({.secret = foreign_value, .rotated = new_value});
  check_error(provider->resolve_create(before, {}), ErrorCode::conflict, "more than once");
}

BOOST_AUTO_TEST_CASE(believes_that_nothing_was_made_only_after_a_call_could_have_arrived) {
  const std::vector<SecretRecord> before = {{.id = id_of(old_value)}};
  shows({});
  check_error(provider->resolve_create(before, {}), ErrorCode::busy, "on its way");
  clock.elapsed += 59s;
  shows({});
  check_error(provider->resolve_create(before, {}), ErrorCode::busy, "on its way");
  clock.elapsed += 1s;
  shows({});
  BOOST_TEST(!provider->resolve_create(before, {}).value().has_value());
}

BOOST_AUTO_TEST_CASE(deletes_the_rotated_one_and_never_the_one_in_use) {
  shows({.secret = new_value, .rotated = old_value});
  http.expect("DELETE " + rotated_path, 204);
  REQUIRE_OK(provider->delete_secret(id_of(old_value)));
  shows({.secret = new_value, .rotated = old_value});
  check_error(provider->delete_secret(id_of(new_value)), ErrorCode::refused, "secret in use");
  // Somebody else's lies there now.
  shows({.secret = new_value, .rotated = foreign_value});
  REQUIRE_OK(provider->delete_secret(id_of(old_value)));
}

BOOST_AUTO_TEST_CASE(settles_a_lost_deletion_by_reading) {
  shows({.secret = new_value, .rotated = old_value});
  http.expect_error("DELETE " + rotated_path, ErrorCode::ambiguous);
  shows({.secret = new_value});
  REQUIRE_OK(provider->delete_secret(id_of(old_value)));
  shows({.secret = new_value, .rotated = old_value});
  http.expect("DELETE " + rotated_path, 500, R"({"error":"unknown_error"})");
  shows({.secret = new_value, .rotated = old_value});
  check_error(provider->delete_secret(id_of(old_value)), ErrorCode::ambiguous, "unknown_error");
}

BOOST_AUTO_TEST_CASE(puts_the_old_secret_back_and_empties_the_rotated_place) {
  shows({.secret = new_value, .rotated = old_value});
  http.expect("PUT " + client, 204);
  shows({.secret = old_value, .rotated = old_value});
  http.expect("DELETE " + rotated_path, 204);
  REQUIRE_OK(provider->restore_secret(secret_of(old_value), id_of(new_value)));
  BOOST_TEST(http.requests.at(1).body ==
             R"({"clientId":"portal","secret":")" + old_value + R"(","attributes":{}})");
  // Done already: and what lies in the rotated place is somebody else's.
  shows({.secret = old_value});
  REQUIRE_OK(provider->restore_secret(secret_of(old_value), id_of(new_value)));
  shows({.secret = old_value, .rotated = foreign_value});
  REQUIRE_OK(provider->restore_secret(secret_of(old_value), id_of(new_value)));
}

BOOST_AUTO_TEST_CASE(puts_nothing_in_the_place_of_somebody_elses_or_an_expired_secret) {
  shows({.secret = foreign_value, .rotated = new_value});
  check_error(provider->restore_secret(secret_of(old_value), id_of(new_value)), ErrorCode::conflict,
              "somebody else's");
  shows({.secret = new_value, .ends = began - 10, .rotated = old_value});
  check_error(provider->restore_secret(secret_of(old_value), id_of(new_value)), ErrorCode::refused,
              "has expired");
}

BOOST_AUTO_TEST_CASE(proves_that_the_old_secret_was_put_back) {
  shows({.secret = new_value, .rotated = old_value});
  http.expect_error("PUT " + client, ErrorCode::ambiguous);
  shows({.secret = old_value});
  REQUIRE_OK(provider->restore_secret(secret_of(old_value), id_of(new_value)));
  shows({.secret = new_value, .rotated = old_value});
  http.expect("PUT " + client, 204);
  shows({.secret = new_value, .rotated = old_value});
  check_error(provider->restore_secret(secret_of(old_value), id_of(new_value)),
              ErrorCode::ambiguous, "still shows");
}

BOOST_AUTO_TEST_CASE(reads_both_values_again) {
  for (const auto& value : {old_value, new_value}) {
    shows({.secret = new_value, .rotated = old_value});
    BOOST_TEST(provider->read_secret(id_of(value)).value().same_as(secret_of(value)));
  }
  shows({});
  check_error(provider->read_secret(id_of(new_value)), ErrorCode::missing, "neither");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
