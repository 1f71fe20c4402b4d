// A whole rotation on the simulated wire: world built, rotator's library run from preflight to
// confirm with JSON on both sides of every call, logins counted, report judged. Beside it the
// floor: the JSON of that many calls and nothing else.
#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

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

// Thirty bodies of the size of a pod list's entry, parsed and dumped.
void floor_rotation_json(benchmark::State& state) {
  nlohmann::json body = nlohmann::json::object();
  for (int i = 0; i < 24; ++i)
    body["member" + std::to_string(i)] = {{"name", "value of this member"}, {"number", i}};
  const std::string text = body.dump();
  for (auto _ : state) {
    for (int call = 0; call < 30; ++call)
      benchmark::DoNotOptimize(nlohmann::json::parse(text).dump());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(floor_rotation_json);

void sim_rotation(benchmark::State& state) {
  std::uint64_t seed = 0;
  std::uint64_t calls = 0;
  for (auto _ : state) {
    const auto report =
        scenarios::run_simulated(fast_rotation(), {.seed = ++seed, .fidelity = "counts"});
    if (!report || !report->as_expected) return state.SkipWithError("a rotation deviates");
    calls += report->rotation.api_calls;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["api_calls"] =
      static_cast<double>(calls) / static_cast<double>(state.iterations());
}
BENCHMARK(sim_rotation);

}  // namespace
