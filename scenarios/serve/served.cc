#include "scenarios/serve/served.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "mocks/portal/metrics.h"
#include "mocks/users/browser.h"
#include "rotator/cli/yaml_section.h"
#include "rotator/ports/check.h"
#include "rotator/ports/system_http.h"
#include "scenarios/assemble.h"
#include "scenarios/compression.h"
#include "scenarios/hand.h"
#include "scenarios/play.h"
#include "scenarios/world.h"

namespace scenarios {
namespace {

// More real logins a second than this, and the machine measures itself.
constexpr double most_served_logins_per_second = 60;

// As `vault token create -id TOKEN -policy root` by somebody who may.
void create_operator_token(mocks::vault::Vault& vault, const std::string& token) {
  const auto answer = vault.handle(
      {.method = "POST",
       .target = "/v1/auth/token/create",
       .headers = {{"X-Vault-Token", vault.create_token({"root"}, std::chrono::minutes(1))}},
       .body = nlohmann::json{{"id", token}, {"policies", {"root"}}, {"no_parent", true}}.dump()});
  ports::check(answer.response.status == 200, "Vault takes the token of an operator");
}

}  // namespace

// What begins and ends with a world. Made and ended under the world's lock, but for those who have
// threads of their own, which are ended first, without it.
struct Served::Cast {
  Cast(Scenario scenario, const ServedOptions& options, std::uint64_t seed,
       mocks::Scheduler& scheduler)
      : original(std::move(scenario)),
        compressed(scenarios::compressed(original, options.compression)),
        begin(scheduler.now()),
        plan(trace, mocks::sim::Draws(seed), mocks::sim::since(begin, compressed.faults)),
        travel(plan, mocks::sim::Draws(seed), options.profile),
        conditions(travel),
        world(scheduler, trace, conditions, compressed, seed),
        metrics(scheduler, [this] { return browsers ? browsers->failed_so_far() : 0; }) {
    create_operator_token(world.vault(), options.vault_operator_token);
    if (options.observer != nullptr) trace.add(*options.observer);
  }

