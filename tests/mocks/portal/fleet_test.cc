// Fleet: portal processes and Vault Agents in the pods of a cluster that rolls them.
#include "mocks/portal/fleet.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "mocks/kubernetes/api_server.h"
#include "mocks/portal/load_balancer.h"
#include "mocks/sim/event_queue.h"
#include "mocks/users/timeline.h"
#include "mocks/vault/vault.h"

BOOST_AUTO_TEST_SUITE(fleet)

namespace {

using namespace std::chrono_literals;
using mocks::portal::Fleet;
using mocks::portal::PodId;
using mocks::portal::PodTrouble;

ports::Instant at(ports::Duration since_start) { return ports::Instant{} + since_start; }

// A Deployment of two portal pods, injected with an agent that polls every 5 minutes.
struct World : mocks::Observer {
  World() {
    vault.enable_kv("portal-kv");
    BOOST_REQUIRE(vault.set_policy("portal",
                                   "path \"portal-kv/data/oidc/portal\" {\n"
                                   "  capabilities = [\"read\"]\n}\n"));
    vault.set_kubernetes_role(
        "portal",
        {.names = {"portal-backend"}, .namespaces = {"platform"}, .policies = {"portal"}});
    write("synthetic-one");
    cluster.set_pod_runtime(fleet);
    cluster.add_endpoint_listener(balancer);
    seeded = cluster.seed_workload({.kubernetes_namespace = "platform",
                                    .name = "portal-backend",
                                    .replicas = 2,
                                    .containers = {"portal", "vault-agent"},
                                    .init_containers = {"vault-agent-init"},
                                    .service = "portal-backend"});
  }

  void observe(ports::Instant when, const mocks::Fact& fact) override {
    timeline.observe(when, fact);
  }
  void write(const std::string& value) {
    BOOST_REQUIRE(vault.write(vault.root(), "portal-kv/data/oidc/portal", "client_secret", value) ==
                  mocks::vault::Outcome::ok);
  }
  void restart() {
    const std::string body = R"({"spec":{"template":{"metadata":{"annotations":{"rotation":")" +
                             std::to_string(++restarts) + R"("}}}}})";
    const auto answer =
        cluster.handle({.method = "PATCH",
                        .target = "/apis/apps/v1/namespaces/platform/deployments/portal-backend",
                        .headers = {{"Authorization", "Bearer synthetic-admin"},
                                    {"Content-Type", "application/strategic-merge-patch+json"}},
                        .body = body});
    BOOST_REQUIRE(answer.response.status == 200);
  }
  std::vector<mocks::kubernetes::ApiServer::PodState> pods() const {
    return cluster.pods("platform", "portal-backend");
  }
  std::string held(PodId pod) const {
    const auto* process = fleet.process(pod);
    return process == nullptr ? "nothing" : process->secret;
  }
  std::string on_disk(PodId pod) {
    return fleet.exec(pod, "portal", {"cat", "/vault/secrets/oidc"}).standard_output;
  }

  mocks::sim::EventQueue queue;
  mocks::sim::Draws draws{7};
  mocks::sim::NoFaults faults;
  mocks::users::Timeline timeline;
  mocks::vault::Vault vault{queue, *this, draws};
  Fleet fleet{queue,
              *this,
              draws,
              vault,
              faults,
              timeline,
              {.configuration = {.client_id = "synthetic-portal"}}};
  mocks::portal::LoadBalancer balancer{queue, timeline};
  mocks::kubernetes::ApiServer cluster{
      queue,
      *this,
      draws,
      {.users = {{.name = "admin",
                  .token = "synthetic-admin",
                  .rules = {{.verbs = {"*"}, .groups = {"*"}, .resources = {"*"}}}}},
       .namespaces = {"platform"}}};
  std::vector<PodId> seeded;
  int restarts = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(adopts_pods_that_hold_the_current_secret_and_serve) {
  World world;
  BOOST_TEST(world.seeded.size() == 2U);
  BOOST_TEST(world.timeline.endpoints(world.queue.now()).size() == 2U);
  for (const auto pod : world.seeded) {
    BOOST_TEST(world.held(pod) == "synthetic-one");
    BOOST_TEST(world.on_disk(pod) == "OIDC_CLIENT_SECRET=synthetic-one\n");
  }
}

BOOST_AUTO_TEST_CASE(an_adopted_file_that_changes_there_and_back_is_new) {
  World world;
  const auto pod = world.seeded.front();
  const auto written = world.fleet.file(pod)->modified;
  world.queue.run_until(at(20min));
  world.write("synthetic-two");
  world.queue.run_until(at(40min));
  world.write("synthetic-one");
  world.queue.run_until(at(60min));
  BOOST_TEST(world.on_disk(pod) == "OIDC_CLIENT_SECRET=synthetic-one\n");
  BOOST_TEST((world.fleet.file(pod)->modified > written));
}

BOOST_AUTO_TEST_CASE(keeps_an_adopted_file_as_old_as_it_is_until_its_bytes_change) {
  World world;
  const auto pod = world.seeded.front();
  const auto inode = world.fleet.file(pod)->inode;
  const auto written = world.fleet.file(pod)->modified;
  world.queue.run_until(at(20min));
  BOOST_TEST(world.fleet.file(pod)->inode == inode);
  BOOST_TEST((world.fleet.file(pod)->modified == written));
}

