// Rotations through descriptions of providers that have an adapter too: what a description can say
// suffices for the same promise, whatever call the rotator dies at.
#include <boost/test/unit_test.hpp>

#include "mocks/sim/faults/kinds.h"
#include "rotator/idp/description.h"
#include "tests/rotator/rotation/brisk.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(described)

namespace {

using rotator::Ending;
using rotator::HttpDescription;
using rotator::HttpOperation;
using testing::brisk;
using testing::World;
namespace fault = mocks::sim::fault;

HttpDescription okta() {
  const std::string app = "/api/v1/apps/{application_id}";
  const std::string secrets = app + "/credentials/secrets";
  const std::string one = secrets + "/{secret_id}";
  HttpDescription it;
  it.authorization.scheme = "SSWS";
  it.client = HttpOperation{.method = "GET", .path = app};
  it.client_shape = {.client_id = "/credentials/oauthClient/client_id",
                     .authentication_method = "/credentials/oauthClient/token_endpoint_auth_method",
                     .grant_types = "/settings/oauthClient/grant_types",
                     .redirect_uris = "/settings/oauthClient/redirect_uris"};
  it.secret = {.id = "/id",
               .value = "/client_secret",
               .status = "/status",
               .active = "ACTIVE",
               .created = "/created"};
  it.list = HttpOperation{.method = "GET", .path = secrets};
  it.create =
      HttpOperation{.method = "POST", .path = secrets, .body = R"({"client_secret":"{secret}"})"};
  it.read = HttpOperation{.method = "GET", .path = one};
  it.disable = HttpOperation{.method = "POST", .path = one + "/lifecycle/deactivate"};
  it.enable = HttpOperation{.method = "POST", .path = one + "/lifecycle/activate"};
  it.remove = HttpOperation{.method = "DELETE", .path = one};
  return it;
}

// A rotator::ProviderFactory.
ports::Result<std::unique_ptr<rotator::IdentityProvider>> new_described_okta(
    ports::HttpClient& http, ports::Clock& clock, rotator::IdentityProviderOptions options,
    ports::Secret admin_credential) {
  options.type = "http";
  options.description = std::make_shared<HttpDescription>(okta());
  return rotator::new_identity_provider(http, clock, std::move(options),
                                        std::move(admin_credential));
}

struct DescribedWorld : World {
  DescribedWorld() : World({.new_provider = &new_described_okta}) {}
};

}  // namespace

BOOST_AUTO_TEST_CASE(rotates_without_a_breach) {
  DescribedWorld world;
  const auto outcome = world.run(brisk(world));
  BOOST_TEST((outcome->ending == Ending::done), outcome->message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(is_mended_by_the_next_run_after_a_crash_at_any_call) {
  const auto calls = testing::calls_of_a_whole_rotation<DescribedWorld>();
  BOOST_REQUIRE(calls > 20U);
  for (const auto* kind : {&fault::crash_before, &fault::crash_after}) {
    for (std::uint64_t nth = 1; nth <= calls; ++nth) {
      BOOST_TEST_CONTEXT(kind->name << " at call " << nth) {
        DescribedWorld world;
        world.fault_any(kind, nth);
        BOOST_TEST(!world.run(brisk(world)).has_value());
        testing::finish(world);
        world.check_whole();
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(finds_the_secret_whose_reply_was_lost) {
  DescribedWorld world;
  world.fault(&fault::lost_reply, "POST", "*/credentials/secrets");
  const auto outcome = world.run(brisk(world));
  BOOST_TEST((outcome->ending == Ending::done), outcome->message);
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(is_refused_where_a_lost_create_could_not_be_told_from_a_strangers) {
  auto blind = okta();
  blind.read.reset();
  const auto flaws = rotator::flaws_of(blind);
  BOOST_REQUIRE(flaws.size() == 1U);
  BOOST_TEST(flaws.front().section == "secret");
  BOOST_TEST(flaws.front().key == "label");
  BOOST_TEST(rotator::flaws_of(okta()).empty());
}

BOOST_AUTO_TEST_CASE(is_refused_when_a_header_would_hold_a_credential) {
  auto leaky = okta();
  leaky.list->headers = {"X-Api-Key: synthetic"};
  const auto flaws = rotator::flaws_of(leaky);
  BOOST_REQUIRE(flaws.size() == 1U);
  BOOST_TEST(flaws.front().section == "list");
  BOOST_TEST(flaws.front().says.find("synthetic") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
