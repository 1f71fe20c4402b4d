// The simulated stage: virtual time, the rotator's library on a fiber.
#include <algorithm>
#include <map>
#include <optional>

#include "mocks/portal/metrics.h"
#include "mocks/sim/event_queue.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/sim/network.h"
#include "mocks/sim/process.h"
#include "mocks/sim/sim_ports.h"
#include "mocks/sim/trace.h"
#include "mocks/users/logins.h"
#include "rotator/ports/check.h"
#include "rotator/rotation/rotation.h"
#include "scenarios/assemble.h"
#include "scenarios/hand.h"
#include "scenarios/narrator.h"
#include "scenarios/play.h"
#include "scenarios/run.h"
#include "scenarios/world.h"

namespace scenarios {
namespace {

using mocks::FactKind;
using mocks::sim::Process;

// Events between two looks at whether the run shall end: a few milliseconds.
constexpr int steps_between_looks = 4096;

mocks::users::LoginOptions login_options(const Scenario& scenario,
                                         const mocks::idp::Provider& provider,
                                         mocks::users::Fidelity fidelity) {
  return {.fidelity = fidelity,
          .per_second = login_rate(scenario),
          .journey = journey_options(scenario),
          .paths = provider.endpoint_paths()};
}

rotator::Outcome perform(rotator::Rotation& rotation, Command command) {
  switch (command) {
    case Command::run: return rotation.run();
    case Command::resume: return rotation.resume();
    case Command::rollback: return rotation.rollback();
  }
  return {};
}

class SimStage final : private Stage,
                       private mocks::sim::Network::CrashListener,
                       private rotator::Listener {
 public:
  SimStage(const Scenario& scenario, const RunOptions& options, Driver driver,
           rotator::Configuration configuration, mocks::users::Fidelity fidelity)
      : scenario_(scenario),
        options_(options),
        driver_(std::move(driver)),
        configuration_(std::move(configuration)),
        faults_(trace_, mocks::sim::Draws(options.seed), scenario.faults),
        conditions_(faults_),
        network_(queue_, trace_, mocks::sim::Draws(options.seed), conditions_),
        world_(queue_, trace_, conditions_, scenario, options.seed),
        logins_(queue_, trace_, world_.draws(), world_.timeline(), world_.idp().core(), conditions_,
                login_options(scenario, world_.idp(), fidelity)),
        metrics_(queue_, [this] { return logins_.failed_so_far(); }),
        process_(queue_, driver_.kind == Driver::Kind::rotator ? "rotator" : "operator") {
    if (options.keep_timeline) trace_.add(narrator_);
    if (options.spectator != nullptr) trace_.add(*options.spectator);
    network_.add_server({.origin = simulated_endpoints.idp, .name = "idp"}, world_.idp());
    network_.add_server({.origin = simulated_endpoints.vault, .name = "vault"}, world_.vault());
    network_.add_server({.origin = simulated_endpoints.kubernetes, .name = "kubernetes"},
                        world_.kubernetes());
    network_.add_server({.origin = simulated_endpoints.metrics, .name = "metrics"}, metrics_);
    network_.set_crash_listener(this);
    files_.write(simulated_endpoints.kubernetes_token_file, world_.credentials().kubernetes_token);
  }

  ports::Result<Report> run() {
    play_.open();
    logins_.start();
    while (!play_.over()) {
      if (options_.stop != nullptr && options_.stop->requested())
        return ports::fail(ports::ErrorCode::interrupted,
                           scenario_.name + ": interrupted, no result is printed");
      for (int i = 0; i < steps_between_looks && !play_.over(); ++i) queue_.step();
    }
    queue_.run_until(queue_.now() + scenario_.tail);
    logins_.stop();
    while (!logins_.settled() && queue_.step()) {
    }
    logins_.settle();
    world_.check_end_state();
    world_.look_for_leaks(output_);
    return report();
  }

  // What `rotator plan` says in this world before anything has happened.
  ports::Result<rotator::Plan> plan() {
    std::optional<ports::Result<rotator::Plan>> answer;
    process_.start([&] {
      const auto http = network_.client(process_.name(), process_);
      mocks::sim::SimClock clock(process_);
      mocks::sim::SimRandom random(world_.draws(), 0);
      rotator::Rotation rotation(
          {.http = *http, .clock = clock, .random = random, .files = files_}, configuration_,
          {.vault_token = ports::Secret(std::string(world_.credentials().vault_token))}, *this);
      answer.emplace(rotation.plan());
    });
    while (!answer && queue_.next() && *queue_.next() <= at(scenario_.at_most)) queue_.step();
    if (!answer) return ports::fail(ports::ErrorCode::ambiguous, "the plan did not end");
    return std::move(*answer);
  }

 private:
  static ports::Instant at(ports::Duration since_start) { return ports::Instant(since_start); }

  void tell(FactKind kind) {
    trace_.observe(
        queue_.now(),
        {.kind = kind, .subject = mocks::name_of(process_.name()), .text = play_.phase()});
  }

  void rotate(Command command) {
    tell(FactKind::rotator_started);
    const auto http = network_.client(process_.name(), process_);
    mocks::sim::SimClock clock(process_);
    mocks::sim::SimRandom random(world_.draws(), ++incarnations_);
    rotator::Rotation rotation(
        {.http = *http, .clock = clock, .random = random, .files = files_}, configuration_,
        {.vault_token = ports::Secret(std::string(world_.credentials().vault_token))}, *this);
    auto outcome = perform(rotation, command);
    tell(FactKind::rotator_stopped);
    output_ += outcome.message + "\n";
    play_.driver_ended({.knows_a_rotation = !outcome.rotation_id.empty(),
                        .result = {.strategy = outcome.strategy,
                                   .outcome = outcome.ending,
                                   .phase = rotator::to_string(outcome.phase),
                                   .restarts = outcome.restarts,
                                   .message = outcome.message}});
  }

  HandOptions hand_options() {
    return scenarios::hand_options(world_, simulated_endpoints, window_of(scenario_, options_));
  }

  void follow_the_guide() {
    const auto http = network_.client(process_.name(), process_);
    mocks::sim::SimClock clock(process_);
    Hand hand(*http, clock, hand_options(),
              [this](const std::string& phase) { play_.enter(phase); });
    const auto done = hand.run(driver_.commands);
    play_.driver_ended(
        {.result = {.outcome = done ? rotator::Ending::done : rotator::Ending::unknown,
                    .message = done ? "" : done.error().message}});
  }

  void on_crash(Process& process) override {
    trace_.observe(queue_.now(),
                   {.kind = FactKind::rotator_stopped, .subject = mocks::name_of(process.name())});
    if (&process == &process_) play_.driver_killed();
  }

  // Stage
  World& world() override { return world_; }
  mocks::Scheduler& scheduler() override { return queue_; }
  mocks::sim::Conditions& conditions() override { return conditions_; }
  void begin_phase(const std::string& label) override { logins_.begin_phase(label); }
  void start_process(Command command) override {
    if (driver_.kind == Driver::Kind::operator_by_hand)
      return process_.start([this] { follow_the_guide(); });
    process_.start([this, command] { rotate(command); });
  }
  void kill_process() override {
    process_.kill();
    on_crash(process_);
  }
  void interrupt_process() override { process_.interrupt(); }
  void human(const Step& act) override {
    auto& process = bystanders_.emplace_back(std::make_unique<Process>(queue_, "human"));
    process->start([this, &process = *process, act] {
      const auto http = network_.client("human", process);
      mocks::sim::SimClock clock(process);
      auto who = hand_options();
      who.looks = true;
      Hand hand(*http, clock, who, [](const std::string&) {});
      const auto done = hand.run({act});
      if (done) return narrator_.note(queue_.now(), "human: done");
      play_.act_failed(act, done.error().message);
    });
  }

  // rotator::Listener
  void phase_began(rotator::Phase phase, const std::string&) override {
    play_.enter(rotator::to_string(phase));
  }
  void phase_ended(rotator::Phase phase, bool succeeded, ports::Duration,
                   const std::string& message) override {
    said(std::string(rotator::to_string(phase)) + (succeeded ? " done: " : " failed: ") + message);
  }
  void gate_evaluated(rotator::Phase, const rotator::GateResult& result) override {
    said(std::string("gate ") + rotator::to_string(result.gate) + " " +
         rotator::to_string(result.verdict) + ": " + result.reason);
  }
  void noted(rotator::Severity, const std::string& message) override { said(message); }

  void said(const std::string& line) {
    output_ += line + "\n";
    narrator_.note(queue_.now(), line);
  }

  Report report() {
    Report report;
    report.trace_hash = trace_.hash_text();
    play_.report({.tally = logins_.tally(),
                  .faults = faults_,
                  .api_calls = network_.calls(process_.name()),
                  .bytes_read = network_.bytes_received(process_.name()),
                  .command = "rehearse replay " + scenario_.path},
                 report);
    judge(scenario_, report);
    return report;
  }

  const Scenario& scenario_;
  const RunOptions& options_;
  Driver driver_;
  rotator::Configuration configuration_;
  mocks::sim::EventQueue queue_;
  mocks::sim::Trace trace_;
  mocks::sim::FaultPlan faults_;
  mocks::sim::Conditions conditions_;
  mocks::sim::Network network_;
  World world_;
  mocks::users::Logins logins_;
  mocks::portal::Metrics metrics_;
  mocks::sim::SimFiles files_;
  Narrator narrator_;
  Play play_{scenario_, driver_.kind, *this, narrator_, options_};
  Process process_;
  std::vector<std::unique_ptr<Process>> bystanders_;
  std::string output_;
  std::uint64_t incarnations_ = 0;
};

}  // namespace

ports::Result<Driver> driver_of(const Scenario& scenario, const std::string& policy) {
  if (policy.empty() || policy == own_policy) return scenario.driver;
  const auto found = scenario.policies.find(policy);
  if (found == scenario.policies.end())
    return ports::fail(ports::ErrorCode::configuration,
                       scenario.path + ": has no policy '" + policy + "' below `policies:`");
  return found->second;
}

ports::Result<rotator::Plan> plan_simulated(const Scenario& scenario, std::uint64_t seed) {
  const RunOptions options{.seed = seed};
  SimStage stage(scenario, options, scenario.driver,
                 rotation_configuration(scenario, scenario.driver, simulated_endpoints, {}),
                 mocks::users::Fidelity::counts);
  return stage.plan();
}

ports::Result<Report> run_simulated(const Scenario& scenario, const RunOptions& options) {
  ports::set_check_context("scenario " + scenario.name + " seed " + std::to_string(options.seed));
  auto driver = driver_of(scenario, options.policy);
  if (!driver) return ports::fail(driver.error());
  auto configuration =
      rotation_configuration(scenario, *driver, simulated_endpoints, options.window);
  const auto fidelity = fidelity_of(scenario, options.fidelity);
  if (!fidelity)
    return ports::fail(ports::ErrorCode::configuration,
                       scenario.path + ": " + fidelity.error().message);
  SimStage stage(scenario, options, std::move(*driver), std::move(configuration), *fidelity);
  return stage.run();
}

}  // namespace scenarios
