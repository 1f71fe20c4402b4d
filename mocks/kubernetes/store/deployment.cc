#include "mocks/kubernetes/store/deployment.h"

#include <algorithm>
#include <utility>

namespace mocks::kubernetes {
namespace {

// Both resolved together: when surge and unavailable round to nothing, one pod may be missing, or
// no rollout could ever move (deploymentutil.ResolveFenceposts).
std::pair<int, int> fenceposts(const DeploymentSpec& spec) {
  const int surge = spec.max_surge.of(spec.replicas, true);
  const int unavailable = spec.max_unavailable.of(spec.replicas, false);
  return {surge, surge == 0 && unavailable == 0 ? 1 : unavailable};
}

}  // namespace

int Deployment::max_surge() const { return spec->recreate ? 0 : fenceposts(*spec).first; }

int Deployment::max_unavailable() const {
  if (spec->recreate || spec->replicas == 0) return 0;
  return std::min(fenceposts(*spec).second, spec->replicas);
}

std::shared_ptr<Workload> Deployment::resized(int replicas) const {
  auto next = std::make_shared<Deployment>(*this);
  auto changed = std::make_shared<DeploymentSpec>(*spec);
  changed->replicas = replicas;
  changed->rendered.clear();
  if (replicas != spec->replicas) ++next->generation;
  next->spec = std::move(changed);
  return next;
}

}  // namespace mocks::kubernetes
