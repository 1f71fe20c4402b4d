#include "mocks/kubernetes/node/kubelet.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/mocks/kubernetes/world.h"

BOOST_AUTO_TEST_SUITE(kubelet)

namespace {

using namespace std::literals;
using kubernetes_test::FactKind;
using kubernetes_test::Json;
using kubernetes_test::PodId;
using mocks::kubernetes::AppStart;
using mocks::kubernetes::ExecResult;
using mocks::kubernetes::PodHost;
using mocks::kubernetes::PodView;

// Notes every call, and does what the test tells it.
class ScriptedRuntime final : public mocks::kubernetes::PodRuntime {
 public:
  void attach(PodHost& host) override { host_ = &host; }
  AppStart adopt(const PodView& pod) override {
    note("adopt", pod.id);
    return {.secret = 11};
  }
  void start_init(const PodView& pod) override {
    note("init", pod.id);
    host_->init_done(pod.id, failing_inits-- <= 0);
  }
  AppStart start_app(const PodView& pod, ports::Duration ready_after) override {
    note("start", pod.id);
    if (crashes-- > 0) return {.running = false, .exit_code = 3};
    host_->app_ready_in(pod.id, ready_after);
    return {.secret = 22};
  }
  void begin_termination(PodId pod) override { note("terminate", pod); }
  void stop(PodId pod, bool restarting) override { note(restarting ? "kill" : "stop", pod); }
  ExecResult exec(PodId, std::string_view, const std::vector<std::string>&) override { return {}; }

  std::string of(PodId pod) const {
    std::string text;
    for (const auto& [id, what] : calls) {
      if (id == pod) text += what + ' ';
    }
    return text;
  }
  PodHost& host() { return *host_; }

  int failing_inits = 0;
  int crashes = 0;
  std::vector<std::pair<PodId, std::string>> calls;

 private:
  void note(const std::string& what, PodId pod) { calls.emplace_back(pod, what); }
  PodHost* host_ = nullptr;
};

class Balancer final : public mocks::kubernetes::EndpointListener {
 public:
  void endpoint_added(PodId pod) override { listed.push_back(pod); }
  void endpoint_removed(PodId pod) override { std::erase(listed, pod); }
  std::vector<PodId> listed;
};

struct Cluster {
  explicit Cluster(int replicas = 1, bool init = false)
      : server(queue, facts, mocks::sim::Draws(7), kubernetes_test::steady_options()) {
    server.set_pod_runtime(runtime);
    server.add_endpoint_listener(balancer);
    kubernetes_test::WorkloadSeed seed;
    seed.kubernetes_namespace = "portal";
    seed.name = "web";
    seed.replicas = replicas;
    seed.max_surge = "1";
    seed.max_unavailable = "0";
    if (init) seed.init_containers = {"agent-init"};
    pods = server.seed_workload(seed);
  }
  void run_for(ports::Duration duration) { queue.run_until(queue.now() + duration); }
  ports::Response call(std::string method, std::string target, std::string body = {},
                       std::string type = "application/json") {
    return server
        .handle(
            {.method = std::move(method),
             .target = std::move(target),
             .headers = {{"Authorization", "Bearer " + std::string(kubernetes_test::admin_token)},
                         {"Content-Type", std::move(type)}},
             .body = std::move(body)})
        .response;
  }
  void restart() {
    call("PATCH", "/apis/apps/v1/namespaces/portal/deployments/web",
         R"({"spec":{"template":{"metadata":{"annotations":{"example.test/rotation":"1"}}}}})",
         "application/strategic-merge-patch+json");
  }
  Json pod(PodId id) {
    for (const auto& state : server.pods("portal", "web")) {
      if (state.id == id) {
        return Json::parse(call("GET", "/api/v1/namespaces/portal/pods/" + state.name).body);
      }
    }
    return {};
  }
  ports::Instant when(FactKind kind, PodId pod) const {
    for (const auto& fact : facts.seen) {
      if (fact.kind == kind && fact.subject == pod) return fact.at;
    }
    return {};
  }

