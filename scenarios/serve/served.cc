#include "scenarios/serve/served.h"

#include <algorithm>
#include <optional>

#include "mocks/portal/metrics.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/users/browser.h"
#include "rotator/ports/system_http.h"
#include "scenarios/assemble.h"
#include "scenarios/compression.h"
#include "scenarios/world.h"

namespace scenarios {
namespace {

// More real logins a second than this, and the machine measures itself.
constexpr double most_served_logins_per_second = 60;

}  // namespace

// What begins and ends with a world. Made and ended under the world's lock, but for those who have
// threads of their own, which are ended first, without it.
struct Served::Cast {
  Cast(const Scenario& scenario, const ServedOptions& options, mocks::Scheduler& scheduler)
      : original(scenario),
        compressed(scenarios::compressed(scenario, options.compression)),
        plan(trace, mocks::sim::Draws(compressed.seed), compressed.faults),
        conditions(plan),
        world(scheduler, trace, conditions, compressed, compressed.seed),
        vault_operator_token(world.vault().create_token({"root"}, {})),
        metrics(scheduler, [this] { return browsers ? browsers->failed_so_far() : 0; }) {
    if (options.observer != nullptr) trace.add(*options.observer);
  }

  Scenario original;
  Scenario compressed;
  mocks::sim::Trace trace;
  mocks::sim::FaultPlan plan;
  mocks::sim::Conditions conditions;
  World world;
  std::string vault_operator_token;
  mocks::portal::Metrics metrics;
  std::unique_ptr<Servers> servers;
  std::unique_ptr<ports::HttpClient> portal_client;
  std::unique_ptr<mocks::users::Browsers> browsers;
};

Served::Served(const ServedOptions& options, ports::SystemClock& clock, ports::StopSignal& stop)
    : options_(options), clock_(clock), stop_(stop) {}

ports::Result<std::unique_ptr<Served>> Served::start(const Scenario& scenario,
                                                     const ServedOptions& options,
                                                     ports::SystemClock& clock,
                                                     ports::StopSignal& stop) {
  std::unique_ptr<Served> served(new Served(options, clock, stop));
  if (auto begun = served->begin(scenario); !begun) return ports::fail(begun.error());
  return served;
}

Served::~Served() {
  if (cast_) {
    if (cast_->browsers) cast_->browsers->stop();
    cast_->servers.reset();
  }
  scheduler_.stop();
}

ports::Status Served::begin(const Scenario& scenario) {
  {
    const std::lock_guard lock(world_mutex_);
    cast_ = std::make_unique<Cast>(scenario, options_, scheduler_);
  }
  auto servers = Servers::start(
      cast_->world, cast_->metrics, world_mutex_, scheduler_, cast_->conditions, cast_->trace,
      {.now = clock_.wall_now(), .folder = options_.folder, .ports = options_.ports});
  if (!servers) return ports::fail(servers.error());
  cast_->servers = std::move(*servers);
  if (auto written = cast_->servers->write_vault_operator_token(cast_->vault_operator_token);
      !written)
    return written;
  if (auto written = cast_->servers->write_configuration(compressed(
          rotation_configuration(scenario, scenario.driver, cast_->servers->endpoints(), {}),
          options_.compression));
      !written)
    return written;
  return options_.logins ? begin_logins() : ports::Status();
}

ports::Status Served::begin_logins() {
  auto client =
      ports::new_http_client(clock_, stop_, cast_->servers->client_options("overlap-user"));
  if (!client) return ports::fail(client.error());
  cast_->portal_client = std::move(*client);
  auto& world = cast_->world;
  auto browsers = std::make_unique<mocks::users::Browsers>(
      world_mutex_, scheduler_, cast_->trace, world.draws(), world.timeline(), world.fleet(),
      *cast_->portal_client,
      mocks::users::BrowserOptions{
          .origin = cast_->servers->endpoints().idp,
          .paths = world.idp().endpoint_paths(),
          .redirect_uri = redirect_uri,
          .user_agent_prefix = caller_prefix,
          .per_second = std::min(login_rate(cast_->compressed), most_served_logins_per_second),
          .journey = journey_options(cast_->compressed)});
  browsers->start();
  const std::lock_guard lock(world_mutex_);
  cast_->browsers = std::move(browsers);
  return {};
}

const Scenario& Served::scenario() const { return cast_->original; }
const Servers& Served::servers() const { return *cast_->servers; }
const std::string& Served::vault_operator_token() const { return cast_->vault_operator_token; }

}  // namespace scenarios