BOOST_AUTO_TEST_CASE(shows_a_new_secret_on_disk_while_the_process_keeps_the_old_one) {
  World world;
  world.queue.run_until(at(10s));
  world.write("synthetic-two");
  // Every sidecar polls within 0.95 of its interval, and the first poll starts within one interval.
  world.queue.run_until(at(11min));
  for (const auto pod : world.seeded) {
    BOOST_TEST(world.on_disk(pod) == "OIDC_CLIENT_SECRET=synthetic-two\n");
    BOOST_TEST(world.held(pod) == "synthetic-one");
  }
  // A container that crashes reads the file again.
  world.cluster.restart_application(world.seeded.front());
  BOOST_TEST(world.held(world.seeded.front()) == "nothing");
  world.queue.run_until(at(12min));
  BOOST_TEST(world.held(world.seeded.front()) == "synthetic-two");
  BOOST_TEST(world.held(world.seeded.back()) == "synthetic-one");
}

BOOST_AUTO_TEST_CASE(rolls_every_process_onto_the_new_secret) {
  World world;
  world.queue.run_until(at(10s));
  world.write("synthetic-two");
  world.restart();
  world.queue.run_until(at(5min));
  const auto pods = world.pods();
  BOOST_TEST(pods.size() == 2U);
  for (const auto& pod : pods) {
    BOOST_TEST(pod.ready);
    BOOST_TEST(pod.endpoint);
    BOOST_TEST(world.held(pod.id) == "synthetic-two");
    const auto run = world.timeline.run_at(pod.id, world.queue.now());
    BOOST_REQUIRE(run != mocks::users::no_run);
    BOOST_TEST(world.timeline.environment(run).secret == mocks::name_of("synthetic-two"));
  }
  for (const auto pod : world.seeded) {
    BOOST_TEST(world.held(pod) == "nothing");
    BOOST_TEST(!world.fleet.exec(pod, "portal", {"cat", "/vault/secrets/oidc"}).found);
    BOOST_TEST(world.timeline.run_at(pod, world.queue.now()) == mocks::users::no_run);
  }
  // There was always somebody to log in to, though a proxy may learn of a new pod after it has lost
  // an old one.
  for (const auto& epoch : world.timeline.epochs()) BOOST_TEST(epoch.count >= 1U);
}

BOOST_AUTO_TEST_CASE(starts_on_the_previous_version_when_the_render_is_stale) {
  World world;
  world.queue.run_until(at(10s));
  world.write("synthetic-two");
  world.fleet.trouble({.stale_render = true}, 1);
  world.restart();
  world.queue.run_until(at(3min));
  std::vector<std::string> held;
  for (const auto& pod : world.pods()) held.push_back(world.held(pod.id));
  BOOST_TEST(std::count(held.begin(), held.end(), "synthetic-one") == 1);
  BOOST_TEST(std::count(held.begin(), held.end(), "synthetic-two") == 1);
}

BOOST_AUTO_TEST_CASE(never_gets_ready_until_released_and_holds_the_rollout_up) {
  World world;
  world.queue.run_until(at(10s));
  world.fleet.trouble({.never_ready = true}, 100);
  world.restart();
  world.queue.run_until(at(3min));
  PodId waiting = 0;
  for (const auto& pod : world.pods())
    if (!pod.ready) waiting = pod.id;
  BOOST_REQUIRE(waiting != 0U);
  BOOST_TEST(world.timeline.endpoints(world.queue.now()).size() == 2U);
  world.fleet.trouble({}, 0);
  world.fleet.release(waiting);
  world.queue.run_until(at(6min));
  for (const auto& pod : world.pods()) BOOST_TEST(pod.ready);
}

BOOST_AUTO_TEST_CASE(crash_loops_without_a_file_and_is_never_ready) {
  World world;
  world.queue.run_until(at(10s));
  world.fleet.trouble({.not_injected = true}, 100);
  world.restart();
  world.queue.run_until(at(3min));
  PodId broken = 0;
  for (const auto& pod : world.pods())
    if (!pod.ready) broken = pod.id;
  BOOST_REQUIRE(broken != 0U);
  BOOST_TEST(world.held(broken) == "nothing");
  BOOST_TEST(world.fleet.exec(broken, "portal", {"cat", "/vault/secrets/oidc"}).exit_code == 1);
  BOOST_TEST(world.timeline.endpoints(world.queue.now()).size() == 2U);
}

BOOST_AUTO_TEST_CASE(gives_pods_the_configuration_of_the_day_they_were_created) {
  World world;
  world.queue.run_until(at(10s));
  world.fleet.configure({.client_id = "synthetic-portal", .cookie_keys = {"bumped"}});
  world.cluster.restart_application(world.seeded.front());
  world.queue.run_until(at(1min));
  BOOST_TEST(world.fleet.process(world.seeded.front())->configuration.cookie_keys.front() ==
             "session-key-1");
  world.restart();
  world.queue.run_until(at(6min));
  for (const auto& pod : world.pods())
    BOOST_TEST(world.fleet.process(pod.id)->configuration.cookie_keys.front() == "bumped");
}

BOOST_AUTO_TEST_CASE(stops_a_sidecar_that_is_wedged_and_lets_it_go_on) {
  World world;
  world.queue.run_until(at(10min));
  for (const auto pod : world.seeded) world.fleet.wedge_agent(pod);
  world.write("synthetic-two");
  world.queue.run_until(at(30min));
  BOOST_TEST(world.on_disk(world.seeded.front()) == "OIDC_CLIENT_SECRET=synthetic-one\n");
  for (const auto pod : world.seeded) world.fleet.release_agent(pod);
  world.queue.run_until(at(31min));
  BOOST_TEST(world.on_disk(world.seeded.front()) == "OIDC_CLIENT_SECRET=synthetic-two\n");
}

BOOST_AUTO_TEST_SUITE_END()
