// One sync of one Deployment: the Deployment controller's decision, made on what it reads now.
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
  DeploymentSync(Registry& registry, std::shared_ptr<const Deployment> deployment);

  void run();

  // When to look again although nothing changes: the progress deadline.
  std::optional<ports::WallTime> look_again() const { return look_again_; }

 private:
  using SetPointer = std::shared_ptr<const ReplicaSet>;

  // kubernetes/pkg/controller/deployment/sync.go, rolling.go, recreate.go
  // Marks the Progressing condition when pausing or resuming; true when it wrote so.
  bool mark_paused();
  bool scaling_event() const;
  void sync_scale();
  void roll();
  void recreate();
  // True when it was created just now.
  bool take_new_set(bool create);
  void create_new_set(std::int64_t revision);
  void adopt_new_set(std::int64_t revision);
  bool grow_new();
  bool shrink_old();
  int shrink_unhealthy(int limit, bool& confused);
  int shrink_healthy();
  bool old_pods_left() const;
  void scale();
  void scale_proportionally();
  int proportion(const ReplicaSet& set, int to_add, int added) const;
  void resize(SetPointer& set, int replicas, bool annotations_too);
  void clean_up();

  // progress.go
  DeploymentStatus calculate_status() const;
  void write_rollout_status();
  void write_status(DeploymentStatus status);
  void update_progress(DeploymentStatus& status) const;
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
