#include "mocks/kubernetes/controllers/replica_set.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

namespace mocks::kubernetes {
namespace {

constexpr std::uint32_t sync_set = 1;

bool finished(const Pod& pod) { return pod.phase == "Succeeded" || pod.phase == "Failed"; }

int deletion_cost(const Pod& pod) {
  const auto found = pod.annotations.get().find("controller.kubernetes.io/pod-deletion-cost");
  int cost = 0;
  if (found != pod.annotations.get().end()) {
    const std::string& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), cost);
  }
  return cost;
}

// floor(log2) of an age: ages within a factor of two count as equal (LogarithmicScaleDown).
int magnitude(ports::Duration age) {
  return age.count() <= 0
             ? -1
             : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(age.count())));
}

// Which of two pods goes first: controller.ActivePodsWithRanks, all pods being on one node.
struct GoesFirst {
  ports::WallTime now;
  bool operator()(const std::shared_ptr<const Pod>& a, const std::shared_ptr<const Pod>& b) const {
    const bool a_pending = a->phase == "Pending";
    const bool b_pending = b->phase == "Pending";
    if (a_pending != b_pending) return a_pending;
    if (a->ready != b->ready) return !a->ready;
    const int a_cost = deletion_cost(*a);
    const int b_cost = deletion_cost(*b);
    if (a_cost != b_cost) return a_cost < b_cost;
    if (a->ready) {
      const int a_age = magnitude(now - a->ready_changed);
      const int b_age = magnitude(now - b->ready_changed);
      if (a_age != b_age) return a_age < b_age;
    }
    const int a_restarts = a->containers.empty() ? 0 : a->containers.front().restarts;
    const int b_restarts = b->containers.empty() ? 0 : b->containers.front().restarts;
    if (a_restarts != b_restarts) return a_restarts > b_restarts;
    const int a_life = magnitude(now - a->identity->created);
    const int b_life = magnitude(now - b->identity->created);
    if (a_life != b_life) return a_life < b_life;
    return a->identity->uid < b->identity->uid;
  }
};

}  // namespace

ReplicaSetController::ReplicaSetController(Registry& registry)
    : registry_(registry), queue_(registry.scheduler(), *this) {
  registry.store().follow(*this);
}

void ReplicaSetController::on_change(const Change& change) {
  std::uint64_t serial = 0;
  if (change.object->kind == Kind::replica_set && change.type != Change::Type::deleted) {
    serial = change.object->identity->serial;
  } else if (change.object->kind == Kind::pod && change.object->identity->owner &&
             change.object->identity->owner->kind == Kind::replica_set) {
    serial = change.object->identity->owner->serial;
  }
  if (serial == 0) return;
  queue_.add(registry_.now() + registry_.options().replica_set_lag, sync_set, serial);
}

void ReplicaSetController::on_timer(std::uint32_t, std::uint64_t serial) {
  queue_.taken(serial);
  const auto set = registry_.store().get<ReplicaSet>(Kind::replica_set, serial);
  if (set == nullptr) return;
  std::vector<PodPointer> active;
  int terminating = 0;
  for (const auto& [key, object] : registry_.store().all(Kind::pod)) {
    if (!owned_by(*object, Kind::replica_set, serial)) continue;
    auto pod = std::static_pointer_cast<const Pod>(object);
    if (finished(*pod)) continue;
    if (pod->deletion_time) {
      ++terminating;
    } else {
      active.push_back(std::move(pod));
    }
  }
  std::string failure;
  const int difference = static_cast<int>(active.size()) - set->replicas;
  if (!set->deletion_time) {
    if (difference < 0) failure = create_pods(*set, std::min(-difference, burst_replicas));
    if (difference > 0) {
      delete_pods(*set, active, static_cast<std::size_t>(std::min(difference, burst_replicas)));
    }
  }
  // From the pods as they were read: what was just made shows in the next sync.
  write_status(serial, active, terminating, failure);
}

std::string ReplicaSetController::create_pods(const ReplicaSet& set, int wanted) {
  std::string failure;
  const std::uint64_t serial = set.identity->serial;
  // Slow start: batches of 1, 2, 4...; the first failure ends it.
  for (int made = 0; made < wanted; ++made) {
    if (!create_pod(set, failure)) break;
  }
  if (failure.empty()) {
    failures_.erase(serial);
    return failure;
  }
  // The work queue's back-off: 5 ms doubling up to 1000 s.
  const int failed = std::min(failures_[serial]++, 20);
  const auto wait = std::min<ports::Duration>(std::chrono::milliseconds(5) * (1 << failed),
                                              std::chrono::seconds(1000));
  queue_.add(registry_.now() + wait, sync_set, serial);
  return failure;
}

