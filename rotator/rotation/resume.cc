// How a new process comes back to a rotation that another one began: what the journal says is held
// against the world before anything is done.
#include <algorithm>
#include <utility>

#include "rotator/rotation/engine.h"

namespace rotator {
namespace {

using ports::Duration;
using ports::ErrorCode;

// Once the old secret may be gone there is only one way: forward.
bool past_return(Phase phase) { return phase == Phase::removal || phase == Phase::confirm; }

}  // namespace

Outcome Rotation::Engine::resume() {
  if (!lease_.held()) {
    auto begun = begin_run();
    if (begun.ending != Ending::done) return finish(std::move(begun));
  }
  if (!unfinished(journal_.disposition))
    return finish(outcome(Ending::done, journal_.disposition == Disposition::none
                                            ? "no rotation was ever begun here: nothing to resume"
                                            : "rotation " + journal_.rotation_id + " is " +
                                                  to_string(journal_.disposition) +
                                                  ": nothing to resume"));
  settle_create_ = journal_.new_secret_id.empty();
  if (const auto ready = reconnect(); !ready) {
    auto failed = outcome(Ending::unknown, "cannot resume yet: " + ready.error().message);
    if (ready.error().code == ErrorCode::interrupted)
      failed = outcome(Ending::interrupted, ready.error().message);
    if (ready.error().code == ErrorCode::configuration)
      failed = outcome(Ending::misconfigured, ready.error().message);
    return finish(std::move(failed));
  }
  if (journal_.disposition == Disposition::rolling_back) return finish(drive(Phase::rollback));
  if (journal_.disposition == Disposition::stopped) {
    journal_.disposition = Disposition::running;
    journal_.reason.clear();
    // An operator has looked at the failures that stopped it.
    journal_.failures_at_start = last_count_;
    failures_seen_ = 0;
    quiet_.last_trouble.reset();
    dirty_ = true;
  }
  return finish(drive(journal_.phase));
}

Outcome Rotation::Engine::rollback() {
  auto begun = begin_run();
  if (begun.ending != Ending::done) return finish(std::move(begun));
  if (!unfinished(journal_.disposition))
    return finish(outcome(Ending::refused, "there is no unfinished rotation to roll back"));
  if (past_return(journal_.phase))
    return finish(outcome(Ending::refused, "rotation " + journal_.rotation_id + " is in phase " +
                                               to_string(journal_.phase) +
                                               ": the old secret may be gone; resume instead"));
  settle_create_ = journal_.new_secret_id.empty();
  if (const auto ready = reconnect(); !ready)
    return finish(outcome(
        ready.error().code == ErrorCode::interrupted ? Ending::interrupted : Ending::unknown,
        "cannot roll back yet: " + ready.error().message));
  return finish(drive(turn_back("asked for by the operator")));
}

ports::Status Rotation::Engine::reconnect() {
  if (journal_.client_id != configuration_.identity_provider.client_id ||
      journal_.deployment != configuration_.kubernetes.deployment)
    return ports::fail(ErrorCode::configuration,
                       "the journal at " + journal_kv_.full_path() + " is of client " +
                           journal_.client_id + " and Deployment " + journal_.deployment +
                           ", not of the configured ones; set vault.journal_path");
  if (const auto connected = connect_provider(); !connected) return connected;
  const auto registration = provider_->registration();
  if (!registration) return ports::fail(registration.error());
  if (const auto connected = connect_probe(*registration); !connected) return connected;
  auto deployment = cluster_.deployment(configuration_.kubernetes.deployment);
  if (!deployment) return ports::fail(deployment.error());
  deployment_ = std::move(*deployment);

  if (const auto recalled = recall_values(); !recalled) return recalled;
  // A wall clock that jumped must not stretch or shrink the window beyond what it is.
  const auto left = [this](ports::WallTime ends, Duration most) {
    return ports_.clock.now() +
           std::clamp<Duration>(ends - ports_.clock.wall_now(), Duration(0), most);
  };
  if (journal_.window_ends != ports::WallTime{})
    window_ends_ = left(journal_.window_ends, journal_.window_ends - journal_.window_opened);
  if (journal_.rollout_deadline != ports::WallTime{})
    rollout_ends_ = left(journal_.rollout_deadline, configuration_.rotation.rollout_deadline);
  if (watch_) {
    last_count_ = journal_.failures_at_start;
    look();
  }
  return {};
}

// The two values, from Vault or, where it shows them, from the provider. One that cannot be had
// stays empty: whoever needs it says so.
ports::Status Rotation::Engine::recall_values() {
  const auto& key = store_.fingerprint_key();
  auto current = secret_kv_.read();
  if (!current && current.error().code != ErrorCode::missing) return ports::fail(current.error());
  if (current) {
    auto value = current->data.secret(configuration_.vault.field);
    if (value && value->fingerprint(key) == journal_.old_fingerprint)
      old_value_ = std::move(*value);
    else if (value && value->fingerprint(key) == journal_.new_fingerprint)
      new_value_ = std::move(*value);
  }
  if (old_value_.empty() && journal_.old_kv_version > 0) {
    auto old = secret_kv_.read(journal_.old_kv_version);
    if (!old && old.error().code != ErrorCode::missing) return ports::fail(old.error());
    if (old) {
      auto value = old->data.secret(configuration_.vault.field);
      if (value && value->fingerprint(key) == journal_.old_fingerprint)
        old_value_ = std::move(*value);
    }
  }
  if (!capability_.value_readable) return {};
  const auto from_provider = [&](const std::string& id, const ports::Fingerprint& expected,
                                 ports::Secret& into) -> ports::Status {
    if (!into.empty() || id.empty()) return {};
    auto value = provider_->read_secret(id);
    if (!value && may_pass(value.error().code)) return ports::fail(value.error());
    if (value && value->fingerprint(key) == expected) into = std::move(*value);
    return {};
  };
  if (const auto read = from_provider(journal_.old_secret_id, journal_.old_fingerprint, old_value_);
      !read)
    return read;
  return from_provider(journal_.new_secret_id, journal_.new_fingerprint, new_value_);
}

}  // namespace rotator
