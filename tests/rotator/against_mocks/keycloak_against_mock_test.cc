// The Keycloak adapter and the token probe before the Keycloak mock: two readings of one API that
// must agree.
#include <boost/test/unit_test.hpp>

#include "mocks/idp/keycloak/keycloak.h"
#include "rotator/idp/identity_provider.h"
#include "rotator/idp/token_probe.h"
#include "tests/rotator/against_mocks/direct_wire.h"

namespace tests {

using ports::ErrorCode;

namespace keycloak_against_mock {

using namespace std::chrono_literals;

const std::string origin = "https://keycloak.example";
const std::string issuer = origin + "/realms/portal";
const std::string old_value = "synthetic-old-secret-0000000000001";

ports::Secret secret_of(std::string value) { return ports::Secret(std::move(value)); }

mocks::idp::keycloak::Options options_with(const mocks::idp::Succession& succession) {
  mocks::idp::keycloak::Options options;
  options.core = mocks::idp::keycloak::keycloak_core({});
  options.core.succession = succession;
  options.origin = origin;
  options.administrators = {
      {.client_id = "rotator", .client_secret = "synthetic-rotator"},
      {.client_id = "clerk", .client_secret = "synthetic-clerk", .may_read_policies = false},
      {.client_id = "reader", .client_secret = "synthetic-reader", .may_manage = false}};
  return options;
}

struct World {
  explicit World(const mocks::idp::Succession& succession = {.grace = 10min, .life = 1h})
      : keycloak(queue, observer, mocks::sim::Draws(7), options_with(succession)) {
    keycloak.add_client(
        {.client_id = "portal",
         .label = "Portal",
         .authentication_method = mocks::idp::AuthenticationMethod::client_secret_basic,
         .redirect_uris = {"https://portal.example/callback"}},
        old_value);
    http.connect(origin, keycloak);
    provider = make("rotator");
  }
  std::unique_ptr<rotator::IdentityProvider> make(const std::string& machine) {
    auto made = rotator::new_identity_provider(
        http, clock, {.type = "keycloak", .url = issuer, .client_id = "portal", .patience = 1s},
        secret_of(R"({"client_id":")" + machine + R"(","client_secret":"synthetic-)" + machine +
                  R"("})"));
    REQUIRE_OK(made);
    return std::move(*made);
  }
  rotator::Acceptance says(const ports::Secret& secret,
                           rotator::ProbeGrant grant = rotator::ProbeGrant::client_credentials) {
    rotator::TokenProbe probe(http, clock,
                              {.token_endpoint = issuer + "/protocol/openid-connect/token",
                               .client_id = "portal",
                               .method = rotator::AuthenticationMethod::client_secret_basic,
                               .grant = grant,
                               .redirect_uri = "https://portal.example/callback"});
    const auto answer = probe.ask(secret);
    REQUIRE_OK(answer);
    return answer->acceptance;
  }
  bool works(const ports::Secret& secret) { return says(secret) == rotator::Acceptance::accepted; }
  void wait(ports::Duration time) { queue.run_until(queue.now() + time); }

  mocks::sim::EventQueue queue;
  NoObserver observer;
  mocks::idp::keycloak::Keycloak keycloak;
  QueueClock clock{queue};
  DirectHttp http{queue};
  std::unique_ptr<rotator::IdentityProvider> provider;
};

}  // namespace keycloak_against_mock

BOOST_FIXTURE_TEST_SUITE(keycloak_against_mock, keycloak_against_mock::World)

BOOST_AUTO_TEST_CASE(reads_registration_rules_and_discovery) {
  const auto found = provider->registration();
  REQUIRE_OK(found);
  BOOST_TEST(found->client_id == "portal");
  BOOST_TEST(found->authentication_method == "");
  BOOST_TEST((found->old_lives_on == 10min));
  BOOST_TEST(found->token_endpoint == issuer + "/protocol/openid-connect/token");
  BOOST_TEST(provider->restrictions().value().empty());
}

