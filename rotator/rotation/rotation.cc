#include "rotator/rotation/rotation.h"

#include <algorithm>
#include <utility>

#include "rotator/calls/times.h"
#include "rotator/rotation/driver.h"
#include "rotator/rotation/preflight/foresight.h"
#include "rotator/rotation/preflight/preflight.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {

using ports::ErrorCode;

namespace {

constexpr std::size_t rotation_id_bytes = 6;

// The world's clear no, or the operator's input: no other run would fare better.
bool lasts(ErrorCode code) {
  return code == ErrorCode::configuration || code == ErrorCode::refused ||
         code == ErrorCode::untrusted;
}

// The one that is named; else the first of the list, until the provider is known.
std::string strategy_name(const Configuration& configuration) {
  const auto& name = configuration.rotation.strategy;
  return name.empty() ? std::string(all_strategies().front()->name) : name;
}

// Where a secret has to end by a time, no single call may take the whole of it: what is to be
// repeated for longer is the phase.
constexpr ports::Duration hurried_patience = std::chrono::seconds(10);

Configuration hurried(Configuration configuration) {
  const auto* strategy = find_strategy(strategy_name(configuration));
  if (strategy == nullptr || strategy->due == nullptr) return configuration;
  auto& cluster = configuration.kubernetes.cluster.patience;
  auto& vault = configuration.vault.session.patience;
  cluster = std::min(cluster, hurried_patience);
  vault = std::min(vault, hurried_patience);
  return configuration;
}

// What a driver brought to its end.
Outcome walked(Outcome outcome) {
  outcome.rotated = outcome.ending == Ending::done;
  return outcome;
}

}  // namespace

// One process of the rotator: which command may do what by the journal that it finds.
class Rotation::Run {
 public:
  Run(const RotationPorts& ports, const Configuration& configuration, Credentials credentials,
      Listener& listener)
      : context_(ports, hurried(configuration), std::move(credentials), listener),
        began_(ports.clock.now()) {}

  ports::Result<Plan> plan();
  Outcome run();
  Outcome resume();
  Outcome rollback();
  ports::Result<StatusReport> status() { return status_of(context_); }
  ports::Result<DoctorReport> doctor();

 private:
  // The strategy that the configuration names, or the first. Error configuration for one that is
  // not known.
  ports::Result<const Strategy*> configured() const;
  // The one that the journal's unfinished rotation was begun with.
  ports::Result<const Strategy*> begun() const;

  // Takes the lock and loads the journal; else how the run ends.
  std::optional<Outcome> begin();
  // The run goes on with what another one began.
  Outcome take_up();
  Outcome outcome(Ending ending, std::string message) const;
  // Gives the lock back and adds what the whole run cost.
  Outcome finish(Outcome outcome);

  Context context_;
  ports::Instant began_;
  ports::WallTime rotated_before_ = {};  // as the journal told when the run began
};

ports::Result<const Strategy*> Rotation::Run::configured() const {
  const auto name = strategy_name(context_.configuration);
  if (const auto* strategy = find_strategy(name)) return strategy;
  return ports::fail(ErrorCode::configuration,
                     "rotation.strategy: this rotator knows no strategy '" + name + "'");
}

ports::Result<const Strategy*> Rotation::Run::begun() const {
  const auto& journal = context_.ledger.entry();
  if (const auto* strategy = find_strategy(journal.strategy)) return strategy;
  return ports::fail(ErrorCode::configuration, "rotation " + journal.rotation_id +
                                                   " was begun with strategy " + journal.strategy +
                                                   "; use a rotator that knows it");
}

// ---- Commands

ports::Result<Plan> Rotation::Run::plan() {
  const auto strategy = configured();
  if (!strategy) return ports::fail(strategy.error());
  // The key of the last journal, so that fingerprints compare with what it says.
  const auto loaded = context_.ledger.load();
  auto plan = look_at_everything(context_, **strategy, Depth::thorough);
  // Under a key that nobody keeps it would differ from one look to the next.
  if (!context_.ledger.fingerprints_last()) plan.old_fingerprint.clear();
  const auto& journal = context_.ledger.entry();
  if (loaded && unfinished(journal.disposition))
    plan.findings.push_back(
        {.check = Check::journal,
         .verdict = Judgement::fail,
         .detail = "rotation " + journal.rotation_id + " is " + to_string(journal.disposition) +
                   " in phase " + to_string(journal.phase) + "; resume or roll it back first"});
  context_.failures.rest();
  if (plan.verdict() != Judgement::pass) return plan;
  context_.ledger.entry() = {.old_secret_id = plan.old_secret_id};
  plan.calls = foresee(context_, *find_strategy(plan.strategy));
  return plan;
}

