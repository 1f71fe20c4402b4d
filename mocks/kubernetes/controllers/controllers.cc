#include <algorithm>

#include "mocks/kubernetes/controllers/controller.h"
#include "mocks/kubernetes/controllers/deployment.h"
#include "mocks/kubernetes/controllers/garbage_collector.h"
#include "mocks/kubernetes/controllers/replica_set.h"
#include "rotator/ports/check.h"

namespace mocks::kubernetes {

Controllers make_controllers(Registry& registry) {
  Controllers all;
  all.workloads.push_back(std::make_unique<DeploymentController>(registry));
  all.others.push_back(std::make_unique<ReplicaSetController>(registry));
  all.others.push_back(std::make_unique<GarbageCollector>(registry));
  return all;
}

WorkloadController& Controllers::of(Kind kind) const {
  const auto found = std::find_if(workloads.begin(), workloads.end(),
                                  [&](const auto& one) { return one->kind() == kind; });
  ports::check(found != workloads.end(), "a workload's kind has a controller");
  return **found;
}

}  // namespace mocks::kubernetes
