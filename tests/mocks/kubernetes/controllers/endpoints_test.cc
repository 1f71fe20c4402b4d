// Endpoints: which load balancer is told of which pods.
#include "mocks/kubernetes/controllers/endpoints.h"

#include <algorithm>
#include <vector>

#include "tests/mocks/kubernetes/world.h"

BOOST_AUTO_TEST_SUITE(endpoints)

using kubernetes_test::Json;
using kubernetes_test::PodId;

namespace {

class Balancer final : public mocks::kubernetes::EndpointListener {
 public:
  void endpoint_added(PodId pod) override { listed.push_back(pod); }
  void endpoint_removed(PodId pod) override { std::erase(listed, pod); }
  std::vector<PodId> sorted() const {
    auto all = listed;
    std::sort(all.begin(), all.end());
    return all;
  }
  std::vector<PodId> listed;
};

// Two workloads of one portal, each with a Service of its own, and one that selects blue.
struct TwoColours {
  TwoColours() : server(queue, facts, mocks::sim::Draws(7), kubernetes_test::steady_options()) {
    server.set_pod_runtime(runtime);
    server.add_endpoint_listener(entry, "web");
    server.add_endpoint_listener(to_blue, "web-blue");
    server.add_endpoint_listener(to_green, "web-green");
    blue = server.seed_workload({.kubernetes_namespace = "portal",
                                 .name = "web",
                                 .replicas = 2,
                                 .labels = {{"colour", "blue"}},
                                 .more_services = {"web-blue"}});
    green = server.seed_workload({.kubernetes_namespace = "portal",
                                  .name = "web-green",
                                  .replicas = 2,
                                  .app = "web",
                                  .labels = {{"colour", "green"}}});
  }
  Json call(const std::string& method, const std::string& target, const std::string& body = {}) {
    const auto answer = server.handle(
        {.method = method,
         .target = target,
         .headers = {{"Authorization", "Bearer " + std::string(kubernetes_test::admin_token)},
                     {"Content-Type", "application/strategic-merge-patch+json"}},
         .body = body});
    BOOST_TEST_REQUIRE(answer.response.status == 200, answer.response.body);
    return Json::parse(answer.response.body);
  }
  void shift(const std::string& colour) {
    call("PATCH", "/api/v1/namespaces/portal/services/web",
         Json{{"spec", {{"selector", {{"colour", colour}}}}}}.dump());
  }

  mocks::sim::EventQueue queue;
  kubernetes_test::Facts facts;
  mocks::kubernetes::FileRuntime runtime;
  Balancer entry, to_blue, to_green;
  mocks::kubernetes::ApiServer server;
  std::vector<PodId> blue, green;
};

}  // namespace

BOOST_AUTO_TEST_CASE(tells_the_load_balancer_of_each_service_of_its_own_pods) {
  const TwoColours cluster;
  BOOST_TEST(cluster.entry.sorted() == cluster.blue);
  BOOST_TEST(cluster.to_blue.sorted() == cluster.blue);
  BOOST_TEST(cluster.to_green.sorted() == cluster.green);
  BOOST_TEST(cluster.facts.count(mocks::FactKind::endpoint_added) == 2);
}

BOOST_AUTO_TEST_CASE(moves_the_traffic_of_the_one_service_whose_selector_is_patched) {
  TwoColours cluster;
  cluster.shift("green");
  const auto service = cluster.call("GET", "/api/v1/namespaces/portal/services/web");
  BOOST_TEST(service["spec"]["selector"]["app.kubernetes.io/name"] == "web");
  BOOST_TEST(service["spec"]["selector"]["colour"] == "green");
  cluster.queue.run_until(ports::Instant(std::chrono::minutes(1)));
  BOOST_TEST(cluster.entry.sorted() == cluster.green);
  BOOST_TEST(cluster.to_blue.sorted() == cluster.blue);
  BOOST_TEST(cluster.to_green.sorted() == cluster.green);
  cluster.shift("blue");
  cluster.queue.run_until(ports::Instant(std::chrono::minutes(2)));
  BOOST_TEST(cluster.entry.sorted() == cluster.blue);
}

BOOST_AUTO_TEST_CASE(gives_each_service_an_address_of_its_own) {
  TwoColours cluster;
  std::vector<std::string> addresses;
  for (const char* name : {"web", "web-blue", "web-green"})
    addresses.push_back(cluster.call(
        "GET", std::string("/api/v1/namespaces/portal/services/") + name)["spec"]["clusterIP"]);
  std::sort(addresses.begin(), addresses.end());
  BOOST_TEST((std::unique(addresses.begin(), addresses.end()) == addresses.end()));
}

BOOST_AUTO_TEST_SUITE_END()
