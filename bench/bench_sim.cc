// The simulation's own costs, each beside the floor it cannot go below: floor_x does the part that
// any implementation must do, sim_x the whole. Ratios are what counts.
#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mocks/sim/event_queue.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/sim/fiber.h"
#include "mocks/sim/network.h"
#include "mocks/sim/superposed.h"
#include "mocks/sim/trace.h"

namespace {

using mocks::sim::Draws;
using mocks::sim::EventQueue;
using mocks::sim::Stream;
using ports::Duration;
using ports::Instant;

// --- Events --------------------------------------------------------------------------------------

struct Counting final : mocks::Timed {
  void on_timer(std::uint32_t /*kind*/, std::uint64_t subject) override { sum += subject; }
  std::uint64_t sum = 0;
};

void floor_event(benchmark::State& state) {
  Counting target;
  mocks::Timed* timed = &target;
  const Draws draws(1);
  std::uint64_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(timed);
    timed->on_timer(0, draws.below(1000, Stream::fault, 0, ++i));
  }
  benchmark::DoNotOptimize(target.sum);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(floor_event);

// One timer set and one fired, with `pending` others in the queue.
void sim_event(benchmark::State& state) {
  EventQueue queue;
  Counting target;
  const Draws draws(1);
  std::uint64_t i = 0;
  const auto set = [&] {
    queue.at(queue.now() +
                 Duration(static_cast<std::int64_t>(draws.below(1'000'000, Stream::fault, 0, ++i))),
             target, 0, 0);
  };
  for (std::int64_t pending = 0; pending < state.range(0); ++pending) set();
  for (auto _ : state) {
    set();
    queue.step();
  }
  benchmark::DoNotOptimize(target.sum);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_event)->Arg(16)->Arg(1024)->Arg(65536);

void sim_event_cancelled(benchmark::State& state) {
  EventQueue queue;
  Counting target;
  for (auto _ : state) {
    const mocks::TimerId timer = queue.at(queue.now() + Duration(1000), target, 0, 0);
    queue.at(queue.now() + Duration(1), target, 0, 0);
    queue.cancel(timer);
    queue.step();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_event_cancelled);

// --- Fibers --------------------------------------------------------------------------------------

void floor_fiber_switch(benchmark::State& state) {
  Counting target;
  mocks::Timed* timed = &target;
  for (auto _ : state) {
    benchmark::DoNotOptimize(timed);
    timed->on_timer(0, 1);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(floor_fiber_switch);

// There and back.
void sim_fiber_switch(benchmark::State& state) {
  bool stop = false;
  mocks::sim::Fiber fiber([&] {
    while (!stop) mocks::sim::Fiber::suspend();
  });
  fiber.wake();
  for (auto _ : state) fiber.wake();
  stop = true;
  fiber.wake();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_fiber_switch);

void sim_fiber_life(benchmark::State& state) {
  for (auto _ : state) {
    mocks::sim::Fiber fiber([&state] { benchmark::DoNotOptimize(&state); });
    fiber.wake();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_fiber_life);

// --- The network ---------------------------------------------------------------------------------

struct Plain final : mocks::Handler {
  mocks::Answer handle(const ports::Request& request) override {
    return {.response = {.status = request.target.size() > 1 ? 200 : 404,
                         .headers = {{.name = "Content-Type", .value = "application/json"}},
                         .body = R"({"errors":[],"data":{"keys":["a","b","c"]}})"}};
  }
};

const ports::Request request{.method = "GET",
                             .origin = "https://vault.example",
                             .target = "/v1/secret/data/portal/oidc",
                             .headers = {{.name = "X-Vault-Token", .value = "synthetic"}}};

void floor_network_call(benchmark::State& state) {
  Plain plain;
  mocks::Handler* handler = &plain;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handler);
    mocks::Answer answer = handler->handle(request);
    benchmark::DoNotOptimize(answer);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(floor_network_call);

// A call from a fiber through a fault plan of `rules` that never fire, there and back, into a
// trace.
void sim_network_call(benchmark::State& state) {
  EventQueue queue;
  mocks::sim::Trace trace;
  mocks::sim::FaultPlan faults(trace, Draws(1));
  for (std::int64_t i = 0; i < state.range(0); ++i)
    faults.add({.server = "idp", .target = "/api/*"});
  mocks::sim::Conditions conditions(faults);
  mocks::sim::Network network(queue, trace, Draws(1), conditions);
  Plain plain;
  network.add_server({.origin = "https://idp.example", .name = "idp"}, plain);
  network.add_server({.origin = "https://vault.example", .name = "vault"}, plain);
  mocks::sim::Process process(queue, "rotator");
  const auto client = network.client("rotator", process);
  std::uint64_t done = 0;
  process.start([&] {
    while (client->send(request, queue.now() + std::chrono::seconds(5)).has_value()) ++done;
  });
  for (auto _ : state) {
    const std::uint64_t before = done;
    while (done == before) queue.step();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_network_call)->Arg(0)->Arg(4);

// --- Logins --------------------------------------------------------------------------------------

void floor_superposed_logins(benchmark::State& state) {
  const Draws draws(1);
  const std::uint64_t key = draws.bits(Stream::login_pod, 0, 0);
  std::uint64_t failed = 0;
  constexpr std::uint64_t batch = 1'000'000;
  for (auto _ : state)
    for (std::uint64_t i = 0; i < batch; ++i) failed += Draws::mix(key + i) >> 62U;
  benchmark::DoNotOptimize(failed);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}
BENCHMARK(floor_superposed_logins);

// Logins over `classes` classes of unequal shares and four outcomes, a million an interval.
void sim_superposed_logins(benchmark::State& state) {
  std::vector<std::uint64_t> weights;
  std::vector<std::uint8_t> outcomes;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    weights.push_back(static_cast<std::uint64_t>(1 + i % 3));
    outcomes.push_back(static_cast<std::uint8_t>(i % 4));
  }
  mocks::sim::Superposed stream(Draws(1), 0);
  mocks::sim::OutcomeCounts counts{};
  std::uint64_t logins = 0;
  for (auto _ : state)
    logins += stream.tally({.from = {},
                            .to = Instant(std::chrono::seconds(1)),
                            .rate = 1e6,
                            .weights = weights,
                            .outcomes = outcomes},
                           counts);
  benchmark::DoNotOptimize(counts);
  state.SetItemsProcessed(static_cast<std::int64_t>(logins));
}
BENCHMARK(sim_superposed_logins)->Arg(4)->Arg(64)->Arg(1024);

// One interval of 4 classes as counts: what a change of state costs at that fidelity.
void sim_counted_interval(benchmark::State& state) {
  const std::vector<std::uint64_t> weights{1, 1, 1, 1};
  const std::vector<std::uint8_t> outcomes{0, 0, 1, 0};
  mocks::sim::Superposed stream(Draws(1), 0);
  mocks::sim::OutcomeCounts counts{};
  for (auto _ : state)
    stream.count({.from = {},
                  .to = Instant(std::chrono::seconds(1)),
                  .rate = 1000,
                  .weights = weights,
                  .outcomes = outcomes},
                 counts);
  benchmark::DoNotOptimize(counts);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_counted_interval);

}  // namespace
