// What the Kubernetes mock costs, beside the floor of JSON that any client's answer needs:
// building a cluster with a rolled-out Deployment, restarting it, watching it settle, listing pods.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "mocks/kubernetes/api_server.h"
#include "mocks/kubernetes/node/file_runtime.h"
#include "mocks/sim/event_queue.h"

namespace {

using mocks::kubernetes::ApiServer;
using mocks::kubernetes::ApiServerOptions;
using mocks::kubernetes::FileRuntime;
using mocks::sim::Draws;
using mocks::sim::EventQueue;

constexpr const char* deployment = "/apis/apps/v1/namespaces/portal/deployments/web";
constexpr const char* pods =
    "/api/v1/namespaces/portal/pods?labelSelector=app.kubernetes.io%2Fname%3Dweb";
constexpr int replicas = 4;

class Deaf final : public mocks::Observer {
 public:
  void observe(ports::Instant, const mocks::Fact&) override {}
};

struct World {
  explicit World(std::uint64_t seed) : server(queue, facts, Draws(seed), options()) {
    server.set_pod_runtime(runtime);
    server.seed_workload({.kubernetes_namespace = "portal", .name = "web", .replicas = replicas});
  }
  static ApiServerOptions options() {
    ApiServerOptions options;
    options.users = {
        {.name = "system:serviceaccount:portal:rotator",
         .token = "synthetic-token",
         .kubernetes_namespace = "portal",
         .rules = {{.verbs = {"get", "patch"}, .groups = {"apps"}, .resources = {"deployments"}},
                   {.verbs = {"get", "list", "watch"},
                    .groups = {"", "apps"},
                    .resources = {"deployments", "pods", "replicasets"}}}}};
    return options;
  }
  mocks::Answer call(const char* method, const char* target, std::string body = {},
                     const char* type = "application/json") {
    return server.handle({.method = method,
                          .target = target,
                          .headers = {{.name = "Authorization", .value = "Bearer synthetic-token"},
                                      {.name = "Accept", .value = "application/json"},
                                      {.name = "Content-Type", .value = type}},
                          .body = std::move(body)});
  }
  void restart() {
    call("PATCH", deployment,
         R"({"spec":{"template":{"metadata":{"annotations":{"example.test/rotation":"r1"}}}}})",
         "application/strategic-merge-patch+json");
  }

  EventQueue queue;
  Deaf facts;
  FileRuntime runtime;
  ApiServer server;
};

// A rotation's restart as a rotator makes it: look, restart, watch until nothing terminates any
// more, list the pods at the end. The world is built anew each time.
void sim_kubernetes_rolling_restart(benchmark::State& state) {
  std::uint64_t seed = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    World world(++seed);
    bytes += world.call("GET", deployment).response.body.size();
    mocks::Answer watch = world.call(
        "GET",
        "/apis/apps/v1/namespaces/portal/deployments?watch=true&fieldSelector=metadata.name%3Dweb");
    world.restart();
    world.queue.run_until(world.queue.now() + std::chrono::minutes(2));
    while (auto piece = watch.channel->pop()) bytes += piece->size();
    for (int i = 0; i < 15; ++i) bytes += world.call("GET", deployment).response.body.size();
    bytes += world.call("GET", pods).response.body.size();
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes"] = static_cast<double>(bytes) / static_cast<double>(state.iterations());
}
BENCHMARK(sim_kubernetes_rolling_restart);

void sim_kubernetes_world(benchmark::State& state) {
  std::uint64_t seed = 0;
  for (auto _ : state) {
    World world(++seed);
    benchmark::DoNotOptimize(&world);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_kubernetes_world);

void sim_kubernetes_list_pods(benchmark::State& state) {
  World world(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.call("GET", pods).response.body.size());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_kubernetes_list_pods);

// The same list as any client has to read it: one parse.
void floor_json_parse_pods(benchmark::State& state) {
  World world(1);
  const std::string body = world.call("GET", pods).response.body;
  for (auto _ : state) {
    benchmark::DoNotOptimize(nlohmann::json::parse(body).size());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(floor_json_parse_pods);

}  // namespace