ports::Result<DoctorReport> Rotation::Run::doctor() {
  const auto strategy = configured();
  if (!strategy) return ports::fail(strategy.error());
  // As plan() does, so that the two show the same fingerprint.
  static_cast<void>(context_.ledger.load());
  auto report = examine_all(context_, **strategy);
  context_.failures.rest();
  return report;
}

Outcome Rotation::Run::run() {
  const auto strategy = configured();
  if (!strategy) return outcome(Ending::misconfigured, strategy.error().message);
  const auto& rotation = context_.configuration.rotation;
  if ((*strategy)->costs_logins && !rotation.accept_downtime)
    return outcome(Ending::misconfigured,
                   "strategy " + std::string((*strategy)->name) +
                       " fails logins during the rollout; set rotation.accept_downtime: true to "
                       "accept that, or use strategy " +
                       std::string(all_strategies().front()->name));
  if ((*strategy)->needs_fallback && !rotation.portal_tries_fallback)
    return outcome(Ending::misconfigured,
                   "strategy " + std::string((*strategy)->name) +
                       " counts on a portal that tries a second secret where the first one is "
                       "refused; once it does, set rotation.portal_tries_fallback: true");
  if ((*strategy)->due != nullptr && !rotation.emergency.max_exposure)
    return outcome(Ending::misconfigured,
                   "strategy " + std::string((*strategy)->name) +
                       " ends the old secret however many pods still use it; set "
                       "rotation.emergency.max_exposure to how long its exposure is bearable");
  if (auto ended = begin()) return finish(std::move(*ended));
  const auto& journal = context_.ledger.entry();
  switch (journal.disposition) {
    case Disposition::running:
    case Disposition::rolling_back:
      context_.teller.note(Severity::warning, "rotation " + journal.rotation_id +
                                                  " is unfinished (" + to_string(journal.phase) +
                                                  "); resuming it");
      return finish(take_up());
    case Disposition::stopped:
      return finish(outcome(Ending::stopped,
                            "rotation " + journal.rotation_id + " was stopped (" + journal.reason +
                                "); look at `rotator status`, then resume or rollback"));
    case Disposition::done: {
      // The clock of the host that wrote it may be ahead of ours.
      const auto since = std::max<ports::Duration>(context_.clock.wall_now() - journal.finished,
                                                   ports::Duration(0));
      // A secret that leaked does not wait until it is due for another reason.
      if (since >= rotation.minimum_interval || (*strategy)->due != nullptr) break;
      return finish(
          outcome(Ending::done, "rotation " + journal.rotation_id + " ended " + to_text(since) +
                                    " ago: nothing to do before rotation.minimum_interval (" +
                                    to_text(rotation.minimum_interval) + ") has passed"));
    }
    case Disposition::none:
    case Disposition::rolled_back: break;
  }
  // From here on everything is told of this rotation and nothing of the one before it.
  context_.ledger.entry() = {.rotation_id = ports::random_hex(context_.random, rotation_id_bytes),
                             .rotated_before = rotated_before_};
  return finish(walked(Driver(context_, **strategy).begin(Preflight(**strategy))));
}

Outcome Rotation::Run::resume() {
  if (auto ended = begin()) return finish(std::move(*ended));
  const auto& journal = context_.ledger.entry();
  if (!unfinished(journal.disposition))
    return finish(outcome(Ending::done, journal.disposition == Disposition::none
                                            ? "no rotation was ever begun here: nothing to resume"
                                            : "rotation " + journal.rotation_id + " is " +
                                                  to_string(journal.disposition) +
                                                  ": nothing to resume"));
  return finish(take_up());
}

Outcome Rotation::Run::take_up() {
  const auto strategy = begun();
  if (!strategy) return outcome(Ending::misconfigured, strategy.error().message);
  context_.values.doubt_create(context_.ledger.entry().new_secret_id.empty());
  if (const auto ready = context_.reconnect(); !ready) {
    const auto& [code, message] = ready.error();
    if (code == ErrorCode::interrupted) return outcome(Ending::interrupted, message);
    if (code == ErrorCode::configuration) return outcome(Ending::misconfigured, message);
    return outcome(Ending::unknown, "cannot resume yet: " + message);
  }
  return walked(Driver(context_, **strategy).resume());
}

