// Okta keeps its contract, in process and over HTTPS. Each case is a body of
// tests/contract/okta_contract.h: the asserts stand there.
#include "mocks/idp/okta/okta.h"
#include "tests/contract/loopback.h"
#include "tests/contract/okta_contract.h"
#include "tests/mocks/idp/world.h"

BOOST_AUTO_TEST_SUITE(contract_test)

namespace {

using Body = std::function<void(const contract::OktaSubject&)>;

void in_virtual_time(const Body& body) {
  idp_test::World world;
  body(world.subject());
}

void in_real_time(const Body& body) {
  idp_test::Recorder facts;
  std::string secret_id;
  contract::Loopback loopback([&](mocks::Scheduler& scheduler) {
    auto okta = std::make_unique<mocks::idp::Okta>(scheduler, facts, mocks::sim::Draws(7),
                                                   idp_test::options_for_tests());
    secret_id = idp_test::add_client(*okta);
    return okta;
  });
  body(idp_test::subject([&](const ports::Request& request) { return loopback.send(request); },
                         secret_id));
  BOOST_TEST(loopback.server().counts().requests > 0U, "nothing was asked over HTTPS");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(in_process)
OKTA_CONTRACT(in_virtual_time)
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(over_https)
OKTA_CONTRACT(in_real_time)
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
