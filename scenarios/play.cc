#include "scenarios/play.h"

#include "rotator/cli/yaml_section.h"
#include "rotator/rotation/phase.h"
#include "scenarios/assemble.h"

namespace scenarios {
namespace {

// How much of a rotation is behind who enters this phase, by the phases alone.
double share_of(rotator::Phase phase) {
  return static_cast<double>(phase) / static_cast<double>(rotator::Phase::rollback);
}

}  // namespace

const char* to_string(Command command) {
  switch (command) {
    case Command::run: return "run";
    case Command::resume: return "resume";
    case Command::rollback: return "rollback";
  }
  return "run";
}

void Play::open() {
  opened_ = stage_.scheduler().now();
  enter("before");
  stage_.scheduler().at(opened_ + scenario_.lead, *this, begin_driver, 0);
  stage_.scheduler().at(opened_ + scenario_.at_most, *this, give_up, 0);
}

void Play::begin() {
  began_ = stage_.scheduler().now();
  stage_.world().apply_next_configuration();
  schedule_steps("");
  start(Command::run);
}

void Play::enter(const std::string& phase) {
  stage_.begin_phase(phase);
  if (!over_) phase_ = phase;
  if (entered_.insert(phase).second && phase != "before" && !over_) schedule_steps(phase);
  narrator_.note(stage_.scheduler().now(), "phase " + phase);
  if (options_.spectator != nullptr) options_.spectator->entered(phase);
  if (!options_.progress || over_) return;
  if (const auto known = rotator::parse_phase(phase)) options_.progress(share_of(*known));
}

// --- The driver's processes ---------------------------------------------------------------------

void Play::start(Command command) {
  if (over_ || running_) return;
  if (++incarnations_ > max_incarnations)
    return end({.outcome = rotator::Ending::unknown,
                .phase = phase_,
                .message = "crashed more often than it was restarted"});
  running_ = true;
  command_ = command;
  next_ = Command::resume;
  stage_.start_process(command);
}

void Play::start_soon(Command command) {
  next_ = command;
  stage_.scheduler().at(stage_.scheduler().now() + restart_delay / scenario_.compression, *this,
                        next_process, 0);
}

void Play::driver_ended(Incarnation how) {
  running_ = false;
  if (over_) return;
  const auto next = next_after(command_, how);
  if (next == Next::run) {
    // Nothing was to be resumed: how the run before it ended is what there is to tell.
    if (incarnations_ == max_incarnations && unfinished_) return end(std::move(*unfinished_));
    return start_soon(Command::run);
  }
  unfinished_ = how.result;
  if (next == Next::the_end || incarnations_ == max_incarnations) return end(std::move(how.result));
  if (next == Next::roll_back) return start_soon(Command::rollback);
  if (next == Next::resume_stopped || restarts_by_itself(scenario_)) start_soon(Command::resume);
}

void Play::driver_killed() {
  running_ = false;
  if (over_) return;
  narrator_.note(stage_.scheduler().now(), "the driver was killed");
  if (restarts_by_itself(scenario_)) start_soon(next_);
}

ports::Status Play::kill_driver() {
  if (!running_) return ports::fail(ports::ErrorCode::refused, "no process of the driver runs");
  stage_.kill_process();
  return {};
}

ports::Status Play::interrupt_driver() {
  if (!running_) return ports::fail(ports::ErrorCode::refused, "no process of the driver runs");
  stage_.interrupt_process();
  return {};
}

ports::Status Play::start_driver() {
  if (over_ || running_)
    return ports::fail(ports::ErrorCode::refused,
                       over_ ? "the driver has ended" : "a process of the driver runs");
  start(next_);
  return {};
}

Next Play::next_after(Command command, const Incarnation& incarnation) const {
  using rotator::Ending;
  if (driver_ == Driver::Kind::operator_by_hand) return Next::the_end;
  const auto ending = incarnation.result.outcome.value_or(Ending::unknown);
  if (command == Command::resume && !incarnation.knows_a_rotation && ending == Ending::done)
    return Next::run;
  if (options_.on_stop != OnStop::leave_it && command == Command::rollback &&
      ending == Ending::refused)
    return Next::resume_stopped;
  // A rotation is under way: whoever is told what is in its way clears it.
  if (options_.on_stop != OnStop::leave_it && command != Command::run &&
      ending == Ending::misconfigured)
    return Next::resume_stopped;
  if (options_.on_stop != OnStop::leave_it && ending == Ending::stopped)
    return options_.on_stop == OnStop::roll_back && command != Command::rollback
               ? Next::roll_back
               : Next::resume_stopped;
  const bool resumable =
      ending == Ending::interrupted || ending == Ending::unknown || ending == Ending::locked;
  // An expectation of just that ending stops here.
  if (!resumable || ending == scenario_.expect.outcome) return Next::the_end;
  return Next::resume;
}

void Play::end(RotationReport result) {
  result_ = std::move(result);
  over_ = true;
  ended_ = stage_.scheduler().now();
  enter("after");
}

// --- The timeline -------------------------------------------------------------------------------

void Play::schedule_steps(std::string_view phase) {
  auto& scheduler = stage_.scheduler();
  for (std::size_t i = 0; i < scenario_.timeline.size(); ++i)
    if (scenario_.timeline[i].phase == phase)
      scheduler.at(scheduler.now() + scenario_.timeline[i].plus, *this, act, i);
}

void Play::on_timer(std::uint32_t kind, std::uint64_t subject) {
  switch (kind) {
    case act: happened_.insert(subject); return perform(subject);
    case begin_driver: return begin();
    case next_process: return start(next_);
    default: break;
  }
  if (over_) return;
  const auto so_far = stage_.scheduler().now() - opened_;
  end({.outcome = rotator::Ending::unknown,
       .phase = phase_,
       .message = "the run was still going after " +
                  rotator::format_duration(so_far * scenario_.compression)});
  if (running_) stage_.kill_process();
}

void Play::perform(std::size_t index) {
  const auto& step = scenario_.timeline[index];
  narrator_.note(stage_.scheduler().now(), "act " + to_string(step.act, step.argument));
  auto done = changes_something(index);
  if (done) {
    done = bring_about(step);
    remember(index);  // also one that fails: it may have been done in part
  }
  if (!done) act_failed(step, done.error().message);
}

ports::Status Play::bring_about(const Step& step) {
  const auto& effect = row_of(step.act).effect;
  if (const auto* const in_world = std::get_if<InWorld>(&effect))
    return (*in_world)(stage_.world(), step.argument);
  if (const auto* const to_driver = std::get_if<ToDriver>(&effect)) return (*to_driver)(*this);
  if (const auto* const on_stage = std::get_if<OnStage>(&effect))
    (*on_stage)(stage_, step.argument);
  else
    stage_.human(step);
  return {};
}

// An act that finds everything as it would leave it tests nothing.
ports::Status Play::changes_something(std::size_t index) const {
  const auto& step = scenario_.timeline[index];
  const auto* const beginning = begun_by(row_of(step.act));
  for (const auto earlier : in_force_) {
    const auto& other = scenario_.timeline[earlier];
    if (takes_back(step, other)) return {};
    // Pods come and go: so many more of them may be meant.
    if (other.act == step.act && other.argument == step.argument &&
        !std::holds_alternative<PodCount>(step.argument))
      return ports::fail(ports::ErrorCode::refused,
                         "it is so already, since line " + std::to_string(other.line));
  }
  if (beginning == nullptr) return {};
  return ports::fail(ports::ErrorCode::refused, "nothing of the kind was in force: no " +
                                                    std::string(beginning->name) +
                                                    " had happened that was not taken back");
}

void Play::remember(std::size_t index) {
  const auto& step = scenario_.timeline[index];
  std::erase_if(in_force_,
                [&](std::size_t other) { return takes_back(step, scenario_.timeline[other]); });
  const auto& row = row_of(step.act);
  if (row.opposite && begun_by(row_of(*row.opposite)) == &row) in_force_.insert(index);
}

void Play::act_failed(const Step& step, const std::string& why) {
  acts_failed_.push_back(describe(step) + ": " + why);
  narrator_.note(stage_.scheduler().now(), "act failed: " + acts_failed_.back());
}

// --- Its report ---------------------------------------------------------------------------------

void Play::report(const Performance& performance, Report& report) {
  const bool by_hand = driver_ == Driver::Kind::operator_by_hand;
  report.scenario = scenario_.name;
  report.seed = options_.seed;
  report.policy = options_.policy;
  report.rotation = result_;
  if (by_hand) {
    report.rotation.strategy = "by hand";
    report.rotation.phase = phase_;
  }
  report.rotation.duration_s = seconds_since(began_, over_ ? ended_ : stage_.scheduler().now());
  report.rotation.api_calls = performance.api_calls;
  report.rotation.bytes_read = performance.bytes_read;
  report.logins_held_back = performance.held_back;
  report.logins_unexplained = performance.unexplained;
  auto& world = stage_.world();
  count_logins(scenario_, performance.tally, world.timeline(), stage_.scheduler().now(), report);
  measure_exposure(world.timeline(), report.rotation);
  report.invariants = world.invariants().reports();
  const auto& faults = performance.faults;
  for (const auto& rule : faults.rules()) report.faults.push_back(mocks::sim::describe(rule));
  for (const auto i : faults.never_fired()) report.faults_never_fired.push_back(report.faults[i]);
  report.acts_failed = acts_failed_;
  for (std::size_t i = 0; i < scenario_.timeline.size(); ++i)
    if (!happened_.contains(i))
      report.acts_never_happened.push_back(describe(scenario_.timeline[i]));
  if (options_.keep_timeline) report.timeline = narrator_.take();
  report.replay = performance.command + " --seed " + std::to_string(options_.seed) +
                  (options_.policy.empty() ? "" : " --policy " + options_.policy);
}

ports::Duration window_of(const Scenario& scenario, const RunOptions& options) {
  const auto window = options.window ? options.window : scenario.driver.rotation.window;
  return window.value_or(default_window);
}

HandOptions hand_options(const World& world, const Endpoints& endpoints, ports::Duration window) {
  return {.console = &world.idp().console(),
          .idp_origin = endpoints.idp,
          .vault_origin = endpoints.vault,
          .kubernetes_origin = endpoints.kubernetes,
          .client_id = client_id,
          .vault_token = world.credentials().vault_token,
          .kubernetes_token = world.credentials().operator_token,
          .workload_path = workload_path(),
          .workload = workload_name,
          .service_path = service_path(),
          .window = window};
}

}  // namespace scenarios
