// Okta over real HTTPS: the same contract, by the real client through a real server.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "mocks/idp/okta.h"
#include "mocks/sim/faults.h"
#include "tests/contract/loopback.h"
#include "tests/contract/okta_contract.h"
#include "tests/mocks/idp/world.h"

BOOST_AUTO_TEST_SUITE(okta_wire)

namespace {

// Members in the order in which they lean on each other.
struct WireWorld {
  explicit WireWorld(const contract::TestCertificates& certificates)
      : okta(scheduler, facts, mocks::sim::Draws(7), idp_test::options_for_tests()) {
    mocks::idp::Registration registration;
    registration.client_id = idp_test::client_id;
    registration.redirect_uris = {idp_test::redirect_uri};
    secret_id = okta.add_client(std::move(registration), idp_test::old_secret);
    mocks::wire::ServerOptions options;
    options.name = "idp";
    options.certificate_file = certificates.server.certificate_file;
    options.key_file = certificates.server.key_file;
    server = contract::must_succeed(
        mocks::wire::Server::start(okta, lock, scheduler, faults, std::move(options)));
    ports::HttpOptions http;
    http.origins[server->origin()].ca_file = certificates.ca_file;
    client = contract::must_succeed(ports::new_http_client(clock, stop, std::move(http)));
  }

  contract::OktaSubject subject() {
    return {.send =
                [this](ports::Request request) {
                  request.origin = server->origin();
                  return contract::must_succeed(
                      client->send(request, clock.now() + std::chrono::seconds(30)));
                },
            .client_id = idp_test::client_id,
            .application_id = idp_test::client_id,
            .secret = idp_test::old_secret,
            .secret_id = secret_id,
            .admin_token = idp_test::admin_token,
            .reader_token = idp_test::reader_token,
            .redirect_uri = idp_test::redirect_uri};
  }

  ports::StopSignal stop;
  ports::SystemClock clock{stop};
  std::mutex lock;
  mocks::wire::RealTimeScheduler scheduler{lock};
  idp_test::Recorder facts;
  mocks::sim::NoFaults faults;
  mocks::idp::Okta okta;
  std::string secret_id;
  std::unique_ptr<mocks::wire::Server> server;
  std::unique_ptr<ports::HttpClient> client;
};

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_the_contract_over_https) {
  const contract::TestCertificates certificates;
  std::vector<std::unique_ptr<WireWorld>> worlds;
  contract::okta_contract([&] {
    worlds.push_back(std::make_unique<WireWorld>(certificates));
    return worlds.back()->subject();
  });
}

BOOST_AUTO_TEST_SUITE_END()