  mocks::sim::EventQueue queue;
  kubernetes_test::Facts facts;
  ScriptedRuntime runtime;
  Balancer balancer;
  mocks::kubernetes::ApiServer server;
  std::vector<PodId> pods;
};

}  // namespace

BOOST_AUTO_TEST_CASE(leads_each_pod_through_its_life_in_order) {
  Cluster cluster(1, true);
  cluster.restart();
  cluster.run_for(1min);
  const PodId before = cluster.pods.front();
  const PodId after = before + 1;
  BOOST_TEST(cluster.runtime.of(before) == "adopt terminate stop ");
  BOOST_TEST(cluster.runtime.of(after) == "init start ");
  // Started 100 ms after its creation, ready 2 s later; gone 3 s and the kubelet's lag after the
  // deletion.
  const auto made = cluster.when(FactKind::pod_created, after);
  BOOST_TEST((cluster.when(FactKind::pod_started, after) - made == 100ms));
  BOOST_TEST((cluster.when(FactKind::pod_ready, after) - made == 2100ms));
  BOOST_TEST(
      (cluster.when(FactKind::pod_gone, before) - cluster.when(FactKind::pod_terminating, before) ==
       3010ms));
}

BOOST_AUTO_TEST_CASE(tells_which_secret_each_process_read) {
  Cluster cluster;
  cluster.restart();
  cluster.run_for(1min);
  std::vector<std::uint64_t> secrets;
  for (const auto& fact : cluster.facts.seen) {
    if (fact.kind == FactKind::pod_started) secrets.push_back(fact.object);
  }
  BOOST_TEST((secrets == std::vector<std::uint64_t>{11, 22}));
}

BOOST_AUTO_TEST_CASE(cuts_a_slow_end_at_the_grace_period) {
  Cluster cluster;
  const PodId pod = cluster.pods.front();
  const std::string name = cluster.server.pods("portal", "web").front().name;
  cluster.call("DELETE", "/api/v1/namespaces/portal/pods/" + name + "?gracePeriodSeconds=1");
  cluster.run_for(5s);
  BOOST_TEST(
      (cluster.when(FactKind::pod_gone, pod) - cluster.when(FactKind::pod_terminating, pod) ==
       1010ms));
}

BOOST_AUTO_TEST_CASE(shows_a_terminating_pod_as_running_and_ready_until_it_has_gone) {
  Cluster cluster;
  const PodId id = cluster.pods.front();
  const std::string name = cluster.server.pods("portal", "web").front().name;
  cluster.call("DELETE", "/api/v1/namespaces/portal/pods/" + name);
  cluster.run_for(1s);
  const Json pod = cluster.pod(id);
  BOOST_TEST(pod["status"]["phase"] == "Running");
  BOOST_TEST(pod["metadata"]["deletionGracePeriodSeconds"] == 30);
  // The grace period's end, in the future.
  BOOST_TEST(pod["metadata"]["deletionTimestamp"] == "2026-01-05T08:00:30Z");
  BOOST_TEST(cluster.server.pods("portal", "web").front().ready);
}

