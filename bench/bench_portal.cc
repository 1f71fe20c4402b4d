// What counting logins costs: each beside the floor of the random draws or events that any
// implementation at that fidelity must make.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <memory>

#include "mocks/idp/core.h"
#include "mocks/portal/load_balancer.h"
#include "mocks/sim/event_queue.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/sim/poisson.h"
#include "mocks/users/logins.h"
#include "mocks/users/oracle.h"

namespace {

using namespace std::chrono_literals;
using mocks::sim::Stream;
using mocks::users::Fidelity;
using mocks::users::Logins;
using ports::Instant;

constexpr auto minutes = 20;
constexpr int phases = 8;

Instant at(ports::Duration since_start) { return Instant{} + since_start; }

// Four pods, `rolled` of them one by one, and the old secret retired in between: 20 minutes.
struct World final : mocks::Observer {
  World(Fidelity fidelity, double per_second, int pods_rolled = 4) : rolled(pods_rolled) {
    portal.client_id = "synthetic-portal";
    core.add_client({.client_id = "synthetic-portal", .redirect_uris = {"https://portal/cb"}});
    mocks::users::LoginOptions options{.fidelity = fidelity, .per_second = per_second};
    options.journey.redirect_uri = mocks::name_of("https://portal/cb");
    logins = std::make_unique<Logins>(queue, *this, draws, timeline, core, faults, options);
  }

  void observe(Instant when, const mocks::Fact& fact) override { timeline.observe(when, fact); }

  void serve(mocks::portal::PodId pod, const char* secret) {
    observe(queue.now(), {.kind = mocks::FactKind::pod_created, .subject = pod});
    timeline.process_started(queue.now(), pod,
                             mocks::portal::make_environment(portal, mocks::name_of(secret)));
    balancer.endpoint_added(pod);
  }

  void rotate() {
    core.create_secret("synthetic-portal", {.id = "1", .value = "synthetic-one", .settled = true});
    for (mocks::portal::PodId pod = 1; pod <= 4; ++pod) serve(pod, "synthetic-one");
    logins->start();
    for (int phase = 0; phase < phases; ++phase) {
      logins->begin_phase("phase");
      queue.run_until(at(30s * (phase + 1)));
      if (phase == 1)
        core.create_secret("synthetic-portal",
                           {.id = "2", .value = "synthetic-two", .settled = true});
      if (phase == 5) core.set_active("synthetic-portal", "1", false);
      if (phase >= 2 && phase < 2 + rolled) {
        const auto pod = static_cast<mocks::portal::PodId>(phase - 1);
        serve(4 + pod, "synthetic-two");
        balancer.endpoint_removed(pod);
      }
    }
    queue.run_until(at(std::chrono::minutes(minutes)));
    logins->stop();
    while (!logins->settled() && queue.step()) {
    }
    logins->settle();
  }

  mocks::sim::EventQueue queue;
  mocks::sim::Draws draws{7};
  mocks::sim::NoFaults faults;
  mocks::users::Timeline timeline;
  mocks::idp::Core core{queue, *this, draws};
  mocks::portal::LoadBalancer balancer{queue, timeline};
  mocks::portal::PortalConfiguration portal;
  std::unique_ptr<Logins> logins;
  int rolled;
};

// A Poisson count for each phase, no more.
void floor_counted_rotation(benchmark::State& state) {
  const mocks::sim::Draws draws(7);
  std::uint64_t tried = 0;
  std::uint64_t rotation = 0;
  for (auto _ : state) {
    ++rotation;
    for (std::uint64_t phase = 0; phase < phases; ++phase)
      tried += mocks::sim::poisson_count(3000, draws, Stream::login_arrival, rotation, phase);
  }
  benchmark::DoNotOptimize(tried);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(floor_counted_rotation);

// World, record and counts of a whole rotation; 20 logins a second.
void sim_counted_rotation(benchmark::State& state) {
  std::uint64_t tried = 0;
  for (auto _ : state) {
    World world(Fidelity::counts, 20);
    world.rotate();
    tried += world.logins->tally().total().tried;
  }
  benchmark::DoNotOptimize(tried);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sim_counted_rotation);

void sim_oracle(benchmark::State& state) {
  World world(Fidelity::counts, 20);
  world.rotate();
  for (auto _ : state)
    benchmark::DoNotOptimize(expected_failures(world.timeline, world.logins->options().journey, 20,
                                               Instant{}, at(std::chrono::minutes(minutes))));
}
BENCHMARK(sim_oracle);

// One draw for each login.
void floor_superposed_login(benchmark::State& state) {
  const mocks::sim::Draws draws(7);
  std::uint64_t sum = 0;
  std::uint64_t i = 0;
  for (auto _ : state)
    for (int k = 0; k < 1000; ++k) sum += draws.below(4, Stream::login_pod, 1, ++i);
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(floor_superposed_login);

// Half of the pods stay on the retired secret, so that nearly every login's class must be drawn.
void sim_superposed_login(benchmark::State& state) {
  std::uint64_t tried = 0;
  for (auto _ : state) {
    World world(Fidelity::superposed, 1000, 2);
    world.rotate();
    tried += world.logins->tally().total().tried;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(tried));
}
BENCHMARK(sim_superposed_login);

struct Counting final : mocks::Timed {
  void on_timer(std::uint32_t /*kind*/, std::uint64_t subject) override { sum += subject; }
  std::uint64_t sum = 0;
};

// Seven events for each login, and nothing done in them.
void floor_exact_login(benchmark::State& state) {
  mocks::sim::EventQueue queue;
  Counting target;
  for (auto _ : state) {
    for (int k = 0; k < 7; ++k) queue.at(queue.now() + std::chrono::milliseconds(k), target, 0, 1);
    queue.run();
  }
  benchmark::DoNotOptimize(target.sum);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(floor_exact_login);

void sim_exact_login(benchmark::State& state) {
  std::uint64_t tried = 0;
  for (auto _ : state) {
    World world(Fidelity::exact, 100);
    world.rotate();
    tried += world.logins->tally().total().tried;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(tried));
}
BENCHMARK(sim_exact_login);

}  // namespace
