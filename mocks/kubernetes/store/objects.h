// Objects: the typed state of everything the API server keeps. An object in the store is one
// version, immutable and shared by readers, watchers and history; a change makes a new version.
// Large parts (pod template, identity, maps) are shared between versions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/store/kinds.h"
#include "mocks/kubernetes/store/pod_id.h"
#include "mocks/kubernetes/store/selectors.h"
#include "rotator/ports/clock.h"

namespace mocks::kubernetes {

// Bounds.
inline constexpr int max_containers = 16;  // of a pod template
inline constexpr int max_replicas = 1000;  // of a workload; 422 beyond (ours)

// Of which generated names are made: no vowels, no 0, 1, 3 (k8s.io/apimachinery/pkg/util/rand).
inline constexpr std::string_view safe_letters = "bcdfghjklmnpqrstvwxz2456789";
// On an owner that waits for its dependents to go.
inline constexpr std::string_view foreground_finalizer = "foregroundDeletion";

// A map that versions share until one of them changes it.
class SharedStrings {
 public:
  SharedStrings() = default;
  explicit SharedStrings(Strings values);
  const Strings& get() const;
  void set(const std::string& key, std::string value);  // for this version only
  bool empty() const { return get().empty(); }
  // As a JSON object; made by the first reader and shared like the map.
  const std::string& rendered() const;
  friend bool operator==(const SharedStrings& a, const SharedStrings& b) {
    return a.shared_ == b.shared_ || a.get() == b.get();
  }

 private:
  struct Shared {
    Strings values = {};
    mutable std::string rendered = {};
  };
  const Shared& shared() const;
  std::shared_ptr<const Shared> shared_;
};

struct OwnerReference {
  Kind kind = Kind::pod;
  std::uint64_t serial = 0;
  std::string name = {};
  std::string uid = {};
};

// What never changes in an object's life.
struct Identity {
  std::uint64_t serial = 0;  // 1, 2, 3... within its kind
  std::string name = {};
  std::string generate_name = {};
  std::string kubernetes_namespace = {};
  std::string uid = {};
  ports::WallTime created = {};
  std::optional<OwnerReference> owner = {};  // the controller
};

struct Object {
  explicit Object(Kind object_kind) : kind(object_kind) {}
  virtual ~Object() = default;
  // A copy to change and store; its rendered text is not copied.
  virtual std::shared_ptr<Object> clone() const = 0;

  Kind kind;
  std::shared_ptr<const Identity> identity = {};
  std::uint64_t resource_version = 0;
  std::int64_t generation = 0;
  SharedStrings labels = {};
  SharedStrings annotations = {};
  std::vector<std::string> finalizers = {};
  std::optional<ports::WallTime> deletion_time = {};  // metadata.deletionTimestamp
  std::int64_t deletion_grace_s = 0;

  const std::string& name() const { return identity->name; }
  const std::string& kubernetes_namespace() const { return identity->kubernetes_namespace; }

  // Its JSON members but kind and apiVersion, made by the first reader: metadata, and behind it the
  // rest once somebody has read more than metadata.
  mutable std::string rendered = {};
  mutable std::size_t rendered_metadata = 0;  // how much of it is metadata

