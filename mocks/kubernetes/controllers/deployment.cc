#include "mocks/kubernetes/controllers/deployment.h"

#include <algorithm>

#include "mocks/kubernetes/controllers/deployment_sync.h"
#include "mocks/kubernetes/store/replica_set.h"

namespace mocks::kubernetes {
DeploymentController::DeploymentController(Registry& registry)
    : registry_(registry), queue_(registry.scheduler(), *this) {
  registry.store().follow(*this);
}

void DeploymentController::on_change(const Change& change) {
  const Object& object = *change.object;
  std::uint64_t serial = 0;
  if (object.kind == Kind::deployment && change.type != Change::Type::deleted) {
    serial = object.identity->serial;
  } else if (object.kind == Kind::replica_set && object.identity->owner &&
             object.identity->owner->kind == Kind::deployment) {
    serial = object.identity->owner->serial;
  } else if (object.kind == Kind::pod && change.type == Change::Type::deleted &&
             object.identity->owner && object.identity->owner->kind == Kind::replica_set) {
    // Recreate waits for the last old pod to go.
    const auto set =
        registry_.store().get<ReplicaSet>(Kind::replica_set, object.identity->owner->serial);
    if (set != nullptr && set->identity->owner) serial = set->identity->owner->serial;
  }
  if (serial == 0) return;
  queue_.add(registry_.now() + registry_.options().workload_lag, 0, serial);
}

void DeploymentController::on_timer(std::uint32_t, std::uint64_t serial) {
  queue_.taken(serial);
  auto deployment = registry_.store().get<Deployment>(Kind::deployment, serial);
  if (deployment == nullptr) return;
  DeploymentSync one(registry_, std::move(deployment));
  one.run();
  if (const auto again = one.look_again()) {
    queue_.add(registry_.now() + std::max<ports::Duration>(*again - registry_.wall_now(),
                                                           std::chrono::seconds(1)),
               0, serial);
  }
}

}  // namespace mocks::kubernetes
