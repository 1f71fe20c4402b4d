// One sync of one Deployment: the Deployment controller's decision, made on what it reads now.
// Written method by method as the real one
// (https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/deployment): a rollout's
// order of events, and where it sticks, are what a rotation depends on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mocks/kubernetes/store/deployment.h"
#include "mocks/kubernetes/store/registry.h"
#include "mocks/kubernetes/store/replica_set.h"

namespace mocks::kubernetes {

class DeploymentSync {
 public:
  // `deployment` is the newest version.
  DeploymentSync(Registry& registry, std::shared_ptr<const Deployment> deployment);

  // Creates, scales and deletes ReplicaSets and writes the status; each write that changes nothing
  // is left out. To be run once.
  void run();

  // When to look again although nothing changes: the progress deadline.
  std::optional<ports::WallTime> look_again() const { return look_again_; }

 private:
  using SetPointer = std::shared_ptr<const ReplicaSet>;

  // kubernetes/pkg/controller/deployment/sync.go, rolling.go, recreate.go
  // Marks the Progressing condition when pausing or resuming; true when it wrote so.
  bool mark_paused();
  // Whether somebody changed the wanted number since its ReplicaSets were sized.
  bool scaling_event() const;
  void sync_scale();
  void roll();
  void recreate();
  // True when it was created just now.
  bool take_new_set(bool create);
  void create_new_set(std::int64_t revision);
  void adopt_new_set(std::int64_t revision);
  // Within maxSurge, and within maxUnavailable; true when they changed something.
  bool grow_new();
  bool shrink_old();
  // Pods that were never available go first; `confused` when the counts do not add up.
  int shrink_unhealthy(int limit, bool& confused);
  int shrink_healthy();
  bool old_pods_left() const;
  void scale();
  void scale_proportionally();
  int proportion(const ReplicaSet& set, int to_add, int added) const;
  void resize(SetPointer& set, int replicas, bool annotations_too);
  // Deletes what is older than revisionHistoryLimit.
  void clean_up();

  // progress.go
  DeploymentStatus calculate_status() const;
  void write_rollout_status();
  void write_status(DeploymentStatus status);
  void update_progress(DeploymentStatus& status) const;
  // Every wanted pod is of the new template and available, and no old one is left.
  bool complete(const DeploymentStatus& status) const;
  void set_condition(DeploymentStatus& status, std::string_view type, std::string_view value,
                     std::string_view reason, std::string_view message) const;
  bool has_deadline() const;

  std::vector<SetPointer*> all_sets();  // old ones, oldest first, then the new one
  int sum_of_replicas() const;
  int sum_available() const;
  int new_size() const;

  Registry& registry_;
  std::shared_ptr<const Deployment> deployment_;
  std::vector<SetPointer> old_;  // oldest first
  SetPointer new_;
  std::optional<ports::WallTime> look_again_;
};

}  // namespace mocks::kubernetes
