// The Okta adapter and the token probe before the Okta mock: two readings of one API that must
// agree.
#include <boost/test/unit_test.hpp>

#include "mocks/idp/okta/okta.h"
#include "rotator/idp/identity_provider.h"
#include "rotator/idp/token_probe.h"
#include "tests/rotator/against_mocks/direct_wire.h"

namespace tests {

using namespace std::chrono_literals;
using ports::ErrorCode;

namespace okta_against_mock {

const std::string org = "https://org.okta.example";
const std::string old_value = "synthetic-old-secret-0000000000001";
const std::string admin = "00SyntheticAdminToken";
const std::string reader = "00SyntheticReaderToken";

ports::Secret secret_of(std::string value) { return ports::Secret(std::move(value)); }

const rotator::SecretWish wish{.value = secret_of("synthetic-secret-of-our-choice")};

struct World {
  explicit World(mocks::idp::CoreOptions core = {}, int per_minute = 100)
      : okta(queue, observer, mocks::sim::Draws(7),
             {.core = core,
              .origin = org,
              .administrators = {{.token = admin},
                                 {.token = reader, .right = mocks::idp::AdminRight::read}},
              .admin_requests_per_minute = per_minute}) {
    mocks::idp::Registration registration;
    registration.client_id = "0oaClient";
    registration.object_id = "0oaApplication";
    registration.label = "Portal";
    registration.authentication_method = mocks::idp::AuthenticationMethod::client_secret_basic;
    registration.redirect_uris = {"https://portal.example/callback"};
    old_id = okta.add_client(registration, old_value);
    http.connect(org, okta);
    provider = make(admin);
  }
  std::unique_ptr<rotator::IdentityProvider> make(const std::string& credential,
                                                  const std::string& url = org) {
    auto made = rotator::new_identity_provider(
        http, clock, {.url = url, .client_id = "0oaClient", .application_id = "0oaApplication"},
        secret_of(credential));
    REQUIRE_OK(made);
    return std::move(*made);
  }
  rotator::TokenProbe probe(rotator::ProbeOptions options = {}) {
    options.token_endpoint =
        options.token_endpoint.empty() ? org + "/oauth2/default/v1/token" : options.token_endpoint;
    options.client_id = "0oaClient";
    options.redirect_uri = "https://portal.example/callback";
    return {http, clock, options};
  }