Outcome Rotation::Run::rollback() {
  if (auto ended = begin()) return finish(std::move(*ended));
  const auto& journal = context_.ledger.entry();
  if (!unfinished(journal.disposition))
    return finish(outcome(Ending::refused, "there is no unfinished rotation to roll back"));
  const auto strategy = begun();
  if (!strategy) return finish(outcome(Ending::misconfigured, strategy.error().message));
  Driver driver(context_, **strategy);
  if (driver.never_turns_back())
    return finish(outcome(Ending::refused, "strategy " + journal.strategy +
                                               " has no way back to a secret that leaked; `rotator "
                                               "resume` goes on to the new one"));
  if (!driver.can_turn_back())
    return finish(outcome(Ending::refused, "rotation " + journal.rotation_id + " is in phase " +
                                               to_string(journal.phase) +
                                               ": the old secret may be gone; resume instead"));
  context_.values.doubt_create(journal.new_secret_id.empty());
  if (const auto ready = context_.reconnect(); !ready)
    return finish(outcome(
        ready.error().code == ErrorCode::interrupted ? Ending::interrupted : Ending::unknown,
        "cannot roll back yet: " + ready.error().message));
  if (!driver.has_way_back())
    return finish(outcome(Ending::refused, "rotation " + journal.rotation_id +
                                               ": the provider ended the old secret when it made "
                                               "the new one; resume instead"));
  return finish(driver.turn_back("asked for by the operator"));
}

// ---- How a run begins and ends

std::optional<Outcome> Rotation::Run::begin() {
  began_ = context_.clock.now();
  if (const auto taken = context_.lock.take(); !taken) {
    const auto& [code, message] = taken.error();
    if (code == ErrorCode::conflict) return outcome(Ending::locked, message);
    if (code == ErrorCode::interrupted) return outcome(Ending::interrupted, message);
    return outcome(lasts(code) ? Ending::misconfigured : Ending::unknown,
                   "cannot take the lock: " + message);
  }
  if (const auto loaded = context_.ledger.load(); !loaded) {
    const auto code = loaded.error().code;
    const auto message = "cannot read the journal: " + loaded.error().message;
    if (code == ErrorCode::interrupted) return outcome(Ending::interrupted, message);
    return outcome(lasts(code) ? Ending::misconfigured : Ending::unknown, message);
  }
  const auto& journal = context_.ledger.entry();
  if (journal.client_id == context_.configuration.identity_provider.client_id)
    rotated_before_ = last_rotated(journal);
  return std::nullopt;
}

Outcome Rotation::Run::outcome(Ending ending, std::string message) const {
  return {.ending = ending,
          .phase = context_.teller.phase(),
          .exit_code = exit_code(ending),
          .message = std::move(message),
          .rotation_id = context_.ledger.entry().rotation_id,
          .strategy = strategy_name(context_.configuration)};
}

Outcome Rotation::Run::finish(Outcome result) {
  if (context_.lock.held() && !context_.lock.lost())
    if (const auto released = context_.lock.give_back(); !released)
      context_.teller.note(Severity::info,
                           "the lock lapses by itself: " + released.error().message);
  result.took = context_.clock.now() - began_;
  result.api_calls = context_.systems.calls();
  const auto& journal = context_.ledger.entry();
  result.restarts = journal.restarts;
  if (journal.disabled_at != ports::WallTime{} && journal.window_opened != ports::WallTime{})
    result.exposure =
        std::max<ports::Duration>(journal.disabled_at - journal.window_opened, ports::Duration(0));
  if (const auto count = context_.failures.count(); count && journal.failures_at_start)
    result.login_failures = std::max<std::int64_t>(*count - *journal.failures_at_start, 0);
  result.rotated_before = rotated_before_;
  return result;
}

// ---- The face

Rotation::Rotation(const RotationPorts& ports, const Configuration& configuration,
                   Credentials credentials, Listener& listener)
    : run_(std::make_unique<Run>(ports, configuration, std::move(credentials), listener)) {}
Rotation::~Rotation() = default;

ports::Result<Plan> Rotation::plan() { return run_->plan(); }
Outcome Rotation::run() { return run_->run(); }
Outcome Rotation::resume() { return run_->resume(); }
Outcome Rotation::rollback() { return run_->rollback(); }
ports::Result<StatusReport> Rotation::status() { return run_->status(); }
ports::Result<DoctorReport> Rotation::doctor() { return run_->doctor(); }

}  // namespace rotator
