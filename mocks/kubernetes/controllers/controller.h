// Controllers: what acts behind the API. Each follows the store and acts a few milliseconds after a
// change that concerns it, as work queues and cached reads make the real ones do.
//
// A new kind of workload is a WorkloadController beside deployment.cc and its line in
// make_controllers().
#pragma once

#include <memory>
#include <vector>

#include "mocks/kubernetes/controllers/workload_seed.h"
#include "mocks/kubernetes/node/kubelet.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

class Controller : public Follower, public Timed {
 public:
  virtual ~Controller() = default;
};

// The controller of a kind of workload.
class WorkloadController : public Controller {
 public:
  // Of the workloads that it rolls.
  virtual Kind kind() const = 0;
  // Puts the workload that `seed` describes, what it owns and its ready pods into the store as they
  // stand after a rollout that ended at `since`, with no time passing; the kubelet adopts the pods.
  // Returns them in order of creation. The seed is within the bounds, and its namespace exists.
  virtual std::vector<PodId> seed(const WorkloadSeed& seed, ports::WallTime since,
                                  Kubelet& kubelet) = 0;
};

struct Controllers {
  std::vector<std::unique_ptr<WorkloadController>> workloads = {};
  std::vector<std::unique_ptr<Controller>> others = {};
  // Of a kind of workload, which must have one.
  WorkloadController& of(Kind kind) const;
};

// Every controller, following the registry's store from now on, in this order. The registry must
// outlive them.
Controllers make_controllers(Registry& registry);

}  // namespace mocks::kubernetes
