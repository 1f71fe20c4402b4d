// A whole rotation on the simulated wire: world built, rotator's library run from preflight to
// confirm with JSON on both sides of every call, logins counted, report judged. Beside it the
// floor: as many bytes as the rotation reads, parsed as JSON by a general library and nothing else.
#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "mocks/kubernetes/api_server.h"
#include "mocks/kubernetes/node/file_runtime.h"
#include "mocks/sim/event_queue.h"
#include "scenarios/run.h"
#include "scenarios/scenario.h"

namespace {

const scenarios::Scenario& fast_rotation() {
  static const scenarios::Scenario scenario = [] {
    auto loaded = scenarios::load_scenario(std::string(OVERLAP_SOURCE_DIR) +
                                           "/scenarios/field/fast_rotation.yaml");
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }();
  return scenario;
}

scenarios::Report rotate(std::uint64_t seed) {
  auto report = scenarios::run_simulated(
      fast_rotation(), {.seed = seed, .fidelity = mocks::users::Fidelity::counts});
  if (!report || !report->as_expected) throw std::runtime_error("a rotation deviates");
  return std::move(*report);
}

// A list of four pods: what most of the bytes are.
std::string pod_list() {
  struct Deaf final : mocks::Observer {
    void observe(ports::Instant, const mocks::Fact&) override {}
  };
  mocks::sim::EventQueue queue;
  Deaf facts;
  mocks::kubernetes::FileRuntime runtime;
  mocks::kubernetes::ApiServerOptions options;
  options.users = {{.name = "reader",
                    .token = "synthetic-token",
                    .rules = {{.verbs = {"*"}, .groups = {"*"}, .resources = {"*"}}}}};
  mocks::kubernetes::ApiServer server(queue, facts, mocks::sim::Draws(1), options);
  server.set_pod_runtime(runtime);
  server.seed_workload({.kubernetes_namespace = "portal", .name = "web", .replicas = 4});
  auto answer = server.handle(
      {.target = "/api/v1/namespaces/portal/pods",
       .headers = {{"Authorization", "Bearer synthetic-token"}, {"Accept", "application/json"}}});
  if (answer.response.status != 200) throw std::runtime_error(answer.response.body);
  return std::move(answer.response.body);
}

void floor_rotation_json(benchmark::State& state) {
  const auto bytes = rotate(1).rotation.bytes_read;
  const auto text = pod_list();
  for (auto _ : state) {
    for (std::size_t read = 0; read < bytes; read += text.size())
      benchmark::DoNotOptimize(nlohmann::json::parse(text).size());
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(floor_rotation_json);

void sim_rotation(benchmark::State& state) {
  std::uint64_t seed = 0;
  std::uint64_t calls = 0;
  for (auto _ : state) calls += rotate(++seed).rotation.api_calls;
  state.SetItemsProcessed(state.iterations());
  state.counters["api_calls"] =
      static_cast<double>(calls) / static_cast<double>(state.iterations());
}
BENCHMARK(sim_rotation);

}  // namespace
