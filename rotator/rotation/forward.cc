#include <algorithm>
#include <utility>

#include "rotator/rotation/engine.h"

namespace rotator {
namespace {

using ports::ErrorCode;
using ports::Instant;

std::vector<SecretRecord> as_records(const std::vector<std::string>& ids) {
  std::vector<SecretRecord> records;
  for (const auto& id : ids) records.push_back({.id = id});
  return records;
}

}  // namespace

// ---- create

Rotation::Engine::Stepped Rotation::Engine::create() {
  if (journal_.new_secret_id.empty()) {
    const auto made = create_or_find();
    if (!made && made.error().code == ErrorCode::conflict && !lock_lost_ && !settle_create_) {
      // The provider has no slot: nothing was changed anywhere.
      journal_.disposition = Disposition::rolled_back;
      journal_.reason = made.error().message;
      journal_.finished = ports_.clock.wall_now();
      if (const auto written = append(); !written) return ports::fail(written.error());
      return Step{.kind = Step::Kind::refuse, .why = made.error().message};
    }
    if (!made) return ports::fail(made.error());
  } else if (new_value_.empty()) {
    if (const auto recovered = recover_new_value(); !recovered)
      return ports::fail(recovered.error());
    if (journal_.new_secret_id.empty()) return next(Phase::create);
  }
  if (cutover() || !enabled(Gate::new_secret_accepted)) return next(Phase::store);
  // Vault must never hold a value that the token endpoint does not accept yet.
  const auto accepted =
      prove_accepted(ports_.clock.now() + 2 * capability_.propagation + propagation_margin);
  if (!accepted) return ports::fail(accepted.error());
  if (!report(Phase::create, *accepted)) {
    if (accepted->verdict == Judgement::unknown)
      return ports::fail(ErrorCode::busy, accepted->reason);
    return roll_back_because("the token endpoint does not accept the new secret: " +
                             accepted->reason);
  }
  if (!quiet_.watched_since) quiet_.watched_since = ports_.clock.now();
  return next(Phase::store);
}

ports::Status Rotation::Engine::create_or_find() {
  if (settle_create_) {
    auto found = provider_->resolve_create(as_records(journal_.secrets_before));
    if (!found) return ports::fail(found.error());
    if (*found) return adopt(std::move(**found));
  }
  if (const auto ready = about_to(Intent::create_secret); !ready) return ready;
  auto created = provider_->create_secret("rotation " + journal_.rotation_id);
  if (created) return adopt(std::move(*created));
  // A clear no leaves nothing behind; after anything else the next attempt looks first. A slot that
  // was free a moment ago may have been taken by our own first request, late on its way.
  const auto code = created.error().code;
  if (code == ErrorCode::conflict && settle_create_)
    return ports::fail(ErrorCode::ambiguous, created.error().message);
  settle_create_ = settle_create_ || (code != ErrorCode::conflict && code != ErrorCode::refused);
  return ports::fail(created.error());
}

ports::Status Rotation::Engine::adopt(CreatedSecret created) {
  new_value_ = std::move(created.value);
  journal_.new_secret_id = created.record.id;
  journal_.new_fingerprint = new_value_.fingerprint(store_.fingerprint_key());
  journal_.window_opened = ports_.clock.wall_now();
  journal_.window_ends = journal_.window_opened + journal_.window;
  journal_.intent = Intent::none;
  window_ends_ = ports_.clock.now() + journal_.window;
  settle_create_ = false;
  if (journal_.new_fingerprint == journal_.old_fingerprint)
    return ports::fail(ErrorCode::refused, "the provider gave the old secret for a new one");
  return append();
}

// A crash came between the create and the KV write.
ports::Status Rotation::Engine::recover_new_value() {
  auto value = provider_->read_secret(journal_.new_secret_id);
  if (value) {
    if (value->fingerprint(store_.fingerprint_key()) != journal_.new_fingerprint)
      return ports::fail(ErrorCode::refused, "secret " + journal_.new_secret_id +
                                                 " no longer has the value that was created");
    new_value_ = std::move(*value);
    return {};
  }
  if (value.error().code != ErrorCode::refused && value.error().code != ErrorCode::missing)
    return ports::fail(value.error());
  // Its value is lost and nothing uses it: remove it and begin anew.
  if (value.error().code == ErrorCode::refused) {
    if (const auto ready = about_to(Intent::delete_new); !ready) return ready;
    if (const auto removed = remove_new(); !removed) return removed;
  }
  journal_.new_secret_id.clear();
  journal_.new_fingerprint.clear();
  journal_.intent = Intent::none;
  return append();
}

ports::Result<GateResult> Rotation::Engine::prove_accepted(Instant patience_ends) {
  const auto& rotation = configuration_.rotation;
  const auto began = ports_.clock.now();
  std::optional<Instant> refused_at;
  int row = 0;
  std::optional<ProbeAnswer> last;
  for (;;) {
    const auto answer = probe_->ask(new_value_);
    if (!answer && answer.error().code == ErrorCode::interrupted)
      return ports::fail(answer.error());
    const auto now = ports_.clock.now();
    if (answer) last = *answer;
    row = answer && answer->acceptance == Acceptance::accepted ? row + 1 : 0;
    if (answer && answer->acceptance == Acceptance::refused) refused_at = now;
    const int needed = refused_at ? lagging_factor * rotation.probes : rotation.probes;
    const bool long_enough = !refused_at || now - *refused_at >= *refused_at - began;
    if ((row >= needed && long_enough) || now >= patience_ends)
      return judge_accepted(row, needed, last);
    if (const auto waited = wait(now + rotation.probe_spacing); !waited)
      return ports::fail(waited.error());
  }
}

// ---- store

Rotation::Engine::Stepped Rotation::Engine::store_value() {
  if (new_value_.empty()) return next(Phase::create);
  auto current = secret_kv_.read();
  if (!current) return ports::fail(current.error());
  const auto value = current->data.secret(configuration_.vault.field);
  const auto shown = value ? value->fingerprint(store_.fingerprint_key()) : "no value";
  int version = current->version;
  if (shown != journal_.new_fingerprint) {
    if (shown != journal_.old_fingerprint)
      return roll_back_because(secret_kv_.full_path() + " was changed by somebody else (version " +
                               std::to_string(version) + ", " + shown + ")");
    if (const auto ready = about_to(Intent::write_value); !ready) return ports::fail(ready.error());
    auto data = std::move(current->data);
    data.set(configuration_.vault.field, new_value_.reveal_to_wire());
    data.set(secret_id_field, journal_.new_secret_id);
    data.set(rotation_id_field, journal_.rotation_id);
    const auto written = secret_kv_.write(data, version);
    // Whatever the reply was: the next attempt reads and sees whose value is there.
    if (!written && written.error().code == ErrorCode::conflict)
      return ports::fail(ErrorCode::ambiguous, written.error().message);
    if (!written) return ports::fail(written.error());
    version = *written;
  }
  journal_.new_kv_version = version;
  journal_.stored = ports_.clock.wall_now();
  stored_at_ = ports_.clock.now();
  return next(Phase::rollout);
}

// ---- rollout

Rotation::Engine::Stepped Rotation::Engine::roll_out() {
  if (journal_.restart_value.empty()) {
    // Never asked for: the answer to the patch will say how the Deployment stands.
    journal_.restart_value = journal_.rotation_id;
    journal_.restarts = 1;
  } else {
    auto found = cluster_.deployment(configuration_.kubernetes.deployment);
    if (!found) return ports::fail(found.error());
    deployment_ = std::move(*found);
  }
  const auto annotation = deployment_.template_annotations.find(restart_annotation);
  if (annotation == deployment_.template_annotations.end() ||
      annotation->second != journal_.restart_value) {
    if (stored_at_ && !cutover())
      if (const auto waited = wait(*stored_at_ + configuration_.rotation.vault_settle); !waited)
        return ports::fail(waited.error());
    rollout_ends_ = ports_.clock.now() + configuration_.rotation.rollout_deadline;
    journal_.rollout_deadline = ports_.clock.wall_now() + configuration_.rotation.rollout_deadline;
    if (const auto ready = about_to(Intent::restart); !ready) return ports::fail(ready.error());
    auto patched =
        cluster_.annotate_template(deployment_.name, restart_annotation, journal_.restart_value);
    if (!patched) return ports::fail(patched.error());
    deployment_ = std::move(*patched);
  }
  if (cutover()) return next(Phase::disable);
  // With no gate that looks at pods, nobody would use the answer: the fixed wait of the guide.
  if (!pod_gates()) return next(Phase::overlap);
  if (!rollout_ends_) rollout_ends_ = ports_.clock.now() + configuration_.rotation.rollout_deadline;
  const auto broken = await_rollout(*rollout_ends_);
  if (!broken) return ports::fail(broken.error());
  return *broken ? **broken : next(Phase::verify);
}

// Nothing when complete; otherwise what to do. Reads what the watch has seen: whether a pod is
// really new is for the gates to say.
ports::Result<std::optional<Rotation::Engine::Step>> Rotation::Engine::await_rollout(
    Instant deadline) {
  using Answer = std::optional<Step>;
  const auto generation = deployment_.generation;
  for (;;) {
    if (deployment_.observed_generation >= generation) {
      if (rollout_complete(deployment_)) return Answer();
      if (deployment_.progress_deadline_exceeded)
        return Answer(roll_back_because("Deployment " + deployment_.name +
                                        " exceeded its progress deadline"));
    }
    if (breached() && phase_ != Phase::rollback)
      return Answer(
          roll_back_because(std::to_string(failures_seen_) + " login failures during the rollout"));
    if (ports_.clock.now() >= deadline)
      return Answer(roll_back_because(
          "the rollout of Deployment " + deployment_.name + " was not complete after " +
          to_text(configuration_.rotation.rollout_deadline) + " (" +
          std::to_string(deployment_.updated_replicas) + " updated, " +
          std::to_string(deployment_.available_replicas) + " available of " +
          std::to_string(deployment_.replicas) + (deployment_.paused ? ", paused)" : ")")));
    const auto changed = wait(deadline, Subject::deployment);
    if (!changed) return ports::fail(changed.error());
    if (const auto& seen = cluster_.seen_deployment())
      deployment_ = *seen;
    else
      return Answer(stop_because("Deployment " + deployment_.name + " was deleted"));
  }
}

// ---- verify

FleetQuestion Rotation::Engine::fleet_question() const {
  return {.restart_value = journal_.restart_value,
          .contents = enabled(Gate::every_pod_on_new),
          .file_times = enabled(Gate::process_newer_than_file)};
}

Rotation::Engine::Stepped Rotation::Engine::verify() {
  auto question = fleet_question();
  if (enabled(Gate::old_pods_gone)) {
    const auto stuck = await_old_pods_gone(question);
    if (!stuck) return ports::fail(stuck.error());
    if (*stuck) return **stuck;
  }
  question.seen = cluster_.seen_pods();
  auto fleet = inspect_fleet(cluster_, configuration_.kubernetes, deployment_, std::move(question),
                             store_.fingerprint_key());
  if (!fleet) return ports::fail(fleet.error());
  bool open = report(Phase::verify, judge_old_pods_gone(*fleet));
  for (const auto& judged : {judge_every_pod_on(*fleet, journal_.new_fingerprint),
                             judge_process_newer_than_file(*fleet)}) {
    if (report(Phase::verify, judged)) continue;
    if (judged.verdict == Judgement::fail) return restart_again(judged.reason);
    // Pods come and go: look again, until patience ends.
    return ports::fail(ErrorCode::busy,
                       std::string("gate ") + to_string(judged.gate) + ": " + judged.reason);
  }
  if (!open) return ports::fail(ErrorCode::busy, "an older pod came back");
  proved_ = std::move(fleet->live);
  return next(Phase::overlap);
}

// The Deployment says nothing of Terminating pods: they must be counted.
ports::Result<std::optional<Rotation::Engine::Step>> Rotation::Engine::await_old_pods_gone(
    const FleetQuestion& question) {
  using Answer = std::optional<Step>;
  auto pods = cluster_.pods(deployment_);
  if (!pods) return ports::fail(pods.error());
  auto seen = std::move(*pods);
  const auto deadline = ports_.clock.now() + std::chrono::seconds(deployment_.termination_grace_s) +
                        termination_margin;
  for (;;) {
    FleetProof fleet;
    for (auto& pod : seen)
      if (is_older(pod, question)) fleet.older.push_back(std::move(pod));
    if (fleet.older.empty()) return Answer();
    if (breached() && phase_ != Phase::rollback)
      return Answer(roll_back_because(std::to_string(failures_seen_) +
                                      " login failures while old pods ended"));
    if (ports_.clock.now() >= deadline) {
      const auto judged = judge_old_pods_gone(fleet);
      listener_.gate_evaluated(phase_, judged);
      return Answer(stop_because(
          judged.reason + " after " +
          to_text(std::chrono::seconds(deployment_.termination_grace_s) + termination_margin)));
    }
    const auto changed = wait(deadline, Subject::pods);
    if (!changed) return ports::fail(changed.error());
    seen = cluster_.seen_pods();
  }
}

// The guide's remedy for a pod that rendered the old value: another restart.
Rotation::Engine::Step Rotation::Engine::restart_again(const std::string& why) {
  if (journal_.restarts >= configuration_.rotation.max_restarts)
    return roll_back_because(why + ", after " + std::to_string(journal_.restarts) + " restarts");
  ++journal_.restarts;
  journal_.restart_value = journal_.rotation_id + "/" + std::to_string(journal_.restarts);
  listener_.noted(Severity::warning, "restarting again: " + why);
  return next(Phase::rollout);
}

// ---- overlap

Rotation::Engine::Stepped Rotation::Engine::overlap() {
  const auto& rotation = configuration_.rotation;
  auto& clock = ports_.clock;
  if (!window_ends_) window_ends_ = clock.now() + journal_.window;
  if (new_value_.empty())
    return stop_because("the new value can be read neither in Vault nor at the provider");
  const auto opens = enabled(Gate::window_elapsed) ? *window_ends_ : clock.now();
  if (const auto written = append(); !written) return ports::fail(written.error());
  if (!watch_ && enabled(Gate::quiet_period))
    next_look_ = std::max(clock.now(), opens - rotation.quiet_period);

  // The last probes end as the window does.
  const bool probing = enabled(Gate::new_secret_accepted);
  const auto lead = probing ? rotation.probe_spacing * rotation.probes : ports::Duration(0);
  while (clock.now() < opens - lead) {
    if (const auto waited = wait(opens - lead); !waited) return ports::fail(waited.error());
    if (breached())
      return roll_back_because(std::to_string(failures_seen_) + " login failures in the window");
  }
  if (probing) {
    const auto accepted = prove_accepted(std::max(opens, clock.now()) +
                                         2 * capability_.propagation + propagation_margin);
    if (!accepted) return ports::fail(accepted.error());
    if (!report(Phase::overlap, *accepted)) {
      if (accepted->verdict == Judgement::fail)
        return roll_back_because("the new secret is refused: " + accepted->reason);
      return ports::fail(ErrorCode::busy, accepted->reason);
    }
  }
  while (clock.now() < opens)
    if (const auto waited = wait(opens); !waited) return ports::fail(waited.error());
  report(Phase::overlap, judge_window(clock.now(), *window_ends_));

  if (enabled(Gate::quiet_period)) {
    if (quiet_.blind || !quiet_.watched_since || (!watch_ && next_look_ <= clock.now())) look();
    const auto latest = clock.now() + most_quiet_periods * rotation.quiet_period;
    while (clock.now() < quiet_at(rotation.quiet_period, quiet_) && !quiet_.blind) {
      if (breached() || clock.now() >= latest)
        return roll_back_because("logins kept failing after the window");
      if (const auto waited = wait(std::min(quiet_at(rotation.quiet_period, quiet_), latest));
          !waited)
        return ports::fail(waited.error());
    }
  }
  const auto quiet = judge_quiet(clock.now(), rotation.quiet_period, quiet_);
  if (!report(Phase::overlap, quiet)) return ports::fail(ErrorCode::busy, quiet.reason);

  const auto obstacle = final_gates();
  if (!obstacle) return ports::fail(obstacle.error());
  if (*obstacle) return **obstacle;
  gates_open_ = true;
  return next(Phase::disable);
}

// What was true after the rollout may have changed since: the value in Vault, and every pod.
ports::Result<std::optional<Rotation::Engine::Step>> Rotation::Engine::final_gates() {
  using Answer = std::optional<Step>;
  const auto current = secret_kv_.read();
  if (!current) return ports::fail(current.error());
  const auto value = current->data.secret(configuration_.vault.field);
  if (!value || !value->same_as(new_value_))
    return Answer(stop_because(secret_kv_.full_path() +
                               " no longer holds the new secret (version " +
                               std::to_string(current->version) + "): somebody else changed it"));
  if (!pod_gates()) return Answer();
  auto deployment = cluster_.deployment(configuration_.kubernetes.deployment);
  if (!deployment) return ports::fail(deployment.error());
  deployment_ = std::move(*deployment);
  auto question = fleet_question();
  question.seen = cluster_.seen_pods();
  question.proved = proved_;
  const auto fleet = inspect_fleet(cluster_, configuration_.kubernetes, deployment_,
                                   std::move(question), store_.fingerprint_key());
  if (!fleet) return ports::fail(fleet.error());
  bool open = report(Phase::overlap, judge_old_pods_gone(*fleet));
  open = report(Phase::overlap, judge_every_pod_on(*fleet, journal_.new_fingerprint)) && open;
  open = report(Phase::overlap, judge_process_newer_than_file(*fleet)) && open;
  // Verify knows the remedies.
  return open ? Answer() : Answer(next(Phase::verify));
}

}  // namespace rotator