 protected:
  Object(const Object& other)
      : kind(other.kind),
        identity(other.identity),
        resource_version(other.resource_version),
        generation(other.generation),
        labels(other.labels),
        annotations(other.annotations),
        finalizers(other.finalizers),
        deletion_time(other.deletion_time),
        deletion_grace_s(other.deletion_grace_s) {}
  Object& operator=(const Object&) = delete;
};
using ObjectPointer = std::shared_ptr<const Object>;

// Whether that object of `kind` controls `object`.
inline bool owned_by(const Object& object, Kind kind, std::uint64_t serial) {
  const auto& owner = object.identity->owner;
  return owner && owner->serial == serial && owner->kind == kind;
}

// "25%" or 1, as maxSurge and maxUnavailable are written.
struct Quantity {
  int value = 0;
  bool percent = false;
  int of(int replicas, bool round_up) const;
  friend bool operator==(const Quantity&, const Quantity&) = default;
};

struct ContainerSpec {
  std::string name = {};
  std::string image = {};
};

// A pod template, and what its pods have in common.
struct PodTemplate {
  Strings labels = {};
  Strings annotations = {};
  std::string spec = {};  // JSON object, defaults filled in
  std::vector<ContainerSpec> containers = {};
  std::vector<ContainerSpec> init_containers = {};
  int grace_s = 30;
  std::string node = "node-0";
  std::string hash = {};          // pod-template-hash
  SharedStrings set_labels = {};  // with that: what its ReplicaSet and its pods carry
  // The spec of a pod made from it (JSON object), and where in it the five letters stand that
  // differ from pod to pod.
  std::string pod_spec = {};
  std::vector<std::size_t> suffix_at = {};
  friend bool same_template(const PodTemplate& a, const PodTemplate& b) {
    return &a == &b || (a.spec == b.spec && a.annotations == b.annotations && a.labels == b.labels);
  }
};
// Fills hash, set_labels, pod_spec and suffix_at from the rest.
void finish_template(PodTemplate& pod_template);

struct Condition {
  std::string_view type = {};    // literals
  std::string_view status = {};  // "True" "False" "Unknown"
  std::string_view reason = {};
  std::string message = {};
  ports::WallTime updated = {};
  ports::WallTime changed = {};
  friend bool operator==(const Condition&, const Condition&) = default;
};

// What runs pods and replaces them when its pod template changes: what every such kind has.
struct Workload : Object {
  using Object::Object;
  virtual int wanted() const = 0;   // spec.replicas
  virtual int present() const = 0;  // status.replicas
  virtual const LabelSelector& selector() const = 0;
  // The next version with another size, to be stored; its generation counts the change.
  virtual std::shared_ptr<Workload> resized(int replicas) const = 0;
};

struct ContainerState {
  enum class State { waiting, running, terminated } state = State::waiting;
  std::string_view waiting_reason = "ContainerCreating";
  ports::WallTime started = {};
  int restarts = 0;
  bool ready = false;
  // Of the run before, if any.
  int last_exit_code = 0;
  ports::WallTime last_started = {};
  ports::WallTime last_finished = {};
};

// 10.0.x.y, made of its id.
std::string pod_address(PodId pod);

struct Pod final : Object {
  Pod() : Object(Kind::pod) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<Pod>(*this); }
  PodId id = 0;
  std::int64_t revision = 0;
  std::shared_ptr<const PodTemplate> pod_template = {};
  bool simulated_node = false;
  // Status. Before the kubelet has seen the pod there is only a phase.
  std::string_view phase = "Pending";
  bool seen = false;
  bool initialized = false;
  bool ready = false;
  bool evicted = false;
  ports::WallTime started = {};
  ports::WallTime initialized_at = {};
  ports::WallTime ready_changed = {};
  ports::WallTime evicted_at = {};
  std::vector<ContainerState> containers = {};  // as in the template
};

// Lease, Service and the rest: their JSON as given, defaults filled in.
struct Document final : Object {
  explicit Document(Kind object_kind) : Object(object_kind) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<Document>(*this); }
  std::string members = {};  // JSON members beside metadata: "\"spec\":{...}"
  std::string holder = {};   // of a Lease
  Strings selector = {};     // of a Service, and of a PodDisruptionBudget (matchLabels)
  int limit = -1;            // a ResourceQuota's pods, a PodDisruptionBudget's minAvailable
};

// The endpoints of a Service, shown as Endpoints and as EndpointSlice.
struct EndpointList final : Object {
  explicit EndpointList(Kind object_kind) : Object(object_kind) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<EndpointList>(*this); }
  struct Entry {
    PodId pod = 0;
    std::shared_ptr<const Identity> identity = {};  // the pod's
    bool ready = false;
    bool terminating = false;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::vector<Entry> entries = {};
};

// An Event, readable as core/v1 and as events.k8s.io/v1.
struct Event final : Object {
  Event() : Object(Kind::event) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<Event>(*this); }
  struct Reference {
    std::string kind = {}, kubernetes_namespace = {}, name = {}, uid = {}, api_version = {},
                resource_version = {}, field_path = {};
  };
  Reference regarding = {};
  std::string reason = {}, message = {}, type = {}, action = {};
  std::string component = {};  // reportingController
  std::string instance = {};
  std::optional<ports::WallTime> event_time = {};
  std::optional<ports::WallTime> first = {}, last = {};
  int count = 0;
};

}  // namespace mocks::kubernetes