bool ReplicaSetController::create_pod(const ReplicaSet& set, std::string& failure) {
  const std::string& where = set.kubernetes_namespace();
  std::string name = set.name() + '-' + registry_.suffix();
  for (const auto& [key, object] : registry_.store().all(Kind::resource_quota)) {
    const auto& quota = static_cast<const Document&>(*object);
    if (quota.kubernetes_namespace() != where || quota.limit < 0) continue;
    const auto& pods = registry_.store().all(Kind::pod);
    const auto used = std::count_if(pods.begin(), pods.end(), [&](const auto& entry) {
      return entry.second->kubernetes_namespace() == where;
    });
    if (used < quota.limit) continue;
    failure = "pods \"" + name + "\" is forbidden: exceeded quota: " + quota.name() +
              ", requested: pods=1, used: pods=" + std::to_string(used) +
              ", limited: pods=" + std::to_string(quota.limit);
    registry_.record_event(set, "replicaset-controller", "Warning", "FailedCreate",
                           "Error creating: " + failure);
    return false;
  }
  auto pod = std::make_shared<Pod>();
  pod->identity = registry_.identify(Kind::pod, where, std::move(name), set.name() + '-', &set);
  pod->id = pod->identity->serial;
  pod->generation = 1;
  pod->labels = set.pod_template->set_labels;
  pod->annotations = SharedStrings(registry_.admitted(set.pod_template->annotations));
  pod->revision = set.revision;
  pod->pod_template = set.pod_template;
  pod->simulated_node = registry_.options().simulated_node;
  pod->containers.resize(set.pod_template->containers.size());
  std::string message = "Created pod: " + pod->name();
  registry_.store().put(std::move(pod));
  registry_.record_event(set, "replicaset-controller", "Normal", "SuccessfulCreate",
                         std::move(message));
  return true;
}

void ReplicaSetController::delete_pods(const ReplicaSet& set, std::vector<PodPointer> active,
                                       std::size_t count) {
  const auto last = active.begin() + static_cast<std::ptrdiff_t>(count);
  std::partial_sort(active.begin(), last, active.end(), GoesFirst{registry_.wall_now()});
  for (std::size_t i = 0; i < count; ++i) {
    registry_.delete_pod(*active[i], active[i]->pod_template->grace_s);
    registry_.record_event(set, "replicaset-controller", "Normal", "SuccessfulDelete",
                           "Deleted pod: " + active[i]->name());
  }
}

void ReplicaSetController::write_status(std::uint64_t serial, const std::vector<PodPointer>& active,
                                        int terminating, const std::string& failure) {
  const auto set = registry_.store().get<ReplicaSet>(Kind::replica_set, serial);
  const ports::WallTime now = registry_.wall_now();
  const auto min_ready = std::chrono::seconds(set->min_ready_s);
  ReplicaSet::Status status;
  status.replicas = static_cast<int>(active.size());
  status.terminating = terminating;
  status.observed_generation = set->generation;
  ports::Duration next_available = ports::Duration::max();
  for (const PodPointer& pod : active) {
    if (!pod->ready) continue;
    ++status.ready;
    const ports::Duration left = pod->ready_changed + min_ready - now;
    if (min_ready.count() == 0 || left <= ports::Duration(0)) {
      ++status.available;
    } else {
      next_available = std::min(next_available, left);
    }
  }
  if (next_available != ports::Duration::max()) {
    queue_.add(registry_.now() + next_available, sync_set, serial);
  }
  if (!failure.empty()) {
    const auto& had = set->status.conditions;
    status.conditions.push_back(
        {.type = "ReplicaFailure",
         .status = "True",
         .reason = "FailedCreate",
         .message = had.empty() ? failure : had.front().message,
         .updated = {},
         .changed = had.empty() ? registry_.wall_second() : had.front().changed});
  }
  if (status == set->status) return;
  auto next = std::make_shared<ReplicaSet>(*set);
  next->status = std::move(status);
  registry_.store().put(std::move(next));
}

}  // namespace mocks::kubernetes
