// Store: every object, one counter of versions, and the history that watches and exact lists read.
// What etcd and the watch cache are to a real API server.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

// Bound: changes that a watch can go back; 410 beyond.
inline constexpr std::size_t max_history = 4096;

struct Change {
  enum class Type : std::uint8_t { added, modified, deleted };
  std::uint64_t resource_version = 0;
  Type type = Type::added;
  ObjectPointer object = {};  // as it is now; for deleted, as it was at the end
  ObjectPointer before = {};  // null for added
};

// Told of every change, at once and in order. May not change the store from inside the call.
class Follower {
 public:
  virtual void on_change(const Change& change) = 0;

 protected:
  ~Follower() = default;
};

class Store {
 public:
  using Objects = std::map<std::string, ObjectPointer, std::less<>>;  // by "namespace/name"

  Store(std::uint64_t first_resource_version, std::size_t history_limit)
      : version_(first_resource_version), oldest_(first_resource_version), limit_(history_limit) {}

  // Must outlive it. Followers are told in the order in which they came.
  void follow(Follower& follower) { followers_.push_back(&follower); }

  // Stores a new object or a new version; sets its resourceVersion. Returns what is stored now.
  ObjectPointer put(std::shared_ptr<Object> object);
  // Takes an object out; `last` is its final state.
  void remove(std::shared_ptr<Object> last);

  // The newest version; null when there is none.
  ObjectPointer find(Kind kind, std::string_view kubernetes_namespace, std::string_view name) const;
  ObjectPointer find(Kind kind, std::uint64_t serial) const;
  template <typename T>
  std::shared_ptr<const T> get(Kind kind, std::uint64_t serial) const {
    return std::static_pointer_cast<const T>(find(kind, serial));
  }
  const Objects& all(Kind kind) const { return objects_[static_cast<std::size_t>(kind)]; }
  // The objects of a kind as they were at `resource_version`, which history must reach.
  Objects at(Kind kind, std::uint64_t resource_version) const;

  // The newest resourceVersion given.
  std::uint64_t version() const { return version_; }
  // A watch from this version or later loses nothing.
  std::uint64_t oldest() const { return oldest_; }
  // Oldest first, max_history at most.
  const std::deque<Change>& history() const { return history_; }
  // Serials number the objects of a kind from 1, and are never used again.
  std::uint64_t next_serial(Kind kind) { return ++serials_[static_cast<std::size_t>(kind)]; }
  std::uint64_t last_serial(Kind kind) const { return serials_[static_cast<std::size_t>(kind)]; }
  // Forgets history, as etcd's compaction does.
  void compact();

 private:
  void record(Change change);

  std::uint64_t version_;
  std::uint64_t oldest_;
  std::size_t limit_;
  std::array<Objects, kinds> objects_ = {};
  std::array<std::uint64_t, kinds> serials_ = {};
  // The object of serial n at n - 1; null once it is gone, or if it never came.
  std::array<std::vector<ObjectPointer>, kinds> by_serial_ = {};
  std::deque<Change> history_;
  std::vector<Follower*> followers_;
};

// "namespace/name"; "/name" for what has no namespace.
std::string key_of(std::string_view kubernetes_namespace, std::string_view name);

}  // namespace mocks::kubernetes
