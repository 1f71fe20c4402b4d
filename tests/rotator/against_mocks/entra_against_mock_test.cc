// The Entra adapter and the token probe before the Entra mock: two readings of one API that must
// agree. Graph and the token service are at one origin and at two.
#include <boost/test/unit_test.hpp>

#include "mocks/idp/entra/entra.h"
#include "rotator/idp/entra.h"
#include "rotator/idp/token_probe.h"
#include "tests/rotator/against_mocks/direct_wire.h"

namespace tests {

using namespace std::chrono_literals;
using ports::ErrorCode;

namespace entra_against_mock {

const std::string login = "https://login.example";
const std::string graph = "https://graph.microsoft.com";
const std::string old_value = "old8Q~synthetic.old-secret_00000000000001";
const std::string admin_secret = "synthetic-admin-secret";

ports::Secret secret_of(std::string value) { return ports::Secret(std::move(value)); }

struct World {
  explicit World(mocks::idp::CoreOptions core = {})
      : entra(queue, observer, mocks::sim::Draws(7),
              {.core = core,
               .origin = login,
               .administrators = {{.client_id = "writer", .client_secret = admin_secret},
                                  {.client_id = "reader",
                                   .client_secret = admin_secret,
                                   .right = mocks::idp::entra::GraphRight::read}}}) {
    mocks::idp::Registration registration;
    registration.client_id = "app-one";
    registration.object_id = "object-one";
    registration.label = "Portal";
    registration.redirect_uris = {"https://portal.example/callback"};
    old_id = entra.add_client(registration, old_value);
    http.connect(login, entra);
    http.connect(graph, entra);
    provider = make("writer");
  }
  std::unique_ptr<rotator::IdentityProvider> make(const std::string& admin,
                                                  rotator::IdentityProviderOptions options = {}) {
    options.type = "entra";
    options.url = login + "/" + entra.options().tenant + "/v2.0";
    options.client_id = "app-one";
    auto made = rotator::new_identity_provider(
        http, clock, options,
        secret_of(R"({"client_id":")" + admin + R"(","client_secret":")" + admin_secret + R"("})"));
    REQUIRE_OK(made);
    return std::move(*made);
  }
  // As the driver does: the same again while it is busy.
  template <typename Operation>
  auto patiently(const Operation& operation) {
    for (int i = 0;; ++i) {
      auto result = operation();
      if (result || result.error().code != ErrorCode::busy || i > 100) return result;
      queue.run_until(queue.now() + 5s);
    }
  }

  mocks::sim::EventQueue queue;
  NoObserver observer;
  mocks::idp::entra::Entra entra;
  QueueClock clock{queue};
  DirectHttp http{queue};
  CountingRandom random;
  std::unique_ptr<rotator::IdentityProvider> provider;
  std::string old_id;
};

template <typename R>
void check_code(const R& result, ErrorCode code) {
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().code == code, result.error().message);
  check_discreet(result.error(), {old_value, admin_secret});
}

}  // namespace entra_against_mock

BOOST_FIXTURE_TEST_SUITE(entra_against_mock, entra_against_mock::World)

BOOST_AUTO_TEST_CASE(reads_registration_and_discovery_at_one_origin_and_at_two) {
  for (const auto& options :
       {rotator::IdentityProviderOptions{}, rotator::IdentityProviderOptions{.admin_url = login},
        rotator::IdentityProviderOptions{.application_id = "object-one"}}) {
    const auto found = make("reader", options)->registration();
    REQUIRE_OK(found);
    BOOST_TEST(found->client_id == "app-one");
    BOOST_TEST(found->label == "Portal");
    BOOST_TEST(found->max_secrets == 0);
    BOOST_TEST(found->redirect_uris.at(0) == "https://portal.example/callback");
    BOOST_TEST(found->token_endpoint == login + entra.endpoint_paths().token);
  }
}

BOOST_AUTO_TEST_CASE(adds_and_removes_secrets) {
  const auto before = provider->list_secrets();
  REQUIRE_OK(before);
  BOOST_REQUIRE(before->size() == 1U);
  BOOST_TEST(before->at(0).id == old_id);
  BOOST_TEST(provider->find_secret(secret_of(old_value), *before).value().value() == old_id);
  // Soon after each other: the directory is busy, and the adapter comes again.
  const auto created = provider->create_secret({.label = "rotation 1"});
  REQUIRE_OK(created);
  const auto another = provider->create_secret({.label = "rotation 2"});
  REQUIRE_OK(another);
  const auto listed = provider->list_secrets();
  REQUIRE_OK(listed);
  BOOST_REQUIRE(listed->size() == 3U);
  const auto* shown = rotator::find_secret(*listed, created->record.id);
  BOOST_REQUIRE(shown != nullptr);
  BOOST_TEST(shown->label == "rotation 1");
  BOOST_TEST((shown->expires - shown->created == std::chrono::days(730)));
  BOOST_TEST(provider->find_secret(created->value, *listed).value().value() == created->record.id);
  REQUIRE_OK(provider->delete_secret(another->record.id));
  REQUIRE_OK(provider->delete_secret(old_id));
  REQUIRE_OK(patiently([&] { return provider->delete_secret(old_id); }));
  BOOST_TEST(provider->list_secrets()->size() == 1U);
}

