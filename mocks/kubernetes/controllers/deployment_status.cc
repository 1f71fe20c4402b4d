// The rest of DeploymentSync: proportional scaling, and the status with its conditions.
#include <algorithm>
#include <chrono>
#include <utility>

#include "mocks/kubernetes/controllers/deployment_sync.h"

namespace mocks::kubernetes {
namespace {

const Condition* find(const DeploymentStatus& status, std::string_view type) {
  for (const Condition& one : status.conditions) {
    if (one.type == type) return &one;
  }
  return nullptr;
}

void drop(DeploymentStatus& status, std::string_view type) {
  std::erase_if(status.conditions, [&](const Condition& one) { return one.type == type; });
}

// Half away from zero, in whole numbers: round(a / b) for b > 0.
std::int64_t rounded(std::int64_t a, std::int64_t b) {
  return a >= 0 ? (2 * a + b) / (2 * b) : -((-2 * a + b) / (2 * b));
}

}  // namespace

std::vector<DeploymentSync::SetPointer*> DeploymentSync::all_sets() {
  std::vector<SetPointer*> sets;
  for (SetPointer& set : old_) sets.push_back(&set);
  if (new_ != nullptr) sets.push_back(&new_);
  return sets;
}

int DeploymentSync::sum_of_replicas() const {
  int sum = new_ == nullptr ? 0 : new_->replicas;
  for (const SetPointer& set : old_) sum += set->replicas;
  return sum;
}

int DeploymentSync::sum_available() const {
  int sum = new_ == nullptr ? 0 : new_->status.available;
  for (const SetPointer& set : old_) sum += set->status.available;
  return sum;
}

bool DeploymentSync::has_deadline() const {
  return deployment_->spec->progress_deadline_s != no_deadline;
}

void DeploymentSync::scale() {
  std::vector<SetPointer*> active;
  for (SetPointer* set : all_sets()) {
    if ((*set)->replicas > 0) active.push_back(set);
  }
  SetPointer* only = nullptr;
  if (active.size() == 1) only = active.front();
  if (active.empty() && new_ != nullptr) only = &new_;
  if (active.empty() && new_ == nullptr && !old_.empty()) only = &old_.back();
  if (only != nullptr) {
    resize(*only, deployment_->spec->replicas, false);
    return;
  }
  if (active.empty()) return;
  const bool saturated = new_ != nullptr && new_->replicas == deployment_->spec->replicas &&
                         new_->desired_replicas == deployment_->spec->replicas &&
                         new_->status.available == deployment_->spec->replicas;
  if (saturated) {
    for (SetPointer& set : old_) resize(set, 0, false);
    return;
  }
  if (!deployment_->spec->recreate) scale_proportionally();
}

void DeploymentSync::scale_proportionally() {
  std::vector<SetPointer*> active;
  for (SetPointer* set : all_sets()) {
    if ((*set)->replicas > 0) active.push_back(set);
  }
  const int replicas = deployment_->spec->replicas;
  const int allowed = replicas > 0 ? replicas + deployment_->max_surge() : 0;
  const int to_add = allowed - sum_of_replicas();
  // Largest first; among equals the newer gains first and the older loses first.
  std::stable_sort(active.begin(), active.end(), [&](const SetPointer* a, const SetPointer* b) {
    if ((*a)->replicas != (*b)->replicas) return (*a)->replicas > (*b)->replicas;
    const bool older = (*a)->identity->serial < (*b)->identity->serial;
    return to_add > 0 ? !older : older;
  });
  std::vector<int> sizes;
  int added = 0;
  for (const SetPointer* set : active) {
    const int share = to_add == 0 ? 0 : proportion(**set, to_add, added);
    sizes.push_back((*set)->replicas + share);
    added += share;
  }
  if (to_add != 0) sizes.front() = std::max(0, sizes.front() + to_add - added);
  for (std::size_t i = 0; i < active.size(); ++i) resize(*active[i], sizes[i], true);
}

int DeploymentSync::proportion(const ReplicaSet& set, int to_add, int added) const {
  if (set.replicas == 0 || to_add == 0 || to_add == added) return 0;
  int fraction = 0;
  if (deployment_->spec->replicas == 0) {
    fraction = -set.replicas;
  } else {
    const int before = set.max_replicas > 0 ? set.max_replicas : deployment_->status.replicas;
    if (before == 0) return 0;
    const int max_now = deployment_->spec->replicas + deployment_->max_surge();
    fraction =
        static_cast<int>(rounded(static_cast<std::int64_t>(set.replicas) * max_now, before)) -
        set.replicas;
  }
  return to_add > 0 ? std::min(fraction, to_add - added) : std::max(fraction, to_add - added);
}

DeploymentStatus DeploymentSync::calculate_status() const {
  DeploymentStatus status;
  status.observed_generation = deployment_->generation;
  int terminating = 0;
  const auto add = [&](const ReplicaSet& set) {
    status.replicas += set.status.replicas;
    status.ready += set.status.ready;
    status.available += set.status.available;
    terminating += set.status.terminating;
  };
  for (const SetPointer& set : old_) add(*set);
  if (new_ != nullptr) add(*new_);
  status.updated = new_ == nullptr ? 0 : new_->status.replicas;
  status.unavailable = std::max(0, sum_of_replicas() - status.available);
  status.terminating = terminating;
  status.conditions = deployment_->status.conditions;
  const int minimum = deployment_->spec->replicas - deployment_->max_unavailable();
  if (status.available >= minimum) {
    set_condition(status, "Available", "True", "MinimumReplicasAvailable",
                  "Deployment has minimum availability.");
  } else {
    set_condition(status, "Available", "False", "MinimumReplicasUnavailable",
                  "Deployment does not have minimum availability.");
  }
  return status;
}

bool DeploymentSync::complete(const DeploymentStatus& status) const {
  const int replicas = deployment_->spec->replicas;
  return status.updated == replicas && status.replicas == replicas &&
         status.available == replicas && status.observed_generation >= deployment_->generation;
}

void DeploymentSync::set_condition(DeploymentStatus& status, std::string_view type,
                                   std::string_view value, std::string_view reason,
                                   std::string_view message) const {
  const Condition* now = find(status, type);
  if (now != nullptr && now->status == value && now->reason == reason) return;
  Condition next{.type = type,
                 .status = value,
                 .reason = reason,
                 .message = std::string(message),
                 .updated = registry_.wall_second(),
                 .changed = registry_.wall_second()};
  if (now != nullptr && now->status == value) next.changed = now->changed;
  drop(status, type);
  status.conditions.push_back(std::move(next));
}

void DeploymentSync::update_progress(DeploymentStatus& status) const {
  const DeploymentStatus& before = deployment_->status;
  const Condition* now = find(before, "Progressing");
  const std::string set = new_ == nullptr ? deployment_->name() : new_->name();
  const std::string_view what = new_ == nullptr ? "Deployment \"" : "ReplicaSet \"";
  if (complete(status)) {
    set_condition(status, "Progressing", "True", "NewReplicaSetAvailable",
                  std::string(what) + set + "\" has successfully progressed.");
    return;
  }
  const bool progressing = status.updated > before.updated ||
                           status.replicas - status.updated < before.replicas - before.updated ||
                           status.ready > before.ready || status.available > before.available;
  if (progressing) {
    Condition next{.type = "Progressing",
                   .status = "True",
                   .reason = "ReplicaSetUpdated",
                   .message = std::string(what) + set + "\" is progressing.",
                   .updated = registry_.wall_second(),
                   .changed = registry_.wall_second()};
    if (now != nullptr && now->status == "True") next.changed = now->changed;
    drop(status, "Progressing");
    status.conditions.push_back(std::move(next));
    return;
  }
  if (now == nullptr || now->reason == "NewReplicaSetAvailable") return;
  const auto deadline = now->updated + std::chrono::seconds(deployment_->spec->progress_deadline_s);
  if (now->reason != "ProgressDeadlineExceeded" && deadline >= registry_.wall_now()) return;
  set_condition(status, "Progressing", "False", "ProgressDeadlineExceeded",
                std::string(what) + set + "\" has timed out progressing.");
}

void DeploymentSync::write_rollout_status() {
  DeploymentStatus status = calculate_status();
  if (!has_deadline()) drop(status, "Progressing");
  const Condition* now = find(deployment_->status, "Progressing");
  // Once complete it stays so: a scale or a crash does not start the clock again.
  const bool was_complete = status.replicas == status.updated && now != nullptr &&
                            now->reason == "NewReplicaSetAvailable";
  if (has_deadline() && !was_complete) update_progress(status);
  const ReplicaSet* failing = nullptr;
  for (const SetPointer* set : all_sets()) {
    if (!(*set)->status.conditions.empty()) failing = set->get();
  }
  if (failing != nullptr) {
    set_condition(status, "ReplicaFailure", "True", "FailedCreate",
                  failing->status.conditions.front().message);
  } else {
    drop(status, "ReplicaFailure");
  }
  const bool done = complete(status);
  write_status(std::move(status));
  const Condition* after = find(deployment_->status, "Progressing");
  if (!has_deadline() || after == nullptr || done) return;
  if (after->reason == "ProgressDeadlineExceeded") return;
  look_again_ = after->updated + std::chrono::seconds(deployment_->spec->progress_deadline_s) +
                std::chrono::seconds(1);
}

void DeploymentSync::write_status(DeploymentStatus status) {
  if (status == deployment_->status) return;
  auto next = std::make_shared<Deployment>(*deployment_);
  next->status = std::move(status);
  deployment_ = std::static_pointer_cast<const Deployment>(registry_.store().put(std::move(next)));
}

}  // namespace mocks::kubernetes
