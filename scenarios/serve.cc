#include "scenarios/serve.h"

#include <iostream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "mocks/sim/fault_plan.h"
#include "mocks/users/browser.h"
#include "mocks/wire/real_time.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "scenarios/assemble.h"
#include "scenarios/commands.h"
#include "scenarios/compression.h"
#include "scenarios/narrator.h"
#include "scenarios/servers.h"

namespace scenarios {
namespace {

using Json = nlohmann::ordered_json;

void print(const Json& line) { std::cout << line.dump() << std::endl; }

// Prints each fact as it happens; observe() is called under the world's lock, so lines never mix.
class Reporter final : public mocks::Observer {
 public:
  void observe(ports::Instant at, const mocks::Fact& fact) override {
    if (!begun_) begin_ = at;
    begun_ = true;
    Narrator narrator;
    narrator.observe(at, fact);
    for (const auto& entry : narrator.take())
      print({{"at_s", seconds_since(begin_, at)}, {"what", entry.what}});
  }

 private:
  bool begun_ = false;
  ports::Instant begin_ = {};
};

Json greeting(const Scenario& scenario, const Servers& servers) {
  const auto& at = servers.endpoints();
  return {{"ready", true},
          {"scenario", scenario.name},
          {"idp", at.idp},
          {"vault", at.vault},
          {"kubernetes", at.kubernetes},
          {"metrics", at.metrics},
          {"ca_file", servers.ca_file()},
          {"client_id", client_id},
          {"kubernetes_namespace", kubernetes_namespace},
          {"workload", workload_name},
          {"vault_token_file", servers.vault_token_file()},
          {"vault_operator_token_file", servers.vault_operator_token_file()},
          {"kubernetes_token_file", servers.kubernetes_token_file()},
          {"operator_token_file", servers.operator_token_file()},
          {"kubeconfig", servers.kubeconfig_file()},
          {"operator_kubeconfig", servers.operator_kubeconfig_file()},
          {"idp_admin_token_file", servers.idp_admin_token_file()},
          {"rotation_yaml", servers.configuration_file()}};
}

}  // namespace

int serve_command(const ServeCommand& command) {
  auto loaded = load_scenario(
      command.path.empty() ? command.scenarios_folder + "/guide/zero_downtime.yaml" : command.path);
  if (!loaded) return complain(loaded.error());
  const Scenario scenario = compressed(*loaded, command.compression);
  ports::StopSignal stop;
  const ports::StopOnSignals on_signals(stop);
  ports::SystemClock clock(stop);
  std::mutex world_mutex;
  mocks::sim::Trace trace;
  Reporter reporter;
  mocks::wire::RealTimeScheduler scheduler(world_mutex);
  std::unique_lock lock(world_mutex);
  mocks::sim::FaultPlan plan(trace, mocks::sim::Draws(scenario.seed), scenario.faults);
  mocks::sim::Conditions conditions(plan);
  World world(scheduler, trace, conditions, scenario, scenario.seed);
  const std::string vault_operator = world.vault().create_token({"root"}, std::chrono::hours(24));
  trace.add(reporter);
  lock.unlock();
  std::unique_ptr<mocks::users::Browsers> browsers;
  mocks::portal::Metrics metrics(scheduler,
                                 [&] { return browsers ? browsers->failed_so_far() : 0; });
  auto servers = Servers::start(world, metrics, world_mutex, scheduler, conditions, trace,
                                clock.wall_now(), {});
  if (!servers) return complain(servers.error());
  const auto operator_written = (*servers)->write_vault_operator_token(vault_operator);
  if (!operator_written) return complain(operator_written.error());
  const auto written = (*servers)->write_configuration(
      compressed(rotation_configuration(*loaded, loaded->driver, (*servers)->endpoints(), {}),
                 command.compression));
  if (!written) return complain(written.error());
  std::unique_ptr<ports::HttpClient> portal_client;
  if (command.logins) {
    auto client = ports::new_http_client(clock, stop, (*servers)->client_options("overlap-user"));
    if (!client) return complain(client.error());
    portal_client = std::move(*client);
    browsers = std::make_unique<mocks::users::Browsers>(
        world_mutex, scheduler, trace, world.draws(), world.timeline(), world.fleet(),
        *portal_client,
        mocks::users::BrowserOptions{.origin = (*servers)->endpoints().idp,
                                     .paths = world.idp().endpoint_paths(),
                                     .redirect_uri = redirect_uri,
                                     .user_agent_prefix = caller_prefix,
                                     .per_second = std::min(login_rate(scenario), 60.0),
                                     .journey = journey_options(scenario)});
    browsers->start();
  }
  {
    const std::lock_guard printing(world_mutex);
    print(greeting(*loaded, **servers));
  }
  while (!stop.requested())
    static_cast<void>(clock.sleep_until(clock.now() + std::chrono::hours(24)));
  if (browsers) browsers->stop();
  servers->reset();
  scheduler.stop();
  return exit_as_expected;
}

}  // namespace scenarios
