// DeploymentController: rolls Deployments by way of ReplicaSets.
//
// Imitates kubernetes/pkg/controller/deployment (sync.go, rolling.go, recreate.go, progress.go).
#pragma once

#include "mocks/kubernetes/controllers/controller.h"
#include "mocks/kubernetes/controllers/work_queue.h"

namespace mocks::kubernetes {

class DeploymentController final : public WorkloadController {
 public:
  explicit DeploymentController(Registry& registry);
  Kind kind() const override { return Kind::deployment; }
  std::vector<PodId> seed(const WorkloadSeed& seed, ports::WallTime since,
                          Kubelet& kubelet) override;
  void on_change(const Change& change) override;
  void on_timer(std::uint32_t kind, std::uint64_t serial) override;

 private:
  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace mocks::kubernetes
