#include "rotator/idp/entra.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/scripted_http.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;
using tests::holds;

namespace entra {

const std::string graph = "https://graph.microsoft.com";
const std::string login = "https://login.example/tenant-1";
const std::string app = graph + "/v1.0/applications/object-1";
const std::string list_call = "GET " + app + "?$select=passwordCredentials";
const std::string admin_secret = "synthetic-admin-secret";
const std::string token = "synthetic-token";
const std::string value_one = "aaa8Q~synthetic.one";
const std::string value_two = "bbb8Q~synthetic.two";
const std::vector<std::string> never_shown = {admin_secret, token, value_one, value_two};

std::string entry(const std::string& id, const std::string& hint, const std::string& label = "x",
                  const std::string& end = "2099-01-01T00:00:00.1234567Z") {
  return R"({"customKeyIdentifier":null,"displayName":")" + label + R"(","endDateTime":")" + end +
         R"(","hint":")" + hint + R"(","keyId":")" + id +
         R"(","secretText":null,"startDateTime":"2026-02-02T11:11:04.3086381Z"})";
}

std::string made(const std::string& id, const std::string& value) {
  return R"({"keyId":")" + id + R"(","displayName":"rotation 1","hint":"bbb","secretText":")" +
         value +
         R"(","startDateTime":"2026-02-02T11:11:05Z","endDateTime":"2028-02-02T11:11:05Z"})";
}

std::string failure(const std::string& code, const std::string& message) {
  return R"({"error":{"code":")" + code + R"(","message":")" + message +
         R"(","innerError":{"request-id":"r"}}})";
}

const std::string not_found = failure("Request_BadRequest",
                                      "No password credential found with "
                                      "keyId 'key-2'.");

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};
  std::unique_ptr<IdentityProvider> provider = make({});
  bool signed_in = false;

  std::unique_ptr<IdentityProvider> make(IdentityProviderOptions options) {
    options.type = "entra";
    if (options.url.empty()) options.url = login + "/v2.0";
    options.client_id = "client-one";
    options.application_id = "object-1";
    auto made = new_identity_provider(
        http, clock, options,
        ports::Secret(R"({"client_id":"admin","client_secret":")" + admin_secret + R"("})"));
    BOOST_REQUIRE(made.has_value());
    return std::move(*made);
  }
  // The token is asked for once, before the first call.
  void expect(const std::string& call, int status, const std::string& body) {
    if (!signed_in)
      http.expect("POST " + login + "/oauth2/v2.0/token", 200,
                  R"({"token_type":"Bearer","expires_in":3599,"access_token":")" + token + R"("})");
    signed_in = true;
    http.expect(call, status, body);
  }
  void list(const std::string& entries) {
    expect(list_call, 200, R"({"passwordCredentials":[)" + entries + "]}");
  }
};

template <typename R>
void check_error(const R& result, ErrorCode code, const std::string& part) {
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().code == code);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  tests::check_discreet(result.error(), never_shown);
}

}  // namespace entra

BOOST_FIXTURE_TEST_SUITE(entra, entra::World)

BOOST_AUTO_TEST_CASE(asks_the_tenant_for_a_graph_token_and_lists_with_it) {
  list(entry("key-1", "aaa", "portal"));
  const auto listed = provider->list_secrets();
  REQUIRE_OK(listed);
  BOOST_REQUIRE(listed->size() == 1U);
  BOOST_TEST(listed->at(0).id == "key-1");
  BOOST_TEST(listed->at(0).label == "portal");
  BOOST_TEST((listed->at(0).expires > listed->at(0).created));
  BOOST_TEST(holds(http.requests[0].body, "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"));
  BOOST_TEST(tests::header(http.requests[1], "Authorization") == "Bearer " + token);
}

BOOST_AUTO_TEST_CASE(takes_the_authority_for_the_issuer_and_needs_a_tenant) {
  provider = make({.url = login});
  list("");
  REQUIRE_OK(provider->list_secrets());
  const auto none = new_identity_provider(
      http, clock, {.type = "entra", .url = "https://login.example", .client_id = "c"},
      ports::Secret("synthetic"));
  BOOST_REQUIRE(!none);
  BOOST_TEST(none.error().code == ErrorCode::configuration);
}

BOOST_AUTO_TEST_CASE(reads_the_registration_and_where_the_tenant_has_its_token_endpoint) {
  expect("GET " + app + "?$select=id,appId,displayName,createdDateTime,signInAudience,web", 200,
         R"({"id":"object-1","appId":"client-one","displayName":"Portal",
             "createdDateTime":"2025-01-01T00:00:00Z",
             "signInAudience":"AzureADandPersonalMicrosoftAccount",
             "web":{"redirectUris":["https://portal.example/callback"]}})");
  http.expect("GET " + login + "/v2.0/.well-known/openid-configuration", 200,
              R"({"issuer":")" + login + R"(/v2.0","token_endpoint":")" + login +
                  R"(/oauth2/v2.0/token"})");
  const auto found = provider->registration();
  REQUIRE_OK(found);
  BOOST_TEST(found->authentication_method.empty());
  BOOST_TEST(found->max_secrets == 2);
  BOOST_TEST(found->probe_scope == "https://graph.microsoft.com/.default");
  BOOST_TEST(found->token_endpoint == login + "/oauth2/v2.0/token");
  BOOST_TEST(found->redirect_uris.at(0) == "https://portal.example/callback");
}

