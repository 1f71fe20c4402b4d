#include "rotator/rotation/engine.h"

#include <algorithm>
#include <utility>

namespace rotator {
namespace {

using ports::Duration;
using ports::ErrorCode;
using ports::Instant;

constexpr std::size_t holder_bytes = 8;

LeaseOptions lease_options(const Configuration& configuration, std::string holder) {
  const auto duration = configuration.kubernetes.lease_duration;
  return {.name = configuration.lease_name(),
          .holder = std::move(holder),
          .duration = duration,
          .renew_every = duration / 3,
          // Long enough to outlast a dead rotator's lock, also one taken for a long wait.
          .acquire_patience = (long_lease + 2) * duration};
}

}  // namespace

bool may_pass(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::ambiguous ||
         code == ErrorCode::busy || code == ErrorCode::malformed;
}

Rotation::Engine::Engine(const RotationPorts& ports, const Configuration& configuration,
                         Credentials credentials, Listener& listener)
    : ports_(ports),
      configuration_(configuration),
      listener_(listener),
      http_(ports.http),
      vault_(http_, ports.clock, ports.files, configuration.vault.session,
             std::move(credentials.vault_token)),
      secret_kv_(vault_, configuration.vault.mount, configuration.vault.path),
      admin_kv_(vault_, configuration.vault.mount, configuration.identity_provider.admin_path),
      journal_kv_(vault_, configuration.vault.mount, configuration.journal_path()),
      store_(journal_kv_, ports.clock, ports.random),
      cluster_(http_, ports.clock, ports.files, configuration.kubernetes.cluster,
               std::move(credentials.cluster_token)),
      holder_("rotator-" + ports::random_hex(ports.random, holder_bytes)),
      lease_(cluster_, lease_options(configuration, holder_)),
      began_(ports.clock.now()) {
  if (configuration.rotation.failure_signal)
    watch_.emplace(http_, ports.clock, *configuration.rotation.failure_signal);
}

// ---- Entry points

Outcome Rotation::Engine::run() {
  if (cutover() && !configuration_.rotation.accept_downtime)
    return outcome(Ending::misconfigured,
                   "strategy cutover fails logins during the rollout; set "
                   "rotation.accept_downtime: true to accept that, or use strategy overlap");
  auto begun = begin_run();
  if (begun.ending != Ending::done) return finish(std::move(begun));
  switch (journal_.disposition) {
    case Disposition::running:
    case Disposition::rolling_back:
      listener_.noted(Severity::warning, "rotation " + journal_.rotation_id + " is unfinished (" +
                                             to_string(journal_.phase) + "); resuming it");
      return resume();
    case Disposition::stopped:
      return finish(outcome(
          Ending::stopped, "rotation " + journal_.rotation_id + " was stopped (" + journal_.reason +
                               "); look at `rotator status`, then resume or rollback"));
    case Disposition::done: {
      // The clock of the host that wrote it may be ahead of ours.
      const auto since =
          std::max<Duration>(ports_.clock.wall_now() - journal_.finished, Duration(0));
      if (since >= configuration_.rotation.minimum_interval) break;
      return finish(outcome(
          Ending::done, "rotation " + journal_.rotation_id + " ended " + to_text(since) +
                            " ago: nothing to do before rotation.minimum_interval (" +
                            to_text(configuration_.rotation.minimum_interval) + ") has passed"));
    }
    case Disposition::none:
    case Disposition::rolled_back: break;
  }
  return finish(drive(Phase::preflight));
}

// ---- The driver

Outcome Rotation::Engine::begin_run() {
  began_ = ports_.clock.now();
  if (const auto taken = lease_.acquire(); !taken) {
    const auto code = taken.error().code;
    if (code == ErrorCode::conflict) return outcome(Ending::locked, taken.error().message);
    if (code == ErrorCode::interrupted) return outcome(Ending::interrupted, taken.error().message);
    if (code == ErrorCode::configuration || code == ErrorCode::refused)
      return outcome(Ending::misconfigured, "cannot take the lock: " + taken.error().message);
    return outcome(Ending::unknown, "cannot take the lock: " + taken.error().message);
  }
  auto loaded = store_.load();
  if (!loaded) {
    const auto code = loaded.error().code;
    const auto message = "cannot read the journal: " + loaded.error().message;
    if (code == ErrorCode::interrupted) return outcome(Ending::interrupted, message);
    if (code == ErrorCode::configuration || code == ErrorCode::refused)
      return outcome(Ending::misconfigured, message);
    return outcome(Ending::unknown, message);
  }
  journal_ = std::move(*loaded);
  return outcome(Ending::done, "");
}

Outcome Rotation::Engine::drive(Phase from) {
  std::optional<Phase> phase = from;
  auto result = outcome(Ending::unknown, "the rotation entered too many phases");
  for (int steps = 0; phase && steps < max_steps; ++steps) {
    phase_ = *phase;
    const auto entered = ports_.clock.now();
    listener_.phase_began(phase_, journal_.rotation_id);
    const auto step = perform_with_patience(phase_);
    const auto took = ports_.clock.now() - entered;
    durations_.emplace_back(phase_, took);
    const bool well = step && (step->kind == Step::Kind::next || step->kind == Step::Kind::done ||
                               step->kind == Step::Kind::rolled_back);
    listener_.phase_ended(
        phase_, well, took,
        step ? step->why : std::string(to_string(step.error().code)) + ": " + step.error().message);
    phase = step ? after_step(*step, result) : after_error(phase_, step.error(), result);
  }
  return result;
}

Rotation::Engine::Stepped Rotation::Engine::perform(Phase phase) {
  switch (phase) {
    case Phase::preflight: return preflight();
    case Phase::create: return create();
    case Phase::store: return store_value();
    case Phase::rollout: return roll_out();
    case Phase::verify: return verify();
    case Phase::overlap: return overlap();
    case Phase::disable: return disable_old();
    case Phase::soak: return soak();
    case Phase::removal: return remove_old();
    case Phase::confirm: return confirm();
    case Phase::rollback: return roll_back();
  }
  return ports::fail(ErrorCode::malformed, "no such phase");
}

// Every phase looks at the world first, so trouble that may pass is met by doing the phase again.
Rotation::Engine::Stepped Rotation::Engine::perform_with_patience(Phase phase) {
  const auto ends = ports_.clock.now() + configuration_.rotation.patience;
  auto backoff = first_backoff;
  if (phase != Phase::preflight && phase != Phase::rollback) journal_.phase = phase;
  for (;;) {
    if (ports_.clock.interrupted())
      return ports::fail(ErrorCode::interrupted,
                         "asked to stop in phase " + std::string(to_string(phase)));
    Stepped step = next(phase);
    if (dirty_)
      if (const auto written = append(); !written) step = ports::fail(written.error());
    if (step) step = perform(phase);
    if (step || lock_lost_ || !may_pass(step.error().code) || phase == Phase::preflight)
      return step;
    if (ports_.clock.now() + backoff >= ends) return step;
    listener_.noted(Severity::warning, std::string(to_string(phase)) + " is tried again in " +
                                           to_text(backoff) + ": " + step.error().message);
    const auto waited = wait(ports_.clock.now() + backoff);
    if (!waited && (lock_lost_ || !may_pass(waited.error().code)))
      return ports::fail(waited.error());
    // A wait that failed at once must not make this loop spin.
    if (!waited &&
        ports_.clock.sleep_until(ports_.clock.now() + backoff) == ports::Wake::interrupted)
      continue;
    backoff = std::min(2 * backoff, longest_backoff);
  }
}

std::optional<Phase> Rotation::Engine::after_step(const Step& step, Outcome& result) {
  switch (step.kind) {
    case Step::Kind::next: return step.phase;
    case Step::Kind::roll_back:
      if (phase_ == Phase::rollback || !configuration_.rotation.automatic_rollback) {
        result = stopped(step.why);
        return std::nullopt;
      }
      return turn_back(step.why);
    case Step::Kind::stop: result = stopped(step.why); return std::nullopt;
    case Step::Kind::refuse: result = outcome(Ending::refused, step.why); return std::nullopt;
    case Step::Kind::done: result = outcome(Ending::done, step.why); return std::nullopt;
    case Step::Kind::rolled_back:
      result = outcome(Ending::rolled_back, step.why);
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Phase> Rotation::Engine::after_error(Phase phase, const ports::Error& error,
                                                   Outcome& result) {
  if (lock_lost_) {
    result = outcome(Ending::locked,
                     "this rotator no longer holds the rotation and has stopped "
                     "acting: " +
                         error.message);
    return std::nullopt;
  }
  if (error.code == ErrorCode::interrupted) {
    result = outcome(Ending::interrupted, error.message + "; `rotator resume` goes on");
    return std::nullopt;
  }
  if (may_pass(error.code)) {
    result = outcome(Ending::unknown, std::string(to_string(phase)) + " could not go on: " +
                                          error.message + "; `rotator resume` goes on");
    return std::nullopt;
  }
  if (phase == Phase::preflight) {
    result =
        outcome(error.code == ErrorCode::configuration ? Ending::misconfigured : Ending::refused,
                error.message);
    return std::nullopt;
  }
  // The very first journal entry, or the create itself, was refused: there is nothing to take back.
  if (phase == Phase::create && journal_.new_secret_id.empty() && !settle_create_) {
    result = outcome(Ending::refused, error.message + "; nothing was changed");
    journal_.disposition = Disposition::rolled_back;
    journal_.reason = error.message;
    if (const auto written = append(); !written)
      listener_.noted(Severity::warning, "not journaled: " + written.error().message);
    return std::nullopt;
  }
  const bool can_turn = phase == Phase::create || phase == Phase::store ||
                        phase == Phase::rollout || phase == Phase::verify ||
                        phase == Phase::overlap;
  if (can_turn && configuration_.rotation.automatic_rollback) return turn_back(error.message);
  result = stopped(error.message);
  return std::nullopt;
}

Phase Rotation::Engine::turn_back(std::string why) {
  listener_.noted(Severity::warning, "rolling back: " + why);
  journal_.disposition = Disposition::rolling_back;
  journal_.reason = std::move(why);
  dirty_ = true;
  return Phase::rollback;
}

Outcome Rotation::Engine::stopped(std::string why) {
  // A way back that cannot be finished stays one: whoever resumes goes on going back.
  if (journal_.disposition != Disposition::rolling_back)
    journal_.disposition = Disposition::stopped;
  journal_.reason = why;
  if (const auto written = append(); !written)
    listener_.noted(Severity::error, "the stop could not be journaled: " + written.error().message);
  return outcome(Ending::stopped, std::move(why));
}

Outcome Rotation::Engine::outcome(Ending ending, std::string message) {
  return {.ending = ending,
          .phase = phase_,
          .exit_code = exit_code(ending),
          .message = std::move(message),
          .rotation_id = journal_.rotation_id,
          .strategy = configuration_.rotation.strategy};
}

Outcome Rotation::Engine::finish(Outcome result) {
  if (lease_.held() && !lock_lost_) {
    if (const auto released = lease_.release(); !released)
      listener_.noted(Severity::info, "the lock lapses by itself: " + released.error().message);
  }
  result.phase = phase_;
  result.rotation_id = journal_.rotation_id;
  result.durations = durations_;
  result.took = ports_.clock.now() - began_;
  result.api_calls = http_.calls();
  result.restarts = journal_.restarts;
  return result;
}

// ---- Before and between effects

ports::Status Rotation::Engine::append() {
  dirty_ = true;
  journal_.holder = holder_;
  const auto written = store_.append(journal_);
  if (written)
    dirty_ = false;
  else if (written.error().code == ErrorCode::conflict)
    lock_lost_ = true;
  return written;
}

ports::Status Rotation::Engine::fence() {
  const auto ours = lease_.still_ours();
  if (!ours && ours.error().code == ErrorCode::conflict) lock_lost_ = true;
  return ours;
}

ports::Status Rotation::Engine::about_to(Intent intent) {
  journal_.intent = intent;
  if (const auto written = append(); !written) return written;
  return fence();
}

ports::Status Rotation::Engine::keep_lock(Instant until) {
  const auto now = ports_.clock.now();
  if (now < lease_.next_renewal()) return {};
  const auto left = until - now;
  const auto kept =
      left > configuration_.kubernetes.lease_duration
          ? lease_.keep_for(
                std::min<Duration>(left, long_lease * configuration_.kubernetes.lease_duration) +
                configuration_.kubernetes.lease_duration)
          : lease_.keep();
  if (!kept && kept.error().code == ErrorCode::conflict) lock_lost_ = true;
  return kept;
}

ports::Result<bool> Rotation::Engine::wait(Instant until, std::optional<Subject> subject) {
  auto& clock = ports_.clock;
  if (until > clock.now())
    listener_.waiting(phase_, subject ? "the cluster" : "time", until - clock.now());
  while (clock.now() < until) {
    if (const auto kept = keep_lock(until); !kept) return ports::fail(kept.error());
    if (const auto kept = vault_.keep(); !kept)
      listener_.noted(Severity::warning, "Vault token: " + kept.error().message);
    if (clock.now() >= next_look_) {
      const auto seen = failures_seen_;
      look();
      if (failures_seen_ != seen) return true;
    }
    const auto wake = std::max(std::min({until, lease_.next_renewal(), next_look_}),
                               std::min(until, clock.now() + shortest_wait));
    if (subject) {
      const auto changed = cluster_.wait_for_change(deployment_, *subject, wake);
      if (!changed) return ports::fail(changed.error());
      if (*changed) return true;
    } else if (clock.sleep_until(wake) == ports::Wake::interrupted) {
      return ports::fail(ErrorCode::interrupted,
                         "asked to stop while waiting in phase " + std::string(to_string(phase_)));
    }
    if (clock.interrupted())
      return ports::fail(ErrorCode::interrupted,
                         "asked to stop in phase " + std::string(to_string(phase_)));
  }
  return false;
}

// Without a failure signal the rotator's own probes stand in for it, in the phases where both
// secrets must work.
void Rotation::Engine::look() {
  const auto now = ports_.clock.now();
  if (!watch_) {
    next_look_ = now + configuration_.rotation.soak_check_every;
    bool sure = true;
    for (const auto* value : {&new_value_, &old_value_}) {
      if (value->empty()) continue;
      const auto answer = probe_->ask(*value);
      if (answer && answer->acceptance == Acceptance::refused) quiet_.last_trouble = now;
      sure = sure && answer && answer->acceptance != Acceptance::unknown;
    }
    quiet_.blind = !sure;
    if (!quiet_.watched_since) quiet_.watched_since = now;
    return;
  }
  next_look_ = now + configuration_.rotation.failure_signal->every;
  const auto count = watch_->count();
  if (!count) {
    quiet_.blind = true;
    listener_.noted(Severity::warning, count.error().message);
    return;
  }
  quiet_.blind = false;
  if (!quiet_.watched_since) quiet_.watched_since = now;
  // A counter that fell was reset: what it shows now came since.
  const auto grown = last_count_ ? (*count >= *last_count_ ? *count - *last_count_ : *count) : 0;
  last_count_ = *count;
  if (grown == 0) return;
  failures_seen_ += grown;
  quiet_.last_trouble = now;
  listener_.noted(Severity::warning, std::to_string(grown) + " new login failures");
}

bool Rotation::Engine::breached() const {
  return watch_ && failures_seen_ > configuration_.rotation.stop_after_failures;
}

bool Rotation::Engine::pod_gates() const {
  return enabled(Gate::old_pods_gone) || enabled(Gate::every_pod_on_new) ||
         enabled(Gate::process_newer_than_file);
}

bool Rotation::Engine::report(Phase phase, GateResult result) {
  if (!enabled(result.gate)) {
    result.disabled = true;
    result.verdict = Judgement::unknown;
    result.reason = "switched off by unsafe.disabled_gates";
  }
  listener_.gate_evaluated(phase, result);
  return result.open();
}

}  // namespace rotator