  Scenario original;
  Scenario compressed;
  ports::Instant begin;
  mocks::sim::Trace trace;
  mocks::sim::FaultPlan plan;
  TravelTime travel;
  mocks::sim::Conditions conditions;
  World world;
  mocks::portal::Metrics metrics;
  KnownSecrets secrets;
  std::unique_ptr<Servers> servers;
  std::unique_ptr<ports::HttpClient> portal_client;
  std::unique_ptr<mocks::users::Browsers> browsers;
  std::unique_ptr<ports::HttpClient> person_client;
  std::unique_ptr<Hand> person;
};

Served::Served(const ServedOptions& options, ports::SystemClock& clock, ports::StopSignal& stop)
    : options_(options), clock_(clock), stop_(stop) {}

ports::Result<std::unique_ptr<Served>> Served::start(const Scenario& scenario,
                                                     const ServedOptions& options,
                                                     ports::SystemClock& clock,
                                                     ports::StopSignal& stop) {
  std::unique_ptr<Served> served(new Served(options, clock, stop));
  served->seed_ = scenario.seed;
  if (auto begun = served->begin_world(scenario); !begun) return ports::fail(begun.error());
  return served;
}

Served::~Served() {
  end_world();
  scheduler_.stop();
}

// Who has a thread of its own ends first; then nobody holds anything of the world.
void Served::end_world() {
  if (!cast_) return;
  if (cast_->browsers) cast_->browsers->stop();
  cast_->servers.reset();
  cast_->browsers.reset();
  const std::lock_guard lock(world_mutex_);
  scheduler_.start_over();
  cast_.reset();
}

ports::Status Served::begin_world(Scenario scenario) {
  {
    const std::lock_guard lock(world_mutex_);
    cast_ = std::make_unique<Cast>(std::move(scenario), options_, seed_, scheduler_);
  }
  auto servers = Servers::start(
      cast_->world, cast_->metrics, world_mutex_, scheduler_, cast_->conditions, cast_->trace,
      {.now = clock_.wall_now(),
       .folder = options_.folder,
       .ports = options_.ports,
       .record = [this](const mocks::wire::Exchange& exchange) { record(exchange); },
       .most_requests = options_.profile == Profile::lawful ? lawful_requests : 0});
  if (!servers) return ports::fail(servers.error());
  cast_->servers = std::move(*servers);
  options_.ports = cast_->servers->ports();
  if (auto written = cast_->servers->write_vault_operator_token(options_.vault_operator_token);
      !written)
    return written;
  if (auto written = cast_->servers->write_configuration(
          compressed(rotation_configuration(cast_->original, cast_->original.driver,
                                            cast_->servers->endpoints(), {}),
                     options_.compression));
      !written)
    return written;
  return options_.logins ? begin_logins() : ports::Status();
}

ports::Status Served::begin_anew(Scenario scenario) {
  end_world();
  journal_.clear();
  failure_ = begin_world(std::move(scenario));
  if (failure_) return {};
  end_world();
  stop_.request();
  return failure_;
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

// --- What happens to the world ------------------------------------------------------------------

ports::Status Served::perform(const Step& step) {
  const auto& effect = row_of(step.act).effect;
  if (std::holds_alternative<ByHand>(effect)) return by_hand(step);
  const std::lock_guard lock(world_mutex_);
  if (const auto* const in_world = std::get_if<InWorld>(&effect))
    return (*in_world)(cast_->world, step.argument);
  if (const auto* const on_stage = std::get_if<OnStage>(&effect)) {
    (*on_stage)(*this, step.argument);
    return {};
  }
  return ports::fail(ports::ErrorCode::configuration,
                     std::string(row_of(step.act).name) +
                         ": no rotator belongs to a served world; start and kill your own");
}

// One person, who remembers what they created and what was there before; with its first command
// they begin the guide anew.
ports::Status Served::by_hand(const Step& step) {
  if (step.act == Act::create_secret) cast_->person.reset();
  if (!cast_->person_client) {
    auto client =
        ports::new_http_client(clock_, stop_, cast_->servers->client_options("overlap-human"));
    if (!client) return ports::fail(client.error());
    cast_->person_client = std::move(*client);
  }
  if (!cast_->person) {
    auto who = hand_options(cast_->world, cast_->servers->endpoints(), {});
    who.looks = true;
    who.call_timeout = served_call_timeout;
    cast_->person = std::make_unique<Hand>(*cast_->person_client, clock_, std::move(who),
                                           [](const std::string&) {});
  }
  auto done = cast_->person->run({step});
  if (done) return done;
  // Whatever the code of the call was: the person could not do it, as things are.
  return ports::fail(ports::ErrorCode::refused, done.error().message);
}

ports::Status Served::jump(ports::Duration by) {
  if (by > longest_jump)
    return ports::fail(ports::ErrorCode::configuration,
                       "time jumps at most " + rotator::format_duration(longest_jump) + " at once");
  if (options_.logins)
    return ports::fail(ports::ErrorCode::conflict,
                       "users log in over real connections, in the machine's time, so the world's "
                       "time cannot jump; serve without --logins");
  const std::lock_guard lock(world_mutex_);
  if (scheduler_.jump(by)) return {};
  return ports::fail(ports::ErrorCode::conflict,
                     "more happens until then than one jump bears; the world's time stands in "
                     "between, jump again");
}

void Served::record(const mocks::wire::Exchange& exchange) {
  journal_.record(exchange, scheduler_.wall_now(), secrets());
}

const KnownSecrets& Served::secrets() {
  cast_->secrets.learn_from(cast_->world);
  return cast_->secrets;
}

const Scenario& Served::scenario() const { return cast_->original; }
const Servers& Served::servers() const { return *cast_->servers; }
World& Served::world() { return cast_->world; }
mocks::sim::Conditions& Served::conditions() { return cast_->conditions; }
mocks::sim::FaultPlan& Served::faults() { return cast_->plan; }
ports::Instant Served::begin() const { return cast_->begin; }

std::optional<mocks::users::Tally> Served::logins() const {
  if (!cast_->browsers) return std::nullopt;
  return cast_->browsers->tally();
}

}  // namespace scenarios
