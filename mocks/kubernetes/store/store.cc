#include "mocks/kubernetes/store/store.h"

#include <algorithm>
#include <utility>

#include "rotator/ports/check.h"

namespace mocks::kubernetes {

std::string key_of(std::string_view kubernetes_namespace, std::string_view name) {
  std::string key;
  key.reserve(kubernetes_namespace.size() + 1 + name.size());
  key.append(kubernetes_namespace).append(1, '/').append(name);
  return key;
}

ObjectPointer Store::put(std::shared_ptr<Object> object) {
  const auto kind = static_cast<std::size_t>(object->kind);
  object->resource_version = ++version_;
  object->rendered.clear();
  ObjectPointer stored = std::move(object);
  auto& by_serial = by_serial_[kind];
  if (by_serial.size() < stored->identity->serial) by_serial.resize(stored->identity->serial);
  ObjectPointer& slot = by_serial[stored->identity->serial - 1];
  ObjectPointer before = std::exchange(slot, stored);
  objects_[kind].insert_or_assign(key_of(stored->kubernetes_namespace(), stored->name()), stored);
  const bool added = before == nullptr;
  record(Change{.resource_version = version_,
                .type = added ? Change::Type::added : Change::Type::modified,
                .object = stored,
                .before = std::move(before)});
  return stored;
}

void Store::remove(std::shared_ptr<Object> last) {
  const auto kind = static_cast<std::size_t>(last->kind);
  last->resource_version = ++version_;
  last->rendered.clear();
  objects_[kind].erase(key_of(last->kubernetes_namespace(), last->name()));
  const std::uint64_t serial = last->identity->serial;
  ports::check(find(last->kind, serial) != nullptr, "an object is removed once");
  ObjectPointer before = std::exchange(by_serial_[kind][serial - 1], nullptr);
  record(Change{.resource_version = version_,
                .type = Change::Type::deleted,
                .object = std::move(last),
                .before = std::move(before)});
}

ObjectPointer Store::find(Kind kind, std::string_view kubernetes_namespace,
                          std::string_view name) const {
  const Objects& objects = all(kind);
  const auto found = objects.find(key_of(kubernetes_namespace, name));
  return found == objects.end() ? nullptr : found->second;
}

ObjectPointer Store::find(Kind kind, std::uint64_t serial) const {
  const auto& objects = by_serial_[static_cast<std::size_t>(kind)];
  return serial == 0 || serial > objects.size() ? nullptr : objects[serial - 1];
}

Store::Objects Store::at(Kind kind, std::uint64_t resource_version) const {
  ports::check(resource_version >= oldest_, "history reaches the version asked for");
  Objects objects = all(kind);
  // Undo what came after, newest first.
  for (auto change = history_.rbegin(); change != history_.rend(); ++change) {
    if (change->resource_version <= resource_version) break;
    if (change->object->kind != kind) continue;
    std::string key = key_of(change->object->kubernetes_namespace(), change->object->name());
    if (change->before == nullptr) {
      objects.erase(key);
    } else {
      objects.insert_or_assign(std::move(key), change->before);
    }
  }
  return objects;
}

void Store::compact() {
  history_.clear();
  oldest_ = version_;
}

void Store::record(Change change) {
  history_.push_back(std::move(change));
  if (history_.size() > limit_) {
    oldest_ = history_.front().resource_version;
    history_.pop_front();
  }
  // A deque moves none of its elements, should a follower's timer lead to further changes.
  const Change& now = history_.back();
  for (Follower* follower : followers_) follower->on_change(now);
}

}  // namespace mocks::kubernetes
