// The controllers behind the API: Deployment, ReplicaSet, garbage collector. Each follows the store
// and acts a few milliseconds later, as work queues and cached reads make the real ones do.
//
// Imitates kubernetes/pkg/controller/deployment (sync.go, rolling.go, recreate.go, progress.go) and
// kubernetes/pkg/controller/replicaset.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

// Bound: pods that one sync of a ReplicaSet creates or deletes (the real burst).
inline constexpr int burst_replicas = 500;

// Serial numbers waiting for their sync, each once.
class WorkQueue {
 public:
  WorkQueue(Scheduler& scheduler, Timed& target) : scheduler_(scheduler), target_(target) {}
  // Wakes the target with (kind, serial) at `when`, or earlier if that is already planned.
  void add(ports::Instant when, std::uint32_t kind, std::uint64_t serial);
  // To be called when a timer has fired.
  void taken(std::uint64_t serial) { waiting_.erase(serial); }

 private:
  struct Waiting {
    TimerId timer = 0;
    ports::Instant when = {};
  };
  Scheduler& scheduler_;
  Timed& target_;
  std::map<std::uint64_t, Waiting> waiting_;
};

class DeploymentController final : public Follower, public Timed {
 public:
  explicit DeploymentController(Registry& registry);
  void on_change(const Change& change) override;
  void on_timer(std::uint32_t kind, std::uint64_t serial) override;

 private:
  Registry& registry_;
  WorkQueue queue_;
};

class ReplicaSetController final : public Follower, public Timed {
 public:
  explicit ReplicaSetController(Registry& registry);
  void on_change(const Change& change) override;
  void on_timer(std::uint32_t kind, std::uint64_t serial) override;

 private:
  using PodPointer = std::shared_ptr<const Pod>;
  // True unless a quota forbade it; then `failure` says so.
  bool create_pod(const ReplicaSet& set, std::string& failure);
  std::string create_pods(const ReplicaSet& set, int wanted);
  void delete_pods(const ReplicaSet& set, std::vector<PodPointer> active, std::size_t count);
  void write_status(std::uint64_t serial, const std::vector<PodPointer>& active, int terminating,
                    const std::string& failure);

  Registry& registry_;
  WorkQueue queue_;
  std::map<std::uint64_t, int> failures_;  // in a row, by ReplicaSet
};

// Deletes what lost its owner (background), or an owner whose dependents have gone (foreground).
class GarbageCollector final : public Follower, public Timed {
 public:
  explicit GarbageCollector(Registry& registry);
  void on_change(const Change& change) override;
  void on_timer(std::uint32_t kind, std::uint64_t serial) override;

 private:
  void collect_deployment(std::uint64_t serial);
  void collect_replica_set(std::uint64_t serial);
  Registry& registry_;
};

inline constexpr std::string_view foreground_finalizer = "foregroundDeletion";

}  // namespace mocks::kubernetes
