#include "scenarios/play.h"

#include "rotator/rotation/phase.h"
#include "scenarios/assemble.h"

namespace scenarios {
namespace {

// How much of a rotation is behind who enters this phase, by the phases alone.
double share_of(rotator::Phase phase) {
  return static_cast<double>(phase) / static_cast<double>(rotator::Phase::rollback);
}

}  // namespace

const char* to_string(Command command) { return command == Command::run ? "run" : "resume"; }

void Play::begin() {
  began_ = stage_.scheduler().now();
  stage_.world().apply_next_configuration();
  schedule_steps("");
}

void Play::enter(const std::string& phase) {
  if (!over_) phase_ = phase;
  if (entered_.insert(phase).second && phase != "before") schedule_steps(phase);
  narrator_.note(stage_.scheduler().now(), "phase " + phase);
  if (!progress_ || over_) return;
  if (const auto known = rotator::parse_phase(phase)) progress_(share_of(*known));
}

void Play::end() {
  over_ = true;
  ended_ = stage_.scheduler().now();
}

double Play::duration_s() const {
  return seconds_since(began_, over_ ? ended_ : stage_.scheduler().now());
}

void Play::schedule_steps(std::string_view phase) {
  auto& scheduler = stage_.scheduler();
  for (std::size_t i = 0; i < scenario_.timeline.size(); ++i)
    if (scenario_.timeline[i].phase == phase)
      scheduler.at(scheduler.now() + scenario_.timeline[i].plus, *this, 0, i);
}

void Play::on_timer(std::uint32_t, std::uint64_t subject) { perform(scenario_.timeline[subject]); }

void Play::perform(const Step& step) {
  narrator_.note(stage_.scheduler().now(), "act " + to_string(step.act, step.argument));
  const auto& effect = row_of(step.act).effect;
  if (const auto* const in_world = std::get_if<InWorld>(&effect))
    return (*in_world)(stage_.world(), step.argument);
  if (const auto* const on_stage = std::get_if<OnStage>(&effect))
    return (*on_stage)(stage_, step.argument);
  stage_.human(step);
}

Next Play::next_after(const Incarnation& incarnation) const {
  using rotator::Ending;
  const auto ending = incarnation.ending;
  if (incarnation.command == Command::resume && !incarnation.knows_a_rotation &&
      ending == Ending::done)
    return Next::run;
  const bool resumable =
      ending == Ending::interrupted || ending == Ending::unknown || ending == Ending::locked;
  // An expectation of just that ending stops here.
  if (!resumable || ending == scenario_.expect.outcome) return Next::the_end;
  return Next::resume;
}

void Play::report(const RunOptions& options, const mocks::users::Tally& tally,
                  const mocks::sim::FaultPlan& faults, const std::string& command, Report& report) {
  report.scenario = scenario_.name;
  report.seed = options.seed;
  report.policy = options.policy;
  auto& world = stage_.world();
  count_logins(scenario_, tally, world.timeline(), stage_.scheduler().now(), report);
  report.invariants = world.invariants().reports();
  for (const auto& rule : faults.rules()) report.faults.push_back(mocks::sim::describe(rule));
  for (const auto i : faults.never_fired()) report.faults_never_fired.push_back(report.faults[i]);
  if (options.keep_timeline) report.timeline = narrator_.take();
  report.replay = command + " --seed " + std::to_string(options.seed) +
                  (options.policy.empty() ? "" : " --policy " + options.policy);
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
          .window = window};
}

}  // namespace scenarios
