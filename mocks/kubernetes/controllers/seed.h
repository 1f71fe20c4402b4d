// Seeding: what is in the cluster as the world begins, put there without simulating how it came.
#pragma once

#include <string>
#include <vector>

#include "mocks/kubernetes/node/kubelet.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

void put_namespace(Registry& registry, const std::string& name);

// Deployment, ReplicaSet and pods as rolled out `age` ago, and a Service before them.
std::vector<PodId> seed_rolled_out(Registry& registry, Kubelet& kubelet,
                                   const SeedDeployment& seed);

}  // namespace mocks::kubernetes
