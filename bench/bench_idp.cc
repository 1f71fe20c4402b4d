// The identity provider beside its floor: what a handler's answer costs when JSON is read and
// written for it by a general library, and what the typed decision of a simulated login costs.
#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>
#include <string>

#include "mocks/idp/okta/okta.h"
#include "mocks/sim/event_queue.h"

namespace {

constexpr const char* client_id = "0oaSyntheticClient001";
constexpr const char* secret = "synthetic-old-secret-0000000000001";

class Deaf final : public mocks::Observer {
 public:
  void observe(ports::Instant, const mocks::Fact&) override {}
};

mocks::idp::OktaOptions options() {
  mocks::idp::OktaOptions made;
  made.origin = "https://org.okta.example";
  made.administrators = {{.token = "00SyntheticAdminToken"}};
  made.admin_requests_per_minute = 1'000'000'000;
  return made;
}

struct World {
  World() : okta(queue, observer, mocks::sim::Draws(7), options()) {
    mocks::idp::Registration registration;
    registration.client_id = client_id;
    registration.redirect_uris = {"https://portal.example/callback"};
    okta.add_client(std::move(registration), secret);
    okta.core().create_secret(client_id, {.id = "ocsTwo", .value = "synthetic-new-secret-2"});
  }
  mocks::sim::EventQueue queue;
  Deaf observer;
  mocks::idp::Okta okta;
};

const ports::Request& list_request() {
  static const ports::Request request{
      .method = "GET",
      .target = std::string("/api/v1/apps/") + client_id + "/credentials/secrets",
      .headers = {{.name = "Authorization", .value = "SSWS 00SyntheticAdminToken"}}};
  return request;
}

// A list's body, parsed and written again: what any mock or client pays for JSON.
void floor_json_roundtrip(benchmark::State& state) {
  World world;
  const auto body = world.okta.handle(list_request()).response.body;
  for (auto _ : state) {
    auto text = nlohmann::json::parse(body).dump();
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(floor_json_roundtrip);

void sim_idp_list(benchmark::State& state) {
  World world;
  for (auto _ : state) {
    auto answer = world.okta.handle(list_request());
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(sim_idp_list);

void sim_idp_token_probe(benchmark::State& state) {
  World world;
  const ports::Request request{
      .method = "POST",
      .target = "/oauth2/v1/token",
      .headers = {{.name = "Content-Type", .value = "application/x-www-form-urlencoded"}},
      .body = std::string("grant_type=client_credentials&client_id=") + client_id +
              "&client_secret=" + secret + "&scope=openid"};
  for (auto _ : state) {
    auto answer = world.okta.handle(request);
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(sim_idp_token_probe);

// The same decision without a request, as simulated logins take it.
void sim_idp_decide(benchmark::State& state) {
  World world;
  const auto client = mocks::name_of(client_id);
  const auto name = mocks::name_of(secret);
  for (auto _ : state) {
    auto decision = world.okta.core().decide({.client = client, .secret = name});
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(sim_idp_decide);

// A login's two halves: a code for the browser, and its exchange.
void sim_idp_login(benchmark::State& state) {
  World world;
  auto& core = world.okta.core();
  const auto client = mocks::name_of(client_id);
  const auto redirect_uri = mocks::name_of("https://portal.example/callback");
  mocks::idp::TokenAttempt attempt{.client = client,
                                   .secret = mocks::name_of(secret),
                                   .grant = mocks::idp::GrantType::authorization_code,
                                   .redirect_uri = redirect_uri};
  for (auto _ : state) {
    world.queue.run_until(world.queue.now() + std::chrono::milliseconds(20));
    attempt.handle = core.issue_code(client, redirect_uri, 1);
    auto decision = core.redeem(attempt);
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(sim_idp_login);

// A world's identity provider, built and thrown away.
void sim_idp_build(benchmark::State& state) {
  for (auto _ : state) {
    World world;
    benchmark::DoNotOptimize(world);
  }
}
BENCHMARK(sim_idp_build);

}  // namespace
