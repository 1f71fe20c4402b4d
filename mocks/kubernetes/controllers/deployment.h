// DeploymentController: rolls Deployments by way of ReplicaSets.
//
// Imitates kubernetes/pkg/controller/deployment (sync.go, rolling.go, recreate.go, progress.go).
#pragma once

#include "mocks/kubernetes/controllers/controller.h"
#include "mocks/kubernetes/controllers/work_queue.h"

namespace mocks::kubernetes {

class DeploymentController final : public WorkloadController {
 public:
  // Follows the registry's store, which must outlive it.
  explicit DeploymentController(Registry& registry);
  Kind kind() const override { return Kind::deployment; }
  // A Deployment that was rolled out `since`: with its ReplicaSet, and pods that run.
  std::vector<PodId> seed(const WorkloadSeed& seed, ports::WallTime since,
                          Kubelet& kubelet) override;
  // Looks again at a Deployment when it, a ReplicaSet of it or the end of a pod of it says so.
  void on_change(const Change& change) override;
  // One DeploymentSync.
  void on_timer(std::uint32_t kind, std::uint64_t serial) override;

 private:
  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace mocks::kubernetes