BOOST_AUTO_TEST_CASE(finds_a_secret_whose_reply_was_lost_although_lists_lag) {
  World world({.replicas = 3, .read_lag = {.low = 10s, .high = 40s}});
  const auto before = world.provider->list_secrets();
  REQUIRE_OK(before);
  world.http.lose_next_reply();
  check_code(world.provider->create_secret({.label = "rotation 1"}), ErrorCode::ambiguous);
  const auto found = world.patiently(
      [&] { return world.provider->resolve_create(*before, {.label = "rotation 1"}); });
  REQUIRE_OK(found);
  BOOST_REQUIRE(found->has_value());
  BOOST_TEST((*found)->value.empty());
  const auto id = (*found)->record.id;
  REQUIRE_OK(world.patiently([&] { return world.provider->delete_secret(id); }));
  const auto none = world.patiently(
      [&] { return world.provider->resolve_create(*before, {.label = "rotation 1"}); });
  REQUIRE_OK(none);
  BOOST_TEST(!none->has_value());
  BOOST_TEST(world.entra.core().secrets("app-one").size() == 1U);
}

BOOST_AUTO_TEST_CASE(never_takes_a_new_secret_that_no_replica_knows_for_removed) {
  World world({.read_lag = {.low = 60s, .high = 60s}});
  const auto created = world.provider->create_secret({.label = "rotation 1"});
  REQUIRE_OK(created);
  const auto& id = created->record.id;
  check_code(world.provider->delete_secret(id), ErrorCode::busy);
  REQUIRE_OK(world.patiently([&] { return world.provider->delete_secret(id); }));
  BOOST_TEST(world.entra.core().secrets("app-one").size() == 1U);
}

BOOST_AUTO_TEST_CASE(knows_what_the_policy_would_refuse) {
  World forbidden({.policy = {.forbids_new = true}});
  REQUIRE_OK(forbidden.provider->registration());
  const auto rules = forbidden.provider->restrictions();
  REQUIRE_OK(rules);
  BOOST_REQUIRE(rules->size() == 1U);
  BOOST_TEST(rules->at(0).forbids);
  check_code(forbidden.provider->create_secret({.label = "rotation 1"}), ErrorCode::refused);

  World shorter({.policy = {.longest_life = std::chrono::days(180)}});
  BOOST_TEST(shorter.provider->restrictions()->size() == 1U);
  check_code(shorter.provider->create_secret({.label = "rotation 1"}), ErrorCode::refused);
  const auto fitting = shorter.make("writer", {.secret_lifetime = std::chrono::days(180)});
  BOOST_TEST(fitting->restrictions()->empty());
  REQUIRE_OK(fitting->create_secret({.label = "rotation 1"}));

  BOOST_TEST(provider->restrictions()->empty());
}

BOOST_AUTO_TEST_CASE(tells_what_is_wrong_with_its_credential) {
  check_code(make("other")->list_secrets(), ErrorCode::refused);
  BOOST_TEST(make("reader")->list_secrets().has_value());
  check_code(make("reader")->create_secret({.label = "r"}), ErrorCode::refused);
}

BOOST_AUTO_TEST_CASE(calibrates_the_probe_by_client_credentials_only) {
  const auto found = provider->registration();
  REQUIRE_OK(found);
  rotator::ProbeOptions options{.token_endpoint = found->token_endpoint,
                                .client_id = "app-one",
                                .scope = found->probe_scope,
                                .redirect_uri = found->redirect_uris.at(0)};
  for (const auto method : {rotator::AuthenticationMethod::client_secret_post,
                            rotator::AuthenticationMethod::client_secret_basic}) {
    options.method = method;
    options.grant = rotator::ProbeGrant::client_credentials;
    REQUIRE_OK(rotator::TokenProbe(http, clock, options).calibrate(secret_of(old_value), random));
    // A made-up code is refused before the secret is looked at: no probe, and it is seen.
    options.grant = rotator::ProbeGrant::authorization_code;
    check_code(rotator::TokenProbe(http, clock, options).calibrate(secret_of(old_value), random),
               ErrorCode::refused);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
