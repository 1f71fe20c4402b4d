#include <algorithm>

#include "rotator/rotation/engine.h"

namespace rotator {
namespace {

using ports::ErrorCode;
using ports::Instant;

}  // namespace

// ---- disable

Rotation::Engine::Stepped Rotation::Engine::disable_old() {
  if (!gates_open_ && !cutover()) {
    // A resumed run, or a second attempt: what was proved then may not hold now.
    const auto records = provider_->list_secrets();
    if (!records) return ports::fail(records.error());
    const auto* old = find_secret(*records, journal_.old_secret_id);
    if (old == nullptr) return next(Phase::confirm);
    return next(old->active ? Phase::overlap : Phase::soak);
  }
  gates_open_ = false;
  if (!capability_.can_disable) return next(cutover() ? Phase::removal : Phase::soak);
  if (watch_ && !cutover()) look();
  journal_.failures_at_disable = last_count_;
  if (const auto ready = about_to(Intent::disable_old); !ready) return ports::fail(ready.error());
  if (const auto disabled = provider_->disable_secret(journal_.old_secret_id); !disabled)
    return ports::fail(disabled.error());
  journal_.disabled_at = ports_.clock.wall_now();
  journal_.intent = Intent::none;
  return next(cutover() ? Phase::removal : Phase::soak);
}

// ---- soak

// The soak counts from the moment when the token endpoint refuses the old secret: before that,
// nobody who still uses it would have failed.
Rotation::Engine::Stepped Rotation::Engine::soak() {
  const auto& rotation = configuration_.rotation;
  auto& clock = ports_.clock;
  if (rotation.soak == ports::Duration(0)) return next(Phase::removal);
  if (journal_.disabled_at == ports::WallTime{}) journal_.disabled_at = clock.wall_now();
  journal_.soak_ends = clock.wall_now() + rotation.soak;
  if (const auto written = append(); !written) return ports::fail(written.error());

  // What was counted since the disabling belongs to the soak, also when another process did it.
  auto failures_before = failures_seen_;
  if (last_count_ && journal_.failures_at_disable && *last_count_ > *journal_.failures_at_disable)
    failures_before -= *last_count_ - *journal_.failures_at_disable;
  const auto refusal_due = clock.now() + 2 * capability_.propagation + propagation_margin;
  // Nothing to wait for where there is nothing that could be refused or asked.
  bool old_refused = !capability_.can_disable || old_value_.empty();
  bool new_sure = false;
  auto ends = clock.now() + rotation.soak;
  next_look_ = watch_ ? clock.now() : Instant::max();
  for (;;) {
    if (!old_refused) {
      const auto answer = probe_->ask(old_value_);
      old_refused = answer && answer->acceptance == Acceptance::refused;
      if (old_refused)
        ends = clock.now() + rotation.soak;
      else if (clock.now() >= refusal_due)
        return enable_again("the token endpoint still accepts the disabled secret");
    }
    if (new_value_.empty()) return enable_again("the new value can no longer be read");
    const auto answer = probe_->ask(new_value_);
    if (answer && answer->acceptance == Acceptance::refused)
      return enable_again("the new secret was refused (" + std::to_string(answer->status) + " " +
                          answer->error + ")");
    new_sure = answer && answer->acceptance == Acceptance::accepted;
    if (clock.now() >= next_look_) look();
    if (watch_ && failures_seen_ - failures_before > rotation.stop_after_failures)
      return enable_again(std::to_string(failures_seen_ - failures_before) +
                          " login failures after the old secret was disabled");
    const bool sure = old_refused && new_sure && !(watch_ && quiet_.blind);
    if (sure && clock.now() >= ends) return next(Phase::removal);
    if (!sure && clock.now() >= ends + rotation.patience)
      return ports::fail(ErrorCode::busy,
                         "whether logins work could not be seen at the soak's end");
    // At the end itself everything is looked at once more.
    const auto step = std::min(next_look_, clock.now() + rotation.soak_check_every);
    const auto until = clock.now() < ends ? std::min(step, ends) : step;
    if (watch_ && until >= ends) next_look_ = std::min(next_look_, ends);
    if (const auto waited = wait(std::max(until, clock.now() + std::chrono::milliseconds(1)));
        !waited)
      return ports::fail(waited.error());
  }
}

// Giving a secret back is always safe, so it does not wait for the journal; only a lost lock stops
// it, because then somebody else is in charge.
Rotation::Engine::Stepped Rotation::Engine::enable_again(std::string why) {
  if (capability_.can_disable) {
    const auto ready = about_to(Intent::enable_old);
    if (lock_lost_) return ports::fail(ready.error());
    const auto enabled = provider_->enable_secret(journal_.old_secret_id);
    if (!enabled) {
      listener_.noted(Severity::error,
                      "the old secret could NOT be enabled again: " + enabled.error().message);
      return ports::fail(
          enabled.error().code == ErrorCode::refused ? ErrorCode::busy : enabled.error().code,
          why + "; enabling the old secret again failed: " + enabled.error().message);
    }
  }
  journal_.intent = Intent::none;
  journal_.phase = Phase::overlap;
  return stop_because(std::move(why) + "; the old secret was enabled again");
}

// ---- delete

Rotation::Engine::Stepped Rotation::Engine::remove_old() {
  const auto records = provider_->list_secrets();
  if (!records) return ports::fail(records.error());
  if (find_secret(*records, journal_.old_secret_id) == nullptr) return next(Phase::confirm);
  const auto* fresh = find_secret(*records, journal_.new_secret_id);
  if (fresh == nullptr || !fresh->active)
    return stop_because("the new secret " + journal_.new_secret_id +
                        " is not active at the provider, so the old one stays");
  if (!cutover()) {
    const auto current = secret_kv_.read();
    if (!current) return ports::fail(current.error());
    const auto value = current->data.secret(configuration_.vault.field);
    if (!value || value->fingerprint(store_.fingerprint_key()) != journal_.new_fingerprint)
      return stop_because(secret_kv_.full_path() + " no longer holds the new secret");
    if (new_value_.empty()) new_value_ = value->clone();
  }
  if (const auto ready = about_to(Intent::delete_old); !ready) return ports::fail(ready.error());
  if (const auto removed = provider_->delete_secret(journal_.old_secret_id); !removed)
    return ports::fail(removed.error());
  journal_.intent = Intent::none;
  return next(Phase::confirm);
}

// ---- confirm

ports::Result<int> Rotation::Engine::count_refusals(Instant patience_ends) {
  int row = 0;
  for (;;) {
    const auto answer = probe_->ask(old_value_);
    if (!answer && answer.error().code == ErrorCode::interrupted)
      return ports::fail(answer.error());
    row = answer && answer->acceptance == Acceptance::refused ? row + 1 : 0;
    if (row >= configuration_.rotation.probes || ports_.clock.now() >= patience_ends) return row;
    const auto spacing = row > 0 ? std::min(confirm_spacing, configuration_.rotation.probe_spacing)
                                 : configuration_.rotation.probe_spacing;
    if (const auto waited = wait(ports_.clock.now() + spacing); !waited)
      return ports::fail(waited.error());
  }
}

Rotation::Engine::Stepped Rotation::Engine::confirm() {
  // Not journaled: who resumes at the delete finds the secret gone and comes here.
  next_look_ = Instant::max();
  const auto records = provider_->list_secrets();
  if (!records) return ports::fail(records.error());
  std::string others;
  for (const auto& record : *records)
    if (record.id != journal_.new_secret_id) others += (others.empty() ? "" : ", ") + record.id;
  if (find_secret(*records, journal_.old_secret_id) != nullptr)
    return ports::fail(ErrorCode::busy,
                       "the provider still lists the deleted secret " + journal_.old_secret_id);
  if (find_secret(*records, journal_.new_secret_id) == nullptr)
    return stop_because("the new secret " + journal_.new_secret_id +
                        " is not among the client's secrets");
  if (old_value_.empty()) {
    listener_.noted(Severity::warning,
                    "the old value can no longer be read, so its refusal could not be probed");
  } else {
    const auto refused =
        count_refusals(ports_.clock.now() + 2 * capability_.propagation + propagation_margin);
    if (!refused) return ports::fail(refused.error());
    if (*refused < configuration_.rotation.probes)
      return ports::fail(ErrorCode::busy, "the token endpoint has not refused the deleted secret " +
                                              std::to_string(configuration_.rotation.probes) +
                                              " times in a row");
  }
  journal_.disposition = Disposition::done;
  journal_.finished = ports_.clock.wall_now();
  if (!others.empty()) journal_.reason = "other secrets appeared meanwhile: " + others;
  if (const auto written = append(); !written) return ports::fail(written.error());
  std::string told = "rotated client " + journal_.client_id + " from secret " +
                     journal_.old_secret_id + " (" + journal_.old_fingerprint + ") to " +
                     journal_.new_secret_id + " (" + journal_.new_fingerprint + ")";
  if (!others.empty()) told += "; other secrets appeared meanwhile and were left alone: " + others;
  return Step{.kind = Step::Kind::done, .why = std::move(told)};
}

}  // namespace rotator