BOOST_AUTO_TEST_CASE(restarts_a_crashing_process_at_once_and_then_after_ten_and_twenty_seconds) {
  Cluster cluster;
  const PodId pod = cluster.pods.front();
  cluster.runtime.crashes = 3;
  cluster.server.restart_application(pod);
  BOOST_TEST(cluster.pod(pod)["status"]["containerStatuses"][0]["restartCount"] == 1);
  cluster.run_for(1s);
  BOOST_TEST(cluster.runtime.of(pod) == "adopt kill start ");
  BOOST_TEST(cluster.pod(pod)["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] ==
             "CrashLoopBackOff");
  cluster.run_for(10s);
  BOOST_TEST(cluster.runtime.of(pod) == "adopt kill start start ");
  cluster.run_for(18s);
  BOOST_TEST(cluster.runtime.of(pod) == "adopt kill start start ");
  cluster.run_for(2s);
  BOOST_TEST(cluster.runtime.of(pod) == "adopt kill start start start ");
  cluster.run_for(2min);
  const Json status = cluster.pod(pod)["status"]["containerStatuses"][0];
  BOOST_TEST(status["restartCount"] == 4);
  BOOST_TEST(status["ready"] == true);
  BOOST_TEST(status["lastState"]["terminated"]["exitCode"] == 3);
}

BOOST_AUTO_TEST_CASE(runs_failed_init_containers_again) {
  Cluster cluster(1, true);
  cluster.runtime.failing_inits = 1;
  cluster.restart();
  cluster.run_for(5s);
  const PodId pod = cluster.pods.front() + 1;
  BOOST_TEST(cluster.runtime.of(pod) == "init ");
  BOOST_TEST(cluster.pod(pod)["status"]["phase"] == "Pending");
  cluster.run_for(1min);
  BOOST_TEST(cluster.runtime.of(pod) == "init init start ");
}

BOOST_AUTO_TEST_CASE(follows_readiness_as_the_application_tells_it) {
  Cluster cluster;
  const PodId pod = cluster.pods.front();
  cluster.runtime.host().app_unready(pod);
  cluster.run_for(1s);
  BOOST_TEST(!cluster.server.pods("portal", "web").front().ready);
  BOOST_TEST(cluster.balancer.listed.empty());
  cluster.runtime.host().app_ready(pod);
  cluster.run_for(1s);
  BOOST_TEST((cluster.balancer.listed == std::vector<PodId>{pod}));
}

BOOST_AUTO_TEST_CASE(moves_traffic_with_the_endpoint_lag_behind_readiness_and_deletion) {
  Cluster cluster;
  const PodId before = cluster.pods.front();
  BOOST_TEST((cluster.balancer.listed == std::vector<PodId>{before}));
  cluster.restart();
  cluster.run_for(1min);
  const PodId after = before + 1;
  BOOST_TEST((cluster.balancer.listed == std::vector<PodId>{after}));
  const auto added = cluster.when(FactKind::endpoint_added, after);
  const auto removed = cluster.when(FactKind::endpoint_removed, before);
  BOOST_TEST((added - cluster.when(FactKind::pod_ready, after) == 505ms));
  // The old pod still gets requests after its deletion.
  BOOST_TEST((removed - cluster.when(FactKind::pod_terminating, before) == 505ms));
}

BOOST_AUTO_TEST_CASE(keeps_a_terminating_pod_in_the_endpoint_slice_as_serving) {
  Cluster cluster(2);
  const std::string name = cluster.server.pods("portal", "web").front().name;
  cluster.call("DELETE", "/api/v1/namespaces/portal/pods/" + name);
  cluster.run_for(50ms);
  const Json slices = Json::parse(
      cluster.call("GET", "/apis/discovery.k8s.io/v1/namespaces/portal/endpointslices").body);
  BOOST_TEST_REQUIRE(slices["items"].size() == 1U);
  int terminating = 0;
  for (const Json& endpoint : slices["items"][0]["endpoints"]) {
    const Json& conditions = endpoint["conditions"];
    if (conditions["terminating"] != true) continue;
    ++terminating;
    BOOST_TEST(conditions["ready"] == false);
    BOOST_TEST(conditions["serving"] == true);
  }
  BOOST_TEST(terminating == 1);
}

BOOST_AUTO_TEST_CASE(loses_a_pod_at_once_when_it_fails) {
  Cluster cluster(2);
  const PodId pod = cluster.pods.front();
  cluster.server.fail_pod(pod);
  cluster.run_for(1ms);
  BOOST_TEST(cluster.runtime.of(pod) == "adopt stop ");
  cluster.run_for(1min);
  BOOST_TEST(cluster.server.pods("portal", "web").size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
