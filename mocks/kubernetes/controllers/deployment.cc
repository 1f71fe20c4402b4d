#include <algorithm>

#include "mocks/kubernetes/controllers/controllers.h"
#include "mocks/kubernetes/controllers/deployment_sync.h"

namespace mocks::kubernetes {
namespace {

enum Timer : std::uint32_t { sync = 1, deployment_dependents = 2, set_dependents = 3 };

}  // namespace

DeploymentController::DeploymentController(Registry& registry)
    : registry_(registry), queue_(registry.scheduler(), *this) {
  registry.store().follow(*this);
}

void DeploymentController::on_change(const Change& change) {
  const Object& object = *change.object;
  std::uint64_t serial = 0;
  if (object.kind == Kind::deployment && change.type != Change::Type::deleted) {
    serial = object.identity->serial;
  } else if (object.kind == Kind::replica_set && object.identity->owner) {
    serial = object.identity->owner->serial;
  } else if (object.kind == Kind::pod && change.type == Change::Type::deleted &&
             object.identity->owner) {
    // Recreate waits for the last old pod to go.
    const auto set =
        registry_.store().get<ReplicaSet>(Kind::replica_set, object.identity->owner->serial);
    if (set != nullptr && set->identity->owner) serial = set->identity->owner->serial;
  }
  if (serial == 0) return;
  queue_.add(registry_.now() + registry_.options().deployment_lag, sync, serial);
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
               sync, serial);
  }
}

GarbageCollector::GarbageCollector(Registry& registry) : registry_(registry) {
  registry.store().follow(*this);
}

void GarbageCollector::on_change(const Change& change) {
  const Object& object = *change.object;
  const bool going = change.type == Change::Type::deleted || object.deletion_time.has_value();
  if (!going) return;
  const ports::Instant when = registry_.now() + registry_.options().replica_set_lag;
  Scheduler& scheduler = registry_.scheduler();
  if (object.kind == Kind::deployment) {
    scheduler.at(when, *this, deployment_dependents, object.identity->serial);
  } else if (object.kind == Kind::replica_set) {
    scheduler.at(when, *this, set_dependents, object.identity->serial);
    if (change.type == Change::Type::deleted && object.identity->owner) {
      scheduler.at(when, *this, deployment_dependents, object.identity->owner->serial);
    }
  } else if (object.kind == Kind::pod && change.type == Change::Type::deleted &&
             object.identity->owner) {
    scheduler.at(when, *this, set_dependents, object.identity->owner->serial);
  }
}

void GarbageCollector::on_timer(std::uint32_t kind, std::uint64_t serial) {
  if (kind == deployment_dependents) {
    collect_deployment(serial);
  } else {
    collect_replica_set(serial);
  }
}

void GarbageCollector::collect_deployment(std::uint64_t serial) {
  Store& store = registry_.store();
  const ObjectPointer owner = store.find(Kind::deployment, serial);
  if (owner != nullptr && !owner->deletion_time) return;
  bool any = false;
  const Store::Objects sets = store.all(Kind::replica_set);
  for (const auto& [key, set] : sets) {
    if (!set->identity->owner || set->identity->owner->serial != serial) continue;
    any = true;
    if (set->deletion_time) continue;
    auto next = std::make_shared<ReplicaSet>(static_cast<const ReplicaSet&>(*set));
    if (owner == nullptr) {
      store.remove(std::move(next));
      continue;
    }
    next->deletion_time = registry_.wall_second();
    next->finalizers = {std::string(foreground_finalizer)};
    store.put(std::move(next));
  }
  if (!any && owner != nullptr) store.remove(owner->clone());
}

void GarbageCollector::collect_replica_set(std::uint64_t serial) {
  Store& store = registry_.store();
  const ObjectPointer owner = store.find(Kind::replica_set, serial);
  if (owner != nullptr && !owner->deletion_time) return;
  bool any = false;
  const Store::Objects pods = store.all(Kind::pod);
  for (const auto& [key, object] : pods) {
    if (!object->identity->owner || object->identity->owner->serial != serial) continue;
    any = true;
    const auto& pod = static_cast<const Pod&>(*object);
    if (!pod.deletion_time) registry_.delete_pod(pod, pod.pod_template->grace_s);
  }
  if (!any && owner != nullptr) store.remove(owner->clone());
}

}  // namespace mocks::kubernetes
