#include "mocks/kubernetes/controllers/garbage_collector.h"

#include <utility>

namespace mocks::kubernetes {

GarbageCollector::GarbageCollector(Registry& registry) : registry_(registry) {
  registry.store().follow(*this);
}

void GarbageCollector::on_change(const Change& change) {
  const Object& object = *change.object;
  const bool deleted = change.type == Change::Type::deleted;
  if (!deleted && !object.deletion_time) return;
  const ports::Instant when = registry_.now() + registry_.options().replica_set_lag;
  const auto look_at = [&](Kind owner, std::uint64_t serial) {
    registry_.scheduler().at(when, *this, static_cast<std::uint32_t>(owner), serial);
  };
  if (info(object.kind).dependents) look_at(object.kind, object.identity->serial);
  const auto& owner = object.identity->owner;
  if (deleted && owner && info(owner->kind).dependents == object.kind) {
    look_at(owner->kind, owner->serial);
  }
}

void GarbageCollector::on_timer(std::uint32_t timer, std::uint64_t serial) {
  const auto kind = static_cast<Kind>(timer);
  Store& store = registry_.store();
  const ObjectPointer owner = store.find(kind, serial);
  if (owner != nullptr && !owner->deletion_time) return;
  bool any = false;
  const Store::Objects all = store.all(*info(kind).dependents);
  for (const auto& [key, object] : all) {
    if (!owned_by(*object, kind, serial)) continue;
    any = true;
    if (!object->deletion_time) let_go(*object, owner != nullptr);
  }
  if (!any && owner != nullptr) store.remove(owner->clone());
}

void GarbageCollector::let_go(const Object& dependent, bool owner_remains) {
  if (dependent.kind == Kind::pod) {
    const auto& pod = static_cast<const Pod&>(dependent);
    registry_.delete_pod(pod, pod.pod_template->grace_s);
    return;
  }
  std::shared_ptr<Object> next = dependent.clone();
  if (!owner_remains) {
    registry_.store().remove(std::move(next));
    return;
  }
  next->deletion_time = registry_.wall_second();
  next->finalizers = {std::string(foreground_finalizer)};
  registry_.store().put(std::move(next));
}

}  // namespace mocks::kubernetes
