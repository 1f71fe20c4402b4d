// The Auth0 adapter and the token probe before the Auth0 mock: two readings of one API that must
// agree.
#include <boost/test/unit_test.hpp>

#include "mocks/idp/auth0/auth0.h"
#include "rotator/idp/identity_provider.h"
#include "rotator/idp/token_probe.h"
#include "tests/rotator/against_mocks/direct_wire.h"

namespace tests {

using ports::ErrorCode;

namespace auth0_against_mock {

const std::string tenant = "https://portal.eu.auth0.example";
const std::string old_value = "synthetic-old-secret-0000000000001";

ports::Secret secret_of(std::string value) { return ports::Secret(std::move(value)); }

const rotator::SecretWish wish{.value = secret_of("synthetic-secret-of-our-choice")};

struct World {
  World()
      : auth0(queue, observer, mocks::sim::Draws(7),
              {.core = {.max_secrets = 1},
               .origin = tenant,
               .administrators = {{.client_id = "machine", .client_secret = "synthetic-machine"},
                                  {.client_id = "keyless",
                                   .client_secret = "synthetic-keyless",
                                   .scopes = {"read:clients", "update:client_keys"}}},
               .default_audience = "https://api.portal.example"}) {
    auth0.add_client(
        {.client_id = "portal",
         .label = "Portal",
         .authentication_method = mocks::idp::AuthenticationMethod::client_secret_basic,
         .redirect_uris = {"https://portal.example/callback"}},
        old_value);
    http.connect(tenant, auth0);
    provider = make("machine");
  }
  std::unique_ptr<rotator::IdentityProvider> make(const std::string& machine) {
    auto made = rotator::new_identity_provider(
        http, clock, {.type = "auth0", .url = tenant, .client_id = "portal"},
        secret_of(R"({"client_id":")" + machine + R"(","client_secret":"synthetic-)" + machine +
                  R"("})"));
    REQUIRE_OK(made);
    return std::move(*made);
  }
  rotator::TokenProbe probe(rotator::ProbeGrant grant) {
    return {http,
            clock,
            {.token_endpoint = tenant + "/oauth/token",
             .client_id = "portal",
             .method = rotator::AuthenticationMethod::client_secret_basic,
             .grant = grant,
             .redirect_uri = "https://portal.example/callback"}};
  }

  mocks::sim::EventQueue queue;
  NoObserver observer;
  mocks::idp::Auth0 auth0;
  QueueClock clock{queue};
  DirectHttp http{queue};
  CountingRandom random;
  std::unique_ptr<rotator::IdentityProvider> provider;
};

}  // namespace auth0_against_mock

BOOST_FIXTURE_TEST_SUITE(auth0_against_mock, auth0_against_mock::World)

BOOST_AUTO_TEST_CASE(reads_registration_and_discovery) {
  const auto found = provider->registration();
  REQUIRE_OK(found);
  BOOST_TEST(found->client_id == "portal");
  BOOST_TEST(found->authentication_method == "client_secret_basic");
  BOOST_TEST(found->token_endpoint == tenant + "/oauth/token");
}

BOOST_AUTO_TEST_CASE(replaces_the_one_secret) {
  const auto created = provider->create_secret(wish);
  REQUIRE_OK(created);
  for (const auto grant :
       {rotator::ProbeGrant::client_credentials, rotator::ProbeGrant::authorization_code}) {
    REQUIRE_OK(probe(grant).calibrate(created->value, random));
    BOOST_TEST(
        (probe(grant).ask(secret_of(old_value))->acceptance == rotator::Acceptance::refused));
  }
  BOOST_TEST(provider->read_secret(rotator::sole_secret_id)->same_as(created->value));
  BOOST_TEST(provider->find_secret(created->value, {}).value().has_value());
  BOOST_TEST(!provider->find_secret(secret_of(old_value), {}).value().has_value());
}

BOOST_AUTO_TEST_CASE(settles_a_lost_reply_with_the_value_that_was_sent) {
  REQUIRE_OK(provider->read_secret(rotator::sole_secret_id));  // with a token at hand
  http.lose_next_reply();
  BOOST_TEST(!provider->create_secret(wish).has_value());
  const auto settled = provider->resolve_create(
      {}, {.ours = [&](const ports::Secret& value) { return value.same_as(wish.value); }});
  REQUIRE_OK(settled);
  BOOST_REQUIRE(settled->has_value());
  REQUIRE_OK(probe(rotator::ProbeGrant::client_credentials).calibrate((*settled)->value, random));
}

BOOST_AUTO_TEST_CASE(works_without_leave_to_read_keys) {
  provider = make("keyless");
  http.calls.clear();
  REQUIRE_OK(provider->list_secrets());
  BOOST_TEST(provider->find_secret(secret_of(old_value), {}).value().value() ==
             rotator::sole_secret_id);
  const auto read = provider->read_secret(rotator::sole_secret_id);
  BOOST_REQUIRE(!read);
  BOOST_TEST(read.error().code == ErrorCode::refused);
  const auto created = provider->create_secret(wish);
  REQUIRE_OK(created);
  REQUIRE_OK(probe(rotator::ProbeGrant::client_credentials).calibrate(created->value, random));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