BOOST_AUTO_TEST_CASE(rotates_through_the_rotated_place) {
  REQUIRE_OK(provider->registration());
  const auto before = provider->list_secrets();
  REQUIRE_OK(before);
  BOOST_REQUIRE(before->size() == 1U);
  const auto old_id = provider->find_secret(secret_of(old_value), *before).value().value();
  const auto created = provider->create_secret({});
  REQUIRE_OK(created);
  BOOST_TEST(works(created->value));
  BOOST_TEST(works(secret_of(old_value)));
  const auto both = provider->list_secrets();
  REQUIRE_OK(both);
  BOOST_REQUIRE(both->size() == 2U);
  BOOST_TEST(both->at(0).id == old_id);
  BOOST_TEST(both->at(1).id == created->record.id);
  BOOST_TEST((both->at(0).expires - clock.wall_now() > 9min));
  BOOST_TEST(provider->create_secret({}).error().code == ErrorCode::conflict);
  BOOST_TEST(provider->read_secret(old_id).value().same_as(secret_of(old_value)));
  REQUIRE_OK(provider->delete_secret(old_id));
  REQUIRE_OK(provider->delete_secret(old_id));
  BOOST_TEST(!works(secret_of(old_value)));
  BOOST_TEST(works(created->value));
}

BOOST_AUTO_TEST_CASE(tells_the_very_second_in_which_the_rotated_one_lapses) {
  REQUIRE_OK(provider->registration());
  REQUIRE_OK(provider->create_secret({}));
  const auto ends = provider->list_secrets().value().at(0).expires;
  wait(ends - clock.wall_now() - 1ms);
  BOOST_TEST(works(secret_of(old_value)));
  BOOST_TEST(provider->list_secrets().value().at(0).active);
  wait(1ms);
  BOOST_TEST(!works(secret_of(old_value)));
  BOOST_TEST(!provider->list_secrets().value().at(0).active);
}

BOOST_AUTO_TEST_CASE(puts_the_old_secret_back) {
  REQUIRE_OK(provider->registration());
  const auto created = provider->create_secret({});
  REQUIRE_OK(created);
  for (int times = 0; times < 2; ++times)
    REQUIRE_OK(provider->restore_secret(secret_of(old_value), created->record.id));
  BOOST_TEST(works(secret_of(old_value)));
  BOOST_TEST(!works(created->value));
  BOOST_TEST(provider->list_secrets().value().size() == 1U);
  wait(20min);
  BOOST_TEST(works(secret_of(old_value)));
}

BOOST_AUTO_TEST_CASE(settles_lost_replies) {
  REQUIRE_OK(provider->registration());
  const auto before = provider->list_secrets().value();
  http.calls.clear();
  REQUIRE_OK(provider->list_secrets());
  // The client is read before it is regenerated; both requests have their effect.
  const auto created = provider->create_secret({});
  REQUIRE_OK(created);
  const auto settled = provider->resolve_create(before, {});
  REQUIRE_OK(settled);
  BOOST_REQUIRE(settled->has_value());
  BOOST_TEST((*settled)->value.same_as(created->value));
  BOOST_TEST((*settled)->record.id == created->record.id);
}

BOOST_AUTO_TEST_CASE(goes_on_after_the_minute_that_an_administrators_token_lives) {
  REQUIRE_OK(provider->registration());
  wait(2min);
  REQUIRE_OK(provider->list_secrets());
}

BOOST_AUTO_TEST_CASE(probes_a_secret_by_either_grant) {
  for (const auto grant :
       {rotator::ProbeGrant::client_credentials, rotator::ProbeGrant::authorization_code}) {
    BOOST_TEST((says(secret_of(old_value), grant) == rotator::Acceptance::accepted));
    BOOST_TEST((says(secret_of("synthetic-wrong"), grant) == rotator::Acceptance::refused));
  }
}

BOOST_AUTO_TEST_CASE(knows_beforehand_what_the_server_would_do) {
  const auto forbidden = [](World& world, const char* machine, const char* part) {
    const auto adapter = world.make(machine);
    const auto found = adapter->registration();
    REQUIRE_OK(found);
    BOOST_TEST(!found->old_lives_on.has_value());
    const auto rules = adapter->restrictions();
    REQUIRE_OK(rules);
    BOOST_REQUIRE(rules->size() == 1U);
    BOOST_TEST(rules->front().forbids);
    BOOST_TEST(holds(rules->front().says, part), rules->front().says);
    BOOST_TEST(adapter->create_secret({}).error().code == ErrorCode::refused);
  };
  World off({.possible = false});
  forbidden(off, "rotator", "client-secret-rotation is off");
  World none({.grace = 0s});
  forbidden(none, "rotator", "rotated-expiration-period of 0");
  forbidden(*this, "clerk", "rotated_secret_life");
  forbidden(*this, "reader", "may not manage");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
