#include "mocks/kubernetes/controllers/deployment_sync.h"

#include <algorithm>
#include <utility>

#include "rotator/ports/check.h"

namespace mocks::kubernetes {
namespace {

constexpr std::string_view revision_key = "deployment.kubernetes.io/revision";
constexpr std::string_view history_key = "deployment.kubernetes.io/revision-history";
constexpr std::string_view desired_key = "deployment.kubernetes.io/desired-replicas";
constexpr std::string_view max_key = "deployment.kubernetes.io/max-replicas";
constexpr std::string_view component = "deployment-controller";

// Annotations that stay the object's own (deploymentutil.annotationsToSkip).
bool copied_to_set(std::string_view key) {
  return key != revision_key && key != history_key && key != desired_key && key != max_key &&
         key != "kubectl.kubernetes.io/last-applied-configuration" &&
         key != "deprecated.deployment.rollback.to";
}

}  // namespace

DeploymentSync::DeploymentSync(Registry& registry, std::shared_ptr<const Deployment> deployment)
    : registry_(registry), deployment_(std::move(deployment)) {
  for (const auto& [key, object] : registry_.store().all(Kind::replica_set)) {
    if (!owned_by(*object, Kind::deployment, deployment_->identity->serial)) continue;
    old_.push_back(std::static_pointer_cast<const ReplicaSet>(object));
  }
  std::sort(old_.begin(), old_.end(), [](const SetPointer& a, const SetPointer& b) {
    return a->identity->serial < b->identity->serial;
  });
  const auto found = std::find_if(old_.begin(), old_.end(), [&](const SetPointer& set) {
    return same_template(*set->pod_template, *deployment_->spec->pod_template);
  });
  if (found == old_.end()) return;
  new_ = *found;
  old_.erase(found);
}

void DeploymentSync::run() {
  if (deployment_->deletion_time) {
    write_status(calculate_status());
    return;
  }
  if (mark_paused()) return;
  if (deployment_->spec->paused || scaling_event()) {
    sync_scale();
  } else if (deployment_->spec->recreate) {
    recreate();
  } else {
    roll();
  }
}

bool DeploymentSync::mark_paused() {
  if (!has_deadline()) return false;
  const auto& conditions = deployment_->status.conditions;
  const auto progressing =
      std::find_if(conditions.begin(), conditions.end(),
                   [](const Condition& one) { return one.type == "Progressing"; });
  const bool found = progressing != conditions.end();
  if (found && progressing->reason == "ProgressDeadlineExceeded") return false;
  const bool marked = found && progressing->reason == "DeploymentPaused";
  if (deployment_->spec->paused == marked) return false;
  DeploymentStatus status = deployment_->status;
  if (deployment_->spec->paused) {
    set_condition(status, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
  } else {
    set_condition(status, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed");
  }
  write_status(std::move(status));
  return true;
}

bool DeploymentSync::scaling_event() const {
  const auto differs = [&](const SetPointer& set) {
    return set != nullptr && set->replicas > 0 &&
           set->desired_replicas != deployment_->spec->replicas;
  };
  return differs(new_) || std::any_of(old_.begin(), old_.end(), differs);
}

void DeploymentSync::sync_scale() {
  take_new_set(false);
  scale();
  if (deployment_->spec->paused) clean_up();
  write_status(calculate_status());
}

void DeploymentSync::roll() {
  // A write takes its time: what follows the birth of a ReplicaSet follows with the next sync.
  if (take_new_set(true)) return;
  if (grow_new() || shrink_old()) {
    write_rollout_status();
    return;
  }
  if (complete(deployment_->status)) clean_up();
  write_rollout_status();
}

void DeploymentSync::recreate() {
  take_new_set(false);
  bool shrunk = false;
  for (SetPointer& set : old_) {
    if (set->replicas == 0) continue;
    resize(set, 0, false);
    shrunk = true;
  }
  if (shrunk || old_pods_left()) {
    write_rollout_status();
    return;
  }
  if (take_new_set(true)) return;
  if (new_->replicas != deployment_->spec->replicas) {
    resize(new_, deployment_->spec->replicas, false);
  }
  if (complete(deployment_->status)) clean_up();
  write_rollout_status();
}

bool DeploymentSync::old_pods_left() const {
  for (const SetPointer& set : old_) {
    if (set->status.replicas > 0) return true;
  }
  for (const auto& [key, object] : registry_.store().all(Kind::pod)) {
    const auto& pod = static_cast<const Pod&>(*object);
    if (pod.phase == "Succeeded" || pod.phase == "Failed") continue;
    // Terminating pods count here, unlike everywhere else.
    for (const SetPointer& set : old_) {
      if (owned_by(pod, Kind::replica_set, set->identity->serial)) return true;
    }
  }
  return false;
}

bool DeploymentSync::take_new_set(bool create) {
  std::int64_t highest = 0;
  for (const SetPointer& set : old_) highest = std::max(highest, set->revision);
  if (new_ != nullptr) {
    adopt_new_set(highest + 1);
    return false;
  }
  if (create) create_new_set(highest + 1);
  return create;
}

void DeploymentSync::adopt_new_set(std::int64_t revision) {
  std::shared_ptr<ReplicaSet> next;  // made when there is something to change
  const auto changed = [&]() -> ReplicaSet& {
    if (next == nullptr) next = std::make_shared<ReplicaSet>(*new_);
    return *next;
  };
  const Strings& annotations = new_->annotations.get();
  for (const auto& [key, value] : deployment_->annotations.get()) {
    if (!copied_to_set(key)) continue;
    const auto found = annotations.find(key);
    if (found != annotations.end() && found->second == value) continue;
    changed().annotations.set(key, value);
  }
  if (new_->revision < revision) {
    // An older template came back: it gets a new number and remembers the old ones.
    const auto history = annotations.find(std::string(history_key));
    std::string numbers = history == annotations.end() ? "" : history->second + ",";
    numbers += std::to_string(new_->revision);
    changed().annotations.set(std::string(history_key), std::move(numbers));
    changed().annotations.set(std::string(revision_key), std::to_string(revision));
    changed().revision = revision;
  }
  if (new_->min_ready_s != deployment_->spec->min_ready_s) {
    changed().min_ready_s = deployment_->spec->min_ready_s;
    ++changed().generation;
  }
  if (next != nullptr) {
    new_ = std::static_pointer_cast<const ReplicaSet>(registry_.store().put(std::move(next)));
  }
  const auto& conditions = deployment_->status.conditions;
  const bool unknown = std::none_of(conditions.begin(), conditions.end(),
                                    [](const Condition& c) { return c.type == "Progressing"; });
  const auto shown = deployment_->annotations.get().find(std::string(revision_key));
  const std::string number = std::to_string(new_->revision);
  const bool numbered = shown != deployment_->annotations.get().end() && shown->second == number;
  if (numbered && !(has_deadline() && unknown)) return;
  auto deployment = std::make_shared<Deployment>(*deployment_);
  if (!numbered) deployment->annotations.set(std::string(revision_key), number);
  if (has_deadline() && unknown) {
    set_condition(deployment->status, "Progressing", "True", "FoundNewReplicaSet",
                  "Found new replica set \"" + new_->name() + "\"");
  }
  deployment_ =
      std::static_pointer_cast<const Deployment>(registry_.store().put(std::move(deployment)));
}

void DeploymentSync::create_new_set(std::int64_t revision) {
  const DeploymentSpec& spec = *deployment_->spec;
  auto set = std::make_shared<ReplicaSet>();
  set->pod_template = spec.pod_template;
  std::string name = deployment_->name() + '-' + spec.pod_template->hash;
  ports::check(registry_.store().find(Kind::replica_set, deployment_->kubernetes_namespace(),
                                      name) == nullptr,
               "two pod templates do not share a hash");
  set->identity = registry_.identify(Kind::replica_set, deployment_->kubernetes_namespace(),
                                     std::move(name), {}, deployment_.get());
  set->generation = 1;
  set->labels = spec.pod_template->set_labels;
  set->selector = std::make_shared<const LabelSelector>(spec.selector);
  set->min_ready_s = spec.min_ready_s;
  set->revision = revision;
  set->replicas = new_size();
  set->desired_replicas = spec.replicas;
  set->max_replicas = spec.replicas + deployment_->max_surge();
  Strings annotations;
  for (const auto& [key, value] : deployment_->annotations.get()) {
    if (copied_to_set(key)) annotations.emplace(key, value);
  }
  annotations.emplace(revision_key, std::to_string(revision));
  annotations.emplace(desired_key, std::to_string(set->desired_replicas));
  annotations.emplace(max_key, std::to_string(set->max_replicas));
  set->annotations = SharedStrings(std::move(annotations));
  new_ = std::static_pointer_cast<const ReplicaSet>(registry_.store().put(std::move(set)));
  if (new_->replicas > 0) {
    registry_.record_event(
        *deployment_, component, "Normal", "ScalingReplicaSet",
        "Scaled up replica set " + new_->name() + " from 0 to " + std::to_string(new_->replicas));
  }
  auto deployment = std::make_shared<Deployment>(*deployment_);
  deployment->annotations.set(std::string(revision_key), std::to_string(revision));
  if (has_deadline()) {
    set_condition(deployment->status, "Progressing", "True", "NewReplicaSetCreated",
                  "Created new replica set \"" + new_->name() + "\"");
  }
  deployment_ =
      std::static_pointer_cast<const Deployment>(registry_.store().put(std::move(deployment)));
}

// How large the new ReplicaSet may be now (deploymentutil.NewRSNewReplicas).
int DeploymentSync::new_size() const {
  const int replicas = deployment_->spec->replicas;
  if (deployment_->spec->recreate) return replicas;
  const int size = new_ == nullptr ? 0 : new_->replicas;
  const int room = replicas + deployment_->max_surge() - sum_of_replicas();
  return room <= 0 ? size : size + std::min(room, replicas - size);
}

bool DeploymentSync::grow_new() {
  const int replicas = deployment_->spec->replicas;
  if (new_->replicas == replicas) return false;
  const int size = new_->replicas > replicas ? replicas : new_size();
  if (size == new_->replicas) return false;
  resize(new_, size, false);
  return true;
}

bool DeploymentSync::shrink_old() {
  const bool any = std::any_of(old_.begin(), old_.end(),
                               [](const SetPointer& set) { return set->replicas > 0; });
  if (!any) return false;
  const int min_available = deployment_->spec->replicas - deployment_->max_unavailable();
  const int new_unavailable = new_->replicas - new_->status.available;
  const int budget = sum_of_replicas() - min_available - new_unavailable;
  if (budget <= 0) return false;
  bool confused = false;
  const int unhealthy = shrink_unhealthy(budget, confused);
  if (confused) return false;
  return unhealthy + shrink_healthy() > 0;
}

int DeploymentSync::shrink_unhealthy(int limit, bool& confused) {
  int removed = 0;
  for (SetPointer& set : old_) {
    if (removed >= limit) break;
    if (set->replicas == 0 || set->replicas == set->status.available) continue;
    const int count = std::min(limit - removed, set->replicas - set->status.available);
    if (count < 0) {
      // Its status lags: more available than wanted. The real one gives up this sync.
      confused = true;
      return removed;
    }
    resize(set, set->replicas - count, false);
    removed += count;
  }
  return removed;
}

int DeploymentSync::shrink_healthy() {
  const int min_available = deployment_->spec->replicas - deployment_->max_unavailable();
  const int spare = sum_available() - min_available;
  int removed = 0;
  for (SetPointer& set : old_) {
    if (removed >= spare) break;
    if (set->replicas == 0) continue;
    const int count = std::min(set->replicas, spare - removed);
    resize(set, set->replicas - count, false);
    removed += count;
  }
  return std::max(removed, 0);
}

void DeploymentSync::resize(SetPointer& set, int replicas, bool annotations_too) {
  const int desired = deployment_->spec->replicas;
  const int max = desired + deployment_->max_surge();
  const bool stale = set->desired_replicas != desired || set->max_replicas != max;
  if (set->replicas == replicas && !(annotations_too && stale)) return;
  const int before = set->replicas;
  auto next = std::make_shared<ReplicaSet>(*set);
  if (before != replicas) {
    next->replicas = replicas;
    ++next->generation;
  }
  if (stale) {
    next->desired_replicas = desired;
    next->max_replicas = max;
    next->annotations.set(std::string(desired_key), std::to_string(desired));
    next->annotations.set(std::string(max_key), std::to_string(max));
  }
  set = std::static_pointer_cast<const ReplicaSet>(registry_.store().put(std::move(next)));
  if (before == replicas) return;
  registry_.record_event(*deployment_, component, "Normal", "ScalingReplicaSet",
                         std::string("Scaled ") + (replicas > before ? "up" : "down") +
                             " replica set " + set->name() + " from " + std::to_string(before) +
                             " to " + std::to_string(replicas));
}

void DeploymentSync::clean_up() {
  const int limit = deployment_->spec->revision_history_limit;
  const int extra = static_cast<int>(old_.size()) - limit;
  if (limit == no_deadline || extra <= 0) return;
  std::vector<SetPointer> by_revision = old_;
  std::sort(by_revision.begin(), by_revision.end(),
            [](const SetPointer& a, const SetPointer& b) { return a->revision < b->revision; });
  for (int i = 0; i < extra; ++i) {
    const SetPointer& set = by_revision[static_cast<std::size_t>(i)];
    const bool busy = set->status.replicas != 0 || set->replicas != 0 ||
                      set->generation > set->status.observed_generation || set->deletion_time;
    if (busy) continue;
    registry_.store().remove(std::make_shared<ReplicaSet>(*set));
    std::erase(old_, set);
  }
}

}  // namespace mocks::kubernetes