BOOST_AUTO_TEST_CASE(names_the_new_secret_and_asks_for_the_life_that_is_wanted) {
  provider = make({.secret_lifetime = std::chrono::days(90)});
  expect("POST " + app + "/addPassword", 200, made("key-2", value_two));
  const auto created = provider->create_secret({.label = "rotation 1"});
  REQUIRE_OK(created);
  BOOST_TEST(created->record.id == "key-2");
  BOOST_TEST(created->value.reveal_to_wire() == value_two);
  BOOST_TEST(holds(http.requests.back().body, R"("displayName":"rotation 1")"));
  BOOST_TEST(holds(http.requests.back().body, R"("endDateTime":")"));
}

BOOST_AUTO_TEST_CASE(repeats_a_change_while_others_change_the_directory) {
  expect("POST " + app + "/addPassword", 409, failure("Directory_ConcurrencyViolation", "wait"));
  expect("POST " + app + "/addPassword", 200, made("key-2", value_two));
  REQUIRE_OK(provider->create_secret({.label = "rotation 1"}));
}

BOOST_AUTO_TEST_CASE(tells_what_a_policy_or_the_limit_refuses) {
  expect("POST " + app + "/addPassword", 400,
         failure("CredentialTypeNotAllowedAsPerAppPolicy", "no"));
  check_error(provider->create_secret({.label = "r"}), ErrorCode::refused,
              "forbids client secrets");
  expect("POST " + app + "/addPassword", 400,
         failure("CredentialInvalidLifetimeAsPerAppPolicy", "no"));
  check_error(provider->create_secret({.label = "r"}), ErrorCode::refused, "secret_lifetime");
  expect("POST " + app + "/addPassword", 400,
         failure("Request_BadRequest",
                 "Unable to save changes because the credential limit has been reached."));
  check_error(provider->create_secret({.label = "r"}), ErrorCode::conflict,
              "as many secrets as it may");
  expect("POST " + app + "/addPassword", 403, failure("Authorization_RequestDenied", "no"));
  check_error(provider->create_secret({.label = "r"}), ErrorCode::refused, "Application.ReadWrite");
  expect("POST " + app + "/addPassword", 500, "");
  check_error(provider->create_secret({.label = "r"}), ErrorCode::ambiguous, "500");
}

BOOST_AUTO_TEST_CASE(an_answer_without_the_value_is_as_good_as_a_lost_one) {
  expect("POST " + app + "/addPassword", 200, made("key-2", ""));
  check_error(provider->create_secret({.label = "r"}), ErrorCode::ambiguous, "value");
}

BOOST_AUTO_TEST_CASE(finds_a_lost_secret_by_its_name_and_not_by_being_new) {
  const std::vector<SecretRecord> before = {{.id = "key-1"}};
  // The stranger's comes first in the list.
  list(entry("key-1", "aaa") + "," + entry("key-0", "ccc", "somebody's") + "," +
       entry("key-2", "bbb", "rotation 1"));
  const auto found = provider->resolve_create(before, {.label = "rotation 1"});
  REQUIRE_OK(found);
  BOOST_REQUIRE(found->has_value());
  BOOST_TEST((*found)->record.id == "key-2");
  BOOST_TEST((*found)->value.empty());
}

BOOST_AUTO_TEST_CASE(believes_that_nothing_was_made_only_after_several_lists_over_a_while) {
  const std::vector<SecretRecord> before = {{.id = "key-1"}};
  for (int i = 0; i < entra_absent_lists; ++i) {
    list(entry("key-1", "aaa"));
    check_error(provider->resolve_create(before, {.label = "rotation 1"}), ErrorCode::busy, "lag");
    clock.elapsed += 1s;
  }
  clock.elapsed += rotator::IdentityProviderOptions().absent_for;
  list(entry("key-1", "aaa"));
  const auto found = provider->resolve_create(before, {.label = "rotation 1"});
  REQUIRE_OK(found);
  BOOST_TEST(!found->has_value());
}

BOOST_AUTO_TEST_CASE(a_removal_that_finds_nothing_is_believed_only_after_a_while) {
  for (int i = 0; i < entra_absent_lists; ++i) {
    expect("POST " + app + "/removePassword", 400, not_found);
    list(entry("key-1", "aaa"));
    check_error(provider->delete_secret("key-2"), ErrorCode::busy, "lag");
    clock.elapsed += 1s;
  }
  // A replica that shows it begins the count anew.
  clock.elapsed += rotator::IdentityProviderOptions().absent_for;
  expect("POST " + app + "/removePassword", 400, not_found);
  list(entry("key-2", "bbb"));
  check_error(provider->delete_secret("key-2"), ErrorCode::busy, "lag");
  expect("POST " + app + "/removePassword", 204, "");
  REQUIRE_OK(provider->delete_secret("key-2"));
}

BOOST_AUTO_TEST_CASE(a_removal_of_what_is_gone_succeeds_once_that_is_certain) {
  expect("POST " + app + "/removePassword", 400, not_found);
  list("");
  check_error(provider->delete_secret("key-2"), ErrorCode::busy, "lag");
  clock.elapsed += rotator::IdentityProviderOptions().absent_for;
  for (int i = 2; i < entra_absent_lists; ++i) {
    expect("POST " + app + "/removePassword", 400, not_found);
    list("");
    check_error(provider->delete_secret("key-2"), ErrorCode::busy, "lag");
  }
  expect("POST " + app + "/removePassword", 400, not_found);
  list("");
  REQUIRE_OK(provider->delete_secret("key-2"));
}

BOOST_AUTO_TEST_CASE(knows_the_secret_in_use_by_its_hint_and_guesses_among_none) {
  const auto later = clock.wall_now() + 1h;
  const std::vector<SecretRecord> one = {
      {.id = "key-1", .expires = later, .value_digest = "aaa"},
      {.id = "key-2", .expires = later, .value_digest = "bbb"},
      {.id = "key-3", .expires = clock.wall_now() - 1h, .value_digest = "aaa"}};
  BOOST_TEST(provider->find_secret(ports::Secret(std::string(value_one)), one).value().value() ==
             "key-1");
  BOOST_TEST(!provider->find_secret(ports::Secret("ccc8Q~synthetic"), one).value().has_value());
  auto two = one;
  two[1].value_digest = "aaa";
  check_error(provider->find_secret(ports::Secret(std::string(value_one)), two),
              ErrorCode::conflict, "secret_id");
}

BOOST_AUTO_TEST_CASE(reads_what_the_policies_forbid_before_anything_is_tried) {
  const auto policy = [](const std::string& rules) {
    return R"({"isEnabled":true,"applicationRestrictions":{"passwordCredentials":[)" + rules +
           "]}}";
  };
  const std::string own = "GET " + app + "/appManagementPolicies";
  const std::string tenant = "GET " + graph + "/v1.0/policies/defaultAppManagementPolicy";
  const std::string half_a_year =
      R"({"restrictionType":"passwordLifetime","state":"enabled","maxLifetime":"P180D"})";

  expect(own, 200, R"({"value":[]})");
  expect(tenant, 200, policy(R"({"restrictionType":"passwordAddition","state":"enabled"})"));
  auto rules = provider->restrictions();
  REQUIRE_OK(rules);
  BOOST_REQUIRE(rules->size() == 1U);
  BOOST_TEST(rules->at(0).forbids);
  BOOST_TEST(holds(rules->at(0).says, "forbids new client secrets"));

  expect(own, 200, R"({"value":[]})");
  expect(tenant, 200, policy(half_a_year));
  rules = provider->restrictions();
  BOOST_REQUIRE(rules->size() == 1U);
  BOOST_TEST(holds(rules->at(0).says, "180 days at most, and one for 730 days"));

  provider = make({.secret_lifetime = std::chrono::days(180)});
  signed_in = false;
  expect(own, 200, R"({"value":[]})");
  expect(tenant, 200, policy(half_a_year));
  BOOST_TEST(provider->restrictions()->empty());

  // The application's own policy stands before the tenant's, which is not even asked.
  expect(own, 200, R"({"value":[{"isEnabled":true,"displayName":"ours","restrictions":{}}]})");
  BOOST_TEST(provider->restrictions()->empty());

  expect(own, 403, failure("Authorization_RequestDenied", "no"));
  rules = provider->restrictions();
  BOOST_REQUIRE(rules->size() == 1U);
  BOOST_TEST(!rules->at(0).forbids);
  BOOST_TEST(holds(rules->at(0).says, "Policy.Read.All"));
}

BOOST_AUTO_TEST_CASE(declares_what_it_cannot_do) {
  const auto capability = provider->capability();
  BOOST_TEST(!capability.can_disable);
  BOOST_TEST(!capability.value_readable);
  BOOST_TEST(capability.max_secrets == 0);
  BOOST_TEST(!capability.propagation.has_value());
  check_error(provider->read_secret("key-1"), ErrorCode::refused, "once only");
  check_error(provider->disable_secret("key-1"), ErrorCode::refused, "disable");
  check_error(provider->enable_secret("key-1"), ErrorCode::refused, "enable");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
