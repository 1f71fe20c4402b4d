#include "rotator/rotation/context/fleet.h"

#include <algorithm>
#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/calls/times.h"
#include "rotator/rotation/gates.h"

namespace rotator {

using ports::Instant;
using Obstacle = ports::Result<std::optional<Step>>;

Fleet::Fleet(Systems& systems, Ledger& ledger, FailureWatch& failures, const Exposure& exposure,
             Waiter& waiter, const Configuration& configuration, ports::Clock& clock,
             Teller& teller)
    : cluster_(systems.cluster()),
      ledger_(ledger),
      failures_(failures),
      exposure_(exposure),
      waiter_(waiter),
      configuration_(configuration),
      clock_(clock),
      teller_(teller) {}

ports::Status Fleet::read() {
  auto found = cluster_.workload(configuration_.kubernetes.workload);
  if (!found) return ports::fail(found.error());
  workload_ = std::move(*found);
  return {};
}

std::optional<std::string> Fleet::mark() const {
  const auto found = workload_.template_annotations.find(restart_annotation);
  if (found == workload_.template_annotations.end()) return std::nullopt;
  return found->second;
}

ports::Status Fleet::restart(const std::optional<std::string>& mark) {
  auto patched =
      cluster_.annotate_template(configuration_.kubernetes.workload, restart_annotation, mark);
  if (!patched) return ports::fail(patched.error());
  workload_ = std::move(*patched);
  return {};
}

void Fleet::set_deadline() {
  deadline_ = clock_.now() + configuration_.rotation.rollout_deadline;
  ledger_.entry().rollout_deadline = clock_.wall_now() + configuration_.rotation.rollout_deadline;
}

// As in Window::recall().
void Fleet::recall_deadline() {
  const auto& ends = ledger_.entry().rollout_deadline;
  if (ends == ports::WallTime{}) return;
  deadline_ =
      clock_.now() + std::clamp<ports::Duration>(ends - clock_.wall_now(), ports::Duration(0),
                                                 configuration_.rotation.rollout_deadline);
}

Instant Fleet::deadline() {
  if (!deadline_) deadline_ = clock_.now() + configuration_.rotation.rollout_deadline;
  return *deadline_;
}

void Fleet::forget_deadline() {
  deadline_.reset();
  ledger_.entry().rollout_deadline = {};
}

// Reads what the watch has seen.
Obstacle Fleet::await_rollout(const Wait& wait) {
  const auto generation = workload_.generation;
  for (;;) {
    if (workload_.observed_generation >= generation) {
      if (workload_.rolled_out()) return std::optional<Step>();
      if (workload_.progress_deadline_exceeded)
        return std::optional(
            Step::turn_back(workload_.title() + " exceeded its progress deadline"));
    }
    if (wait.heed_failures && failures_.breached())
      return std::optional(
          Step::turn_back(counted(failures_.seen(), "login failure") + " during the rollout"));
    if (clock_.now() >= wait.until)
      return std::optional(Step::turn_back(
          "the rollout of " + workload_.title() + " was not complete after " +
          to_text(configuration_.rotation.rollout_deadline) + " (" +
          std::to_string(workload_.updated_replicas) + " updated, " +
          std::to_string(workload_.available_replicas) + " available of " +
          std::to_string(workload_.replicas) +
          (workload_.held.empty() ? ")" : ", " + std::string(workload_.held) + ")")));
    const auto changed = waiter_.wait_for_change(workload_, Subject::workload, wait.until);
    if (!changed) return ports::fail(changed.error());
    const auto& seen = cluster_.seen_workload();
    if (!seen) return std::optional(Step::stop(workload_.title() + " was deleted"));
    workload_ = *seen;
  }
}

Obstacle Fleet::await_older_gone(const FleetQuestion& question, const Wait& wait) {
  auto pods = cluster_.pods(workload_);
  if (!pods) return ports::fail(pods.error());
  auto seen = std::move(*pods);
  const auto allowed = std::chrono::seconds(workload_.termination_grace_s) + termination_margin;
  const auto deadline = clock_.now() + allowed;
  for (;;) {
    FleetProof fleet;
    for (auto& pod : seen)
      if (is_older(pod, question)) fleet.older.push_back(std::move(pod));
    if (fleet.older.empty()) return std::optional<Step>();
    if (wait.heed_failures && failures_.breached())
      return std::optional(
          Step::turn_back(counted(failures_.seen(), "login failure") + " while old pods ended"));
    if (clock_.now() >= deadline) {
      const auto judged = judge_old_pods_gone(fleet);
      teller_.judged(judged);
      return std::optional(Step::stop(judged.reason + " after " + to_text(allowed)));
    }
    const auto changed = waiter_.wait_for_change(workload_, Subject::pods, deadline);
    if (!changed) return ports::fail(changed.error());
    seen = cluster_.seen_pods();
  }
}

FleetQuestion Fleet::question() const {
  return {.restart_value = ledger_.entry().restart_value,
          .contents = configuration_.gate_enabled(Gate::every_pod_on_new),
          .file_times = configuration_.gate_enabled(Gate::process_newer_than_file),
          .out_of_time = [this] { return exposure_.over(); }};
}

ports::Result<FleetProof> Fleet::inspect(FleetQuestion question) {
  return inspect_fleet(cluster_, configuration_.kubernetes, workload_, std::move(question),
                       ledger_.fingerprint_key());
}

ports::Result<FleetProof> Fleet::inspect_strangers() {
  auto wanted = question();
  wanted.every_pod = true;
  wanted.proved = proved_;
  wanted.trust_proved = true;
  return inspect_seen(std::move(wanted));
}

ports::Result<FleetProof> Fleet::inspect_seen(FleetQuestion question) {
  question.seen = cluster_.seen_pods();
  return inspect(std::move(question));
}

}  // namespace rotator
