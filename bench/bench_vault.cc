// The Vault mock: one read and one write over its HTTP face, beside the cost of the JSON alone; and
// a pod's agents over the typed face.
#include <benchmark/benchmark.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "mocks/vault/agent/agent.h"
#include "mocks/vault/vault.h"

namespace {

using namespace std::chrono_literals;

class Clock final : public mocks::Scheduler {
 public:
  ports::Instant now() const override { return now_; }
  ports::WallTime wall_now() const override {
    return ports::WallTime(std::chrono::seconds(1'767'323'045)) + now_.time_since_epoch();
  }
  mocks::TimerId at(ports::Instant when, mocks::Timed& target, std::uint32_t kind,
                    std::uint64_t subject) override {
    when_ = when;
    target_ = &target;
    kind_ = kind;
    subject_ = subject;
    return ++last_;
  }
  void cancel(mocks::TimerId timer) override {
    if (timer == last_) target_ = nullptr;
  }
  // Runs the one pending timer; enough for a lone agent.
  bool step() {
    if (target_ == nullptr) return false;
    now_ = when_;
    std::exchange(target_, nullptr)->on_timer(kind_, subject_);
    return true;
  }

 private:
  ports::Instant now_{};
  ports::Instant when_{};
  mocks::Timed* target_ = nullptr;
  std::uint32_t kind_ = 0;
  std::uint64_t subject_ = 0;
  mocks::TimerId last_ = 0;
};

class Silence final : public mocks::Observer {
 public:
  void observe(ports::Instant, const mocks::Fact&) override {}
};

struct World {
  World() {
    vault.enable_kv("portal-kv");
    benchmark::DoNotOptimize(vault.set_policy(
        "portal",
        "path \"portal-kv/data/oidc/*\" { capabilities = [\"create\", \"update\", \"read\"] }"));
    vault.set_kubernetes_role("portal", {.names = {"portal-backend"},
                                         .namespaces = {"platform"},
                                         .policies = {"portal"},
                                         .ttl = 1h});
    token = vault.create_token({"portal"});
    benchmark::DoNotOptimize(vault.write(vault.root(), "portal-kv/data/oidc/portal",
                                         "client_secret", "synthetic-secret-0001"));
  }
  ports::Request request(const char* method, std::string body) const {
    return {.method = method,
            .target = "/v1/portal-kv/data/oidc/portal",
            .headers = {{.name = "X-Vault-Request", .value = "true"},
                        {.name = "X-Vault-Token", .value = token}},
            .body = std::move(body)};
  }
  Clock clock;
  Silence silence;
  mocks::vault::Vault vault{clock, silence, mocks::sim::Draws(7)};
  std::string token;
};

constexpr const char* write_body =
    R"({"data":{"client_secret":"synthetic-secret-0002","secret_id":"ocs1","rotation_id":"r1"},"options":{}})";

void floor_json_roundtrip_vault(benchmark::State& state) {
  const std::string text = write_body;
  for (auto _ : state) {
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    benchmark::DoNotOptimize(parsed.dump());
  }
}
BENCHMARK(floor_json_roundtrip_vault);

void sim_vault_kv_read(benchmark::State& state) {
  World world;
  const auto request = world.request("GET", "");
  for (auto _ : state) benchmark::DoNotOptimize(world.vault.handle(request));
}
BENCHMARK(sim_vault_kv_read);

void sim_vault_kv_write(benchmark::State& state) {
  World world;
  const auto request = world.request("PUT", write_body);
  for (auto _ : state) benchmark::DoNotOptimize(world.vault.handle(request));
}
BENCHMARK(sim_vault_kv_write);

void sim_vault_build(benchmark::State& state) {
  for (auto _ : state) {
    World world;
    benchmark::DoNotOptimize(&world);
  }
}
BENCHMARK(sim_vault_build);

// The init container of one pod: login, preflight, read, render.
void sim_vault_agent_init(benchmark::State& state) {
  struct Listener final : mocks::vault::AgentListener {
    void on_init_done(bool) override {}
    void on_rendered() override {}
    void on_exit(int) override {}
  };
  World world;
  Listener listener;
  mocks::sim::NoFaults faults;
  const auto spec = std::make_shared<const mocks::vault::AgentSpec>();
  for (auto _ : state) {
    mocks::vault::Agent agent(world.clock, world.silence, mocks::sim::Draws(7), world.vault, faults,
                              {.spec = spec, .pod = "portal-backend-5d9c7b6f4-abcde", .entity = 1},
                              listener);
    agent.start_init();
    while (world.clock.step()) {
    }
    benchmark::DoNotOptimize(agent.file());
  }
}
BENCHMARK(sim_vault_agent_init);

}  // namespace