  mocks::sim::EventQueue queue;
  NoObserver observer;
  mocks::idp::Okta okta;
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
  check_discreet(result.error(), {old_value, admin, reader});
}

}  // namespace okta_against_mock

BOOST_FIXTURE_TEST_SUITE(okta_against_mock, okta_against_mock::World)

BOOST_AUTO_TEST_CASE(reads_registration_and_discovery) {
  const auto found = provider->registration();
  REQUIRE_OK(found);
  BOOST_TEST(found->client_id == "0oaClient");
  BOOST_TEST(found->label == "Portal");
  BOOST_TEST(found->authentication_method == "client_secret_basic");
  BOOST_TEST(found->redirect_uris.at(0) == "https://portal.example/callback");
  BOOST_TEST(found->grant_types.size() == 3U);
  BOOST_TEST(found->token_endpoint == org + "/oauth2/v1/token");
  const auto custom = make(admin, org + "/oauth2/default")->registration();
  REQUIRE_OK(custom);
  BOOST_TEST(custom->token_endpoint == org + "/oauth2/default/v1/token");
}

BOOST_AUTO_TEST_CASE(adds_disables_enables_and_deletes_secrets) {
  const auto before = provider->list_secrets();
  REQUIRE_OK(before);
  BOOST_REQUIRE(before->size() == 1U);
  BOOST_TEST(before->at(0).id == old_id);
  BOOST_TEST(provider->find_secret(secret_of(old_value), *before).value().value() == old_id);
  BOOST_TEST(!provider->find_secret(secret_of("synthetic-unknown"), *before).value().has_value());

  const auto created = provider->create_secret(wish);
  REQUIRE_OK(created);
  const auto read = provider->read_secret(created->record.id);
  REQUIRE_OK(read);
  BOOST_TEST(read->same_as(created->value));
  BOOST_TEST(read->same_as(wish.value));
  check_code(provider->create_secret(wish), ErrorCode::conflict);

  check_code(provider->delete_secret(old_id), ErrorCode::refused);  // still active
  for (int twice = 0; twice < 2; ++twice) REQUIRE_OK(provider->disable_secret(old_id));
  BOOST_TEST(!provider->list_secrets()->at(0).active);
  for (int twice = 0; twice < 2; ++twice) REQUIRE_OK(provider->enable_secret(old_id));
  BOOST_TEST(provider->list_secrets()->at(0).active);
  REQUIRE_OK(provider->disable_secret(old_id));
  check_code(provider->disable_secret(created->record.id),
             ErrorCode::refused);  // the last active one
  for (int twice = 0; twice < 2; ++twice) REQUIRE_OK(provider->delete_secret(old_id));
  REQUIRE_OK(provider->disable_secret(old_id));
  check_code(provider->enable_secret(old_id), ErrorCode::missing);
  BOOST_TEST(provider->list_secrets()->size() == 1U);
}

BOOST_AUTO_TEST_CASE(settles_lost_replies) {
  const auto before = provider->list_secrets();
  REQUIRE_OK(before);
  http.lose_next_reply();
  check_code(provider->create_secret(wish), ErrorCode::ambiguous);
  const auto found = provider->resolve_create(
      *before, {.ours = [&](const ports::Secret& value) { return value.same_as(wish.value); }});
  REQUIRE_OK(found);
  BOOST_REQUIRE(found->has_value());
  const auto read = provider->read_secret((*found)->record.id);
  REQUIRE_OK(read);
  BOOST_TEST(read->same_as((*found)->value));
  http.lose_next_reply();
  REQUIRE_OK(provider->disable_secret(old_id));
  http.lose_next_reply();
  REQUIRE_OK(provider->delete_secret(old_id));
  BOOST_TEST(provider->list_secrets()->size() == 1U);
}

BOOST_AUTO_TEST_CASE(tells_what_is_wrong_with_its_credential) {
  check_code(make("00SyntheticWrongToken")->list_secrets(), ErrorCode::refused);
  BOOST_TEST(make(reader)->list_secrets().has_value());
  check_code(make(reader)->create_secret(wish), ErrorCode::refused);
  check_code(make(reader)->delete_secret(old_id), ErrorCode::refused);
}

BOOST_AUTO_TEST_CASE(waits_for_the_rate_limit) {
  World limited({}, 3);
  for (int i = 0; i < 5; ++i) REQUIRE_OK(limited.provider->list_secrets());
  BOOST_TEST((limited.clock.now() > ports::Instant(0s)));
  BOOST_TEST((limited.clock.now() <= ports::Instant(120s)));
}

BOOST_AUTO_TEST_CASE(calibrates_the_probe_by_both_grants) {
  using rotator::AuthenticationMethod;
  using rotator::ProbeGrant;
  for (const auto grant : {ProbeGrant::client_credentials, ProbeGrant::authorization_code})
    REQUIRE_OK(probe({.method = AuthenticationMethod::client_secret_basic, .grant = grant})
                   .calibrate(secret_of(old_value), random));
  // Registered for Basic: the form is refused, and the calibration says so.
  check_code(probe({.method = AuthenticationMethod::client_secret_post})
                 .calibrate(secret_of(old_value), random),
             ErrorCode::refused);
}

BOOST_AUTO_TEST_CASE(sees_a_new_secret_accepted_late_and_an_old_one_refused_late) {
  using rotator::Acceptance;
  World slow({.create_lag = {.low = 5s, .high = 5s}, .retire_lag = {.low = 7s, .high = 7s}});
  auto asking = slow.probe({.method = rotator::AuthenticationMethod::client_secret_basic});
  const auto created = slow.provider->create_secret(wish);
  REQUIRE_OK(created);
  BOOST_TEST((asking.ask(created->value)->acceptance == Acceptance::refused));
  BOOST_TEST((slow.clock.sleep_until(slow.clock.now() + 6s) == ports::Wake::reached));
  BOOST_TEST((asking.ask(created->value)->acceptance == Acceptance::accepted));
  REQUIRE_OK(slow.provider->disable_secret(slow.old_id));
  BOOST_TEST((asking.ask(secret_of(old_value))->acceptance == Acceptance::accepted));
  BOOST_TEST((slow.clock.sleep_until(slow.clock.now() + 8s) == ports::Wake::reached));
  BOOST_TEST((asking.ask(secret_of(old_value))->acceptance == Acceptance::refused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
