// Browsers: logins over real HTTPS against the identity provider's mock, blamed as on the simulated
// wire. The runs end by a number of logins; nothing is asserted about how long they take.
#include "mocks/users/browser.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <string>

#include "mocks/idp/okta/okta.h"
#include "mocks/portal/load_balancer.h"
#include "mocks/vault/vault.h"
#include "tests/contract/loopback.h"

BOOST_AUTO_TEST_SUITE(browser)

namespace {

using namespace std::chrono_literals;
using mocks::idp::AuthenticationMethod;
using mocks::portal::PodId;
using mocks::users::BrowserOptions;
using mocks::users::Browsers;
using mocks::users::Cause;

struct NoHost final : mocks::kubernetes::PodHost {
  void init_done(PodId, bool) override {}
  void app_ready(PodId) override {}
  void app_ready_in(PodId, ports::Duration) override {}
  void app_unready(PodId) override {}
  void app_exited(PodId, int) override {}
};

// An identity provider behind HTTPS, and pods that hold what Vault held when they were adopted.
struct World final : mocks::Observer {
  explicit World(const std::string& secret = "synthetic-one",
                 AuthenticationMethod registered = AuthenticationMethod::client_secret_post) {
    std::unique_lock lock(mutex);
    vault.enable_kv("portal-kv");
    fleet.attach(host);
    okta.add_client({.client_id = "synthetic-portal",
                     .authentication_method = registered,
                     .redirect_uris = {"https://portal.example/callback"}},
                    secret);
    timeline.register_method(scheduler.now(), mocks::name_of("synthetic-portal"), registered);
    lock.unlock();
    auto started =
        mocks::wire::Server::start(okta, mutex, scheduler, conditions,
                                   {.name = "idp",
                                    .certificate_file = certificates.server.certificate_file,
                                    .key_file = certificates.server.key_file});
    server = contract::must_succeed(std::move(started));
    ports::HttpOptions options;
    options.origins[server->origin()].ca_file = certificates.ca_file;
    client = contract::must_succeed(ports::new_http_client(clock, stop, std::move(options)));
  }
  ~World() override { server->stop(); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void observe(ports::Instant when, const mocks::Fact& fact) override {
    timeline.observe(when, fact);
  }

  // One more pod behind the load balancer, with `secret` in its file and process.
  void serve(PodId pod, const std::string& secret) {
    const std::lock_guard lock(mutex);
    BOOST_REQUIRE(vault.write(vault.root(), "portal-kv/data/oidc/portal", "client_secret",
                              secret) == mocks::vault::Outcome::ok);
    const std::string name = "portal-" + std::to_string(pod);
    const std::string text = "x";
    const std::map<std::string, std::string> none;
    BOOST_REQUIRE(fleet.adopt({pod, name, text, text, 1, none, none}).running);
    balancer.endpoint_added(pod);
  }

  mocks::users::Count run(std::uint64_t logins) {
    BrowserOptions options{.origin = server->origin(),
                           .paths = okta.endpoint_paths(),
                           .redirect_uri = "https://portal.example/callback",
                           .threads = 4,
                           .per_second = 400,
                           .most_logins = logins};
    options.journey = quick();
    Browsers browsers(mutex, scheduler, *this, draws, timeline, fleet, *client, options);
    browsers.start();
    browsers.wait();
    browsers.stop();
    BOOST_TEST(browsers.unexplained() == 0U);
    BOOST_TEST(browsers.held_back() == 0U);
    BOOST_TEST(browsers.failed_so_far() == browsers.tally().total().failed);
    BOOST_TEST(browsers.tally().total().tried == logins);
    return browsers.tally().total();
  }

  static mocks::users::JourneyOptions quick() {
    const mocks::TimeRange moment{.low = 1ms, .high = 3ms};
    return {.think = moment,
            .single_sign_on = moment,
            .redirect = moment,
            .exchange = moment,
            .answer = moment,
            .landing = moment};
  }

  contract::TestCertificates certificates;
  ports::StopSignal stop;
  ports::SystemClock clock{stop};
  std::mutex mutex;
  mocks::wire::RealTimeScheduler scheduler{mutex};
  mocks::sim::Draws draws{7};
  mocks::sim::NoFaults faults;
  mocks::sim::Conditions conditions{faults};
  mocks::users::Timeline timeline;
  mocks::vault::Vault vault{scheduler, *this, draws};
  mocks::idp::Okta okta{scheduler, *this, draws};
  NoHost host;
  mocks::portal::Fleet fleet{scheduler,
                             *this,
                             draws,
                             vault,
                             faults,
                             timeline,
                             {.configuration = {.client_id = "synthetic-portal"}}};
  mocks::portal::LoadBalancer balancer{scheduler, timeline};
  std::unique_ptr<mocks::wire::Server> server;
  std::unique_ptr<ports::HttpClient> client;
};

}  // namespace

BOOST_AUTO_TEST_CASE(logs_users_in_with_a_code_and_a_token_request_each) {
  World world;
  world.serve(1, "synthetic-one");
  world.serve(2, "synthetic-one");
  BOOST_TEST(world.run(60).failed == 0U);
  BOOST_TEST(world.server->counts().requests == 120U);
}

BOOST_AUTO_TEST_CASE(encodes_any_secret_so_that_basic_carries_it) {
  const std::string awkward = "synthetic: +%/&=\xC3\xA4";
  World world(awkward, AuthenticationMethod::client_secret_basic);
  world.fleet.configure(
      {.client_id = "synthetic-portal", .method = AuthenticationMethod::client_secret_basic});
  world.serve(1, awkward);
  BOOST_TEST(world.run(20).failed == 0U);
}

BOOST_AUTO_TEST_CASE(blames_the_retired_secret_on_the_pods_that_hold_it) {
  World world("synthetic-two");
  world.serve(1, "synthetic-one");
  {
    // Created and gone again before the run.
    const std::lock_guard lock(world.mutex);
    auto& core = world.okta.core();
    core.create_secret("synthetic-portal",
                       {.id = "old", .value = "synthetic-one", .settled = true});
    core.set_active("synthetic-portal", "old", false);
    core.delete_secret("synthetic-portal", "old");
  }
  world.serve(2, "synthetic-two");
  const auto count = world.run(80);
  BOOST_TEST(count.failed > 0U);
  BOOST_TEST(count.failed < count.tried);
  BOOST_TEST(count.of(Cause::secret_retired) == count.failed);
}

BOOST_AUTO_TEST_CASE(blames_a_method_that_differs_from_the_registered_one) {
  World world("synthetic-one", AuthenticationMethod::client_secret_basic);
  world.serve(1, "synthetic-one");
  const auto count = world.run(20);
  BOOST_TEST(count.of(Cause::auth_method) == 20U);
}

BOOST_AUTO_TEST_CASE(blames_an_identity_provider_that_refuses_connections) {
  World world;
  world.serve(1, "synthetic-one");
  {
    const std::lock_guard lock(world.mutex);
    world.conditions.take_down("idp");
  }
  const auto count = world.run(20);
  BOOST_TEST(count.of(Cause::idp_unavailable) == 20U);
}

BOOST_AUTO_TEST_CASE(fails_where_there_is_no_pod_without_asking_the_identity_provider) {
  World world;
  BOOST_TEST(world.run(10).of(Cause::no_pod) == 10U);
  BOOST_TEST(world.server->counts().requests == 0U);
}

BOOST_AUTO_TEST_CASE(stops_at_once_in_the_middle_of_everything) {
  World world;
  world.serve(1, "synthetic-one");
  BrowserOptions options{.origin = world.server->origin(),
                         .redirect_uri = "https://portal.example/callback",
                         .per_second = 1000};
  options.journey = World::quick();
  options.journey.think = {.low = 1h, .high = 1h};
  Browsers browsers(world.mutex, world.scheduler, world, world.draws, world.timeline, world.fleet,
                    *world.client, options);
  browsers.start();
  browsers.stop();
  browsers.wait();  // does not wait for what will never be decided
  BOOST_TEST(browsers.tally().total().tried == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
