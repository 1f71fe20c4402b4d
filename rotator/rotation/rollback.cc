#include <algorithm>

#include "rotator/rotation/engine.h"

namespace rotator {
namespace {

using ports::ErrorCode;

}  // namespace

// Both secrets stay valid until every pod is proved to be on the old one.
Rotation::Engine::Stepped Rotation::Engine::roll_back() {
  next_look_ = watch_ ? next_look_ : ports::Instant::max();
  if (const auto stuck = old_secret_active(); !stuck || *stuck)
    return stuck ? Stepped(**stuck) : ports::fail(stuck.error());
  if (journal_.new_secret_id.empty() && settle_create_) {
    std::vector<SecretRecord> before;
    for (const auto& id : journal_.secrets_before) before.push_back({.id = id});
    auto found = provider_->resolve_create(before);
    if (!found && found.error().code == ErrorCode::conflict)
      return stop_because(found.error().message);
    if (!found) return ports::fail(found.error());
    if (*found)
      if (const auto adopted = adopt(std::move(**found)); !adopted)
        return ports::fail(adopted.error());
    settle_create_ = false;
  }
  if (const auto stuck = value_back(); !stuck || *stuck)
    return stuck ? Stepped(**stuck) : ports::fail(stuck.error());
  const bool pods_may_have_new = journal_.new_kv_version > 0 || !journal_.restart_value.empty();
  if (pods_may_have_new && !cutover())
    if (const auto stuck = fleet_back(); !stuck || *stuck)
      return stuck ? Stepped(**stuck) : ports::fail(stuck.error());
  if (!journal_.new_secret_id.empty()) {
    if (const auto ready = about_to(Intent::delete_new); !ready) return ports::fail(ready.error());
    if (const auto removed = remove_new(); !removed) return ports::fail(removed.error());
  }
  const auto records = provider_->list_secrets();
  if (!records) return ports::fail(records.error());
  const auto* old = find_secret(*records, journal_.old_secret_id);
  if (old == nullptr || !old->active)
    return ports::fail(ErrorCode::busy, "the old secret is not active after the way back");
  journal_.intent = Intent::none;
  journal_.disposition = Disposition::rolled_back;
  journal_.finished = ports_.clock.wall_now();
  if (const auto written = append(); !written) return ports::fail(written.error());
  return Step{.kind = Step::Kind::rolled_back,
              .why = "rolled back to secret " + journal_.old_secret_id + " (" +
                     journal_.old_fingerprint + "): " + journal_.reason};
}

ports::Result<std::optional<Rotation::Engine::Step>> Rotation::Engine::old_secret_active() {
  using Answer = std::optional<Step>;
  // A call to disable it may still be on its way.
  if (journal_.intent == Intent::disable_old)
    if (const auto waited = wait(ports_.clock.now() + in_flight_call); !waited)
      return ports::fail(waited.error());
  const auto records = provider_->list_secrets();
  if (!records) return ports::fail(records.error());
  const auto* old = find_secret(*records, journal_.old_secret_id);
  if (old == nullptr)
    return Answer(stop_because("the old secret " + journal_.old_secret_id +
                               " no longer exists, so there is no way back"));
  if (old->active) return Answer();
  if (const auto ready = about_to(Intent::enable_old); !ready) return ports::fail(ready.error());
  if (const auto enabled = provider_->enable_secret(journal_.old_secret_id); !enabled)
    return ports::fail(enabled.error());
  return Answer();
}

ports::Result<std::optional<Rotation::Engine::Step>> Rotation::Engine::value_back() {
  using Answer = std::optional<Step>;
  const auto& key = store_.fingerprint_key();
  auto current = secret_kv_.read();
  if (!current) return ports::fail(current.error());
  const auto value = current->data.secret(configuration_.vault.field);
  const auto shown = value ? value->fingerprint(key) : "no value";
  const bool is_new = !journal_.new_fingerprint.empty() && shown == journal_.new_fingerprint;
  if (!is_new && shown != journal_.old_fingerprint)
    return Answer(stop_because(secret_kv_.full_path() +
                               " holds a value of somebody else (version " +
                               std::to_string(current->version) + ", " + shown + ")"));
  if (is_new && journal_.new_kv_version == 0) journal_.new_kv_version = current->version;
  // A write of the new value that is still on its way would land on the version that it was meant
  // for: writing the old value once more takes that version away from it.
  const bool in_flight = journal_.intent == Intent::write_value && !is_new;
  if (!is_new && !in_flight) return Answer();
  if (old_value_.empty())
    return Answer(stop_because("version " + std::to_string(journal_.old_kv_version) + " of " +
                               secret_kv_.full_path() + " with the old value cannot be read"));
  if (const auto ready = about_to(Intent::write_value_back); !ready)
    return ports::fail(ready.error());
  auto data = std::move(current->data);
  data.set(configuration_.vault.field, old_value_.reveal_to_wire());
  data.set(secret_id_field, journal_.old_secret_id);
  data.set(rotation_id_field, journal_.rotation_id);
  const auto written = secret_kv_.write(data, current->version);
  if (!written && written.error().code == ErrorCode::conflict)
    return ports::fail(ErrorCode::ambiguous, written.error().message);
  if (!written) return ports::fail(written.error());
  journal_.back_kv_version = *written;
  stored_at_ = ports_.clock.now();
  return Answer();
}

// First the template of before, which heals a rollout that is stuck: the old ReplicaSet's pods are
// still there. What they cannot prove is then settled by a restart.
ports::Result<std::optional<Rotation::Engine::Step>> Rotation::Engine::fleet_back() {
  using Answer = std::optional<Step>;
  const auto back = journal_.rotation_id + "/back";
  for (int attempt = 0;; ++attempt) {
    auto found = cluster_.deployment(configuration_.kubernetes.deployment);
    if (!found) return ports::fail(found.error());
    deployment_ = std::move(*found);
    const auto annotation = deployment_.template_annotations.find(restart_annotation);
    const std::optional<std::string> now = annotation == deployment_.template_annotations.end()
                                               ? std::nullopt
                                               : std::optional<std::string>(annotation->second);
    std::optional<std::string> wanted = now;
    const bool forward = now == journal_.restart_value && !now->starts_with(back);
    if (attempt == 0 && forward) wanted = journal_.restart_before;
    if (attempt > 0) wanted = back + std::to_string(attempt);
    if (wanted != now) {
      if (stored_at_)
        if (const auto waited = wait(*stored_at_ + configuration_.rotation.vault_settle); !waited)
          return ports::fail(waited.error());
      rollout_ends_ = ports_.clock.now() + configuration_.rotation.rollout_deadline;
      if (attempt > 0) ++journal_.restarts;
      if (const auto ready = about_to(Intent::restart_back); !ready)
        return ports::fail(ready.error());
      auto patched = cluster_.annotate_template(deployment_.name, restart_annotation, wanted);
      if (!patched) return ports::fail(patched.error());
      deployment_ = std::move(*patched);
    }
    const auto deadline = ports_.clock.now() + configuration_.rotation.rollout_deadline;
    const auto broken = await_rollout(deadline);
    if (!broken) return ports::fail(broken.error());
    const FleetQuestion question{.restart_value = wanted};
    std::string trouble = *broken ? (*broken)->why : "";
    if (!*broken) {
      bool holds = false;
      const auto stuck = fleet_holds_old(question, holds);
      if (!stuck) return ports::fail(stuck.error());
      if (*stuck) return Answer(**stuck);
      if (holds) return Answer();
      trouble = "a pod may still hold the new secret";
    }
    if (attempt >= configuration_.rotation.max_restarts)
      return Answer(stop_because("the way back could not be finished: " + trouble +
                                 "; both secrets stay valid"));
    listener_.noted(Severity::warning, "restarting on the way back: " + trouble);
  }
}

ports::Result<std::optional<Rotation::Engine::Step>> Rotation::Engine::fleet_holds_old(
    const FleetQuestion& question, bool& holds) {
  const auto stuck = await_old_pods_gone(question);
  if (!stuck || *stuck) return stuck;
  const auto fleet = inspect_fleet(cluster_, configuration_.kubernetes, deployment_, question,
                                   store_.fingerprint_key());
  if (!fleet) return ports::fail(fleet.error());
  const auto content = judge_every_pod_on(*fleet, journal_.old_fingerprint);
  const auto process = judge_process_newer_than_file(*fleet);
  for (const auto& judged : {content, process}) {
    listener_.gate_evaluated(Phase::rollback, judged);
    if (judged.verdict == Judgement::unknown) return ports::fail(ErrorCode::busy, judged.reason);
  }
  holds = content.verdict == Judgement::pass && process.verdict == Judgement::pass;
  return std::optional<Step>();
}

ports::Status Rotation::Engine::remove_new() {
  if (capability_.can_disable)
    if (const auto disabled = provider_->disable_secret(journal_.new_secret_id); !disabled)
      return disabled;
  return provider_->delete_secret(journal_.new_secret_id);
}

}  // namespace rotator
