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

mocks::users::LoginOptions login_options(const Scenario& scenario, const std::string& fidelity) {
  return {
      .fidelity = *mocks::users::parse_fidelity(fidelity.empty() ? scenario.fidelity : fidelity),
      .per_second = login_rate(scenario),
      .journey = journey_options(scenario)};
}

class SimStage final : private Stage,
                       private mocks::Timed,
                       private mocks::sim::Network::CrashListener,
                       private rotator::Listener {
 public:
  SimStage(const Scenario& scenario, const RunOptions& options, Driver driver,
           rotator::Configuration configuration)
      : scenario_(scenario),
        options_(options),
        driver_(std::move(driver)),
        configuration_(std::move(configuration)),
        faults_(trace_, mocks::sim::Draws(options.seed), scenario.faults),
        conditions_(faults_),
        network_(queue_, trace_, mocks::sim::Draws(options.seed), conditions_),
        world_(queue_, trace_, conditions_, scenario, options.seed),
        logins_(queue_, trace_, world_.draws(), world_.timeline(), world_.idp().core(), conditions_,
                login_options(scenario, options.fidelity)),
        metrics_(queue_, [this] { return logins_.failed_so_far(); }),
        process_(queue_, driver_.kind == Driver::Kind::rotator ? "rotator" : "operator") {
    if (options.keep_timeline) trace_.add(narrator_);
    network_.add_server({.origin = simulated_endpoints.idp, .name = "idp"}, world_.idp());
    network_.add_server({.origin = simulated_endpoints.vault, .name = "vault"}, world_.vault());
    network_.add_server({.origin = simulated_endpoints.kubernetes, .name = "kubernetes"},
                        world_.kubernetes());
    network_.add_server({.origin = simulated_endpoints.metrics, .name = "metrics"}, metrics_);
    network_.set_crash_listener(this);
    files_.write(simulated_endpoints.kubernetes_token_file, world_.credentials().kubernetes_token);
  }

  Report run() {
    enter("before");
    logins_.start();
    queue_.at(at(scenario_.lead), *this, begin_driver, 0);
    const auto limit = at(scenario_.at_most);
    while (!finished_) {
      const auto next = queue_.next();
      if (!next || *next > limit) break;
      queue_.step();
    }
    if (!finished_) process_.kill();
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
  enum TimerKind : std::uint32_t { begin_driver, next_incarnation };

  static ports::Instant at(ports::Duration since_start) { return ports::Instant(since_start); }

  void on_timer(std::uint32_t kind, std::uint64_t) override {
    if (kind == begin_driver) return begin();
    if (!process_.running()) start(next_command_);
  }

  void begin() {
    play_.begin();
    start(Command::run);
  }

  void enter(const std::string& phase) {
    logins_.begin_phase(phase);
    play_.enter(phase);
  }

  void tell(FactKind kind) {
    trace_.observe(
        queue_.now(),
        {.kind = kind, .subject = mocks::name_of(process_.name()), .text = play_.phase()});
  }

  void start(Command command) {
    if (++incarnation_ > max_incarnations) {
      outcome_ = rotator::Outcome{.message = "crashed more often than it was restarted"};
      finished_ = true;
      return;
    }
    if (driver_.kind == Driver::Kind::operator_by_hand)
      return process_.start([this] { follow_the_guide(); });
    next_command_ = Command::resume;
    process_.start([this, command] { rotate(command); });
  }

  void rotate(Command command) {
    tell(FactKind::rotator_started);
    const auto http = network_.client(process_.name(), process_);
    mocks::sim::SimClock clock(process_);
    mocks::sim::SimRandom random(world_.draws(), static_cast<std::uint64_t>(incarnation_));
    rotator::Rotation rotation(
        {.http = *http, .clock = clock, .random = random, .files = files_}, configuration_,
        {.vault_token = ports::Secret(std::string(world_.credentials().vault_token))}, *this);
    auto outcome = command == Command::run ? rotation.run() : rotation.resume();
    tell(FactKind::rotator_stopped);
    output_ += outcome.message + "\n";
    const auto next = play_.next_after({.command = command,
                                        .ending = outcome.ending,
                                        .knows_a_rotation = !outcome.rotation_id.empty()});
    if (next == Next::run) {
      next_command_ = Command::run;
      return restart_after_delay();
    }
    if (next == Next::resume && incarnation_ < max_incarnations) return restart_soon();
    outcome_ = std::move(outcome);
    finish();
  }

  HandOptions hand_options() {
    return scenarios::hand_options(world_, simulated_endpoints,
                                   options_.window.value_or(default_window));
  }

  void follow_the_guide() {
    const auto http = network_.client(process_.name(), process_);
    mocks::sim::SimClock clock(process_);
    Hand hand(*http, clock, hand_options(), [this](const std::string& phase) { enter(phase); });
    const auto done = hand.run(driver_.commands);
    outcome_ = rotator::Outcome{.ending = done ? rotator::Ending::done : rotator::Ending::unknown};
    if (!done) outcome_->message = done.error().message;
    by_hand_calls_ = hand.calls();
    finish();
  }

  void finish() {
    finished_ = true;
    play_.end();
    enter("after");
  }

  void on_crash(Process& process) override {
    trace_.observe(queue_.now(),
                   {.kind = FactKind::rotator_stopped, .subject = mocks::name_of(process.name())});
    narrator_.note(queue_.now(), process.name() + " crashed");
    restart_soon();
  }

  void restart_soon() {
    if (restarts_by_itself(scenario_)) restart_after_delay();
  }
  void restart_after_delay() {
    queue_.at(queue_.now() + restart_delay, *this, next_incarnation, 0);
  }

  // Stage
  World& world() override { return world_; }
  mocks::Scheduler& scheduler() override { return queue_; }
  mocks::sim::Conditions& conditions() override { return conditions_; }
  void kill_rotator() override {
    if (!process_.running()) return;
    process_.kill();
    on_crash(process_);
  }
  void interrupt_rotator() override { process_.interrupt(); }
  void start_rotator() override { queue_.at(queue_.now(), *this, next_incarnation, 0); }
  void human(const Step& act) override {
    auto& process = bystanders_.emplace_back(std::make_unique<Process>(queue_, "human"));
    process->start([this, &process = *process, act] {
      const auto http = network_.client("human", process);
      mocks::sim::SimClock clock(process);
      Hand hand(*http, clock, hand_options(), [](const std::string&) {});
      const auto done = hand.run({act});
      narrator_.note(queue_.now(), done ? "human: done" : "human: " + done.error().message);
    });
  }

  // rotator::Listener
  void phase_began(rotator::Phase phase, const std::string&) override {
    enter(rotator::to_string(phase));
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
    const auto& outcome = *outcome_or_unknown();
    const bool by_hand = driver_.kind == Driver::Kind::operator_by_hand;
    report.rotation = {.strategy = by_hand ? "by hand" : outcome.strategy,
                       .outcome = outcome.ending,
                       .phase = by_hand ? play_.phase() : rotator::to_string(outcome.phase),
                       .duration_s = play_.duration_s(),
                       .api_calls = by_hand ? by_hand_calls_ : network_.calls("rotator"),
                       .bytes_read = network_.bytes_received("rotator"),
                       .restarts = outcome.restarts,
                       .message = outcome.message};
    report.trace_hash = trace_.hash_text();
    play_.report(options_, logins_.tally(), faults_, "rehearse replay " + scenario_.path, report);
    judge(scenario_, report);
    return report;
  }

  const rotator::Outcome* outcome_or_unknown() {
    if (!outcome_)
      outcome_ =
          rotator::Outcome{.message = "the run was still going after " +
                                      std::to_string(seconds_since({}, queue_.now())) + " s"};
    return &*outcome_;
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
  Play play_{scenario_, *this, narrator_, options_.progress};
  Process process_;
  std::vector<std::unique_ptr<Process>> bystanders_;
  std::string output_;
  std::optional<rotator::Outcome> outcome_;
  std::uint64_t by_hand_calls_ = 0;
  int incarnation_ = 0;
  Command next_command_ = Command::run;
  bool finished_ = false;
};

}  // namespace

ports::Result<Driver> driver_of(const Scenario& scenario, const std::string& policy) {
  if (policy.empty()) return scenario.driver;
  const auto found = scenario.policies.find(policy);
  if (found == scenario.policies.end())
    return ports::fail(ports::ErrorCode::configuration,
                       scenario.path + ": has no policy '" + policy + "' below `policies:`");
  return found->second;
}

ports::Result<rotator::Plan> plan_simulated(const Scenario& scenario, std::uint64_t seed) {
  const RunOptions options{.seed = seed};
  auto configuration = rotation_configuration(scenario, scenario.driver, simulated_endpoints, {});
  if (!configuration) return ports::fail(configuration.error());
  SimStage stage(scenario, options, scenario.driver, std::move(*configuration));
  return stage.plan();
}

ports::Result<Report> run_simulated(const Scenario& scenario, const RunOptions& options) {
  ports::set_check_context("scenario " + scenario.name + " seed " + std::to_string(options.seed));
  auto driver = driver_of(scenario, options.policy);
  if (!driver) return ports::fail(driver.error());
  auto configuration =
      rotation_configuration(scenario, *driver, simulated_endpoints, options.window);
  if (!configuration) return ports::fail(configuration.error());
  SimStage stage(scenario, options, std::move(*driver), std::move(*configuration));
  return stage.run();
}

}  // namespace scenarios
