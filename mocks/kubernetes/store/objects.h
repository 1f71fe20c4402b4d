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

#include "mocks/kubernetes/node/pod_runtime.h"
#include "mocks/kubernetes/store/selectors.h"
#include "rotator/ports/clock.h"

namespace mocks::kubernetes {

enum class Kind : std::uint8_t {
  deployment,
  replica_set,
  pod,
  lease,
  event,
  service,
  endpoints,
  endpoint_slice,
  kubernetes_namespace,
  config_map,
  service_account,
  resource_quota,
  disruption_budget,
};
inline constexpr std::size_t kinds = 13;

// What the API calls a kind.
struct KindInfo {
  Kind kind = Kind::pod;
  std::string_view group = {};    // "" is the core group
  std::string_view version = {};  // "v1"
  std::string_view plural = {};   // "deployments"
  std::string_view name = {};     // "Deployment"
  bool namespaced = true;
  bool generation = false;  // metadata.generation counts changes of its spec
};
const KindInfo& info(Kind kind);
// By group and plural; events answer to "" and to "events.k8s.io". Null when not kept.
const KindInfo* find_kind(std::string_view group, std::string_view plural);
// "apps/v1" or "v1".
std::string api_version(const KindInfo& info);

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
  Kind kind = Kind::deployment;
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

struct DeploymentSpec {
  int replicas = 1;
  LabelSelector selector = {};
  std::shared_ptr<const PodTemplate> pod_template = {};
  bool recreate = false;
  Quantity max_surge = {.value = 25, .percent = true};
  Quantity max_unavailable = {.value = 25, .percent = true};
  int min_ready_s = 0;
  int revision_history_limit = 10;
  int progress_deadline_s = 600;
  bool paused = false;
  // Its JSON, made by the first reader and shared by all versions with this spec.
  mutable std::string rendered = {};
};
inline constexpr int no_deadline = 2147483647;  // progressDeadlineSeconds that disables it

struct Condition {
  std::string_view type = {};    // literals
  std::string_view status = {};  // "True" "False" "Unknown"
  std::string_view reason = {};
  std::string message = {};
  ports::WallTime updated = {};
  ports::WallTime changed = {};
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct DeploymentStatus {
  std::int64_t observed_generation = 0;
  int replicas = 0, updated = 0, ready = 0, available = 0, unavailable = 0;
  std::optional<int> terminating = {};
  std::vector<Condition> conditions = {};
  friend bool operator==(const DeploymentStatus&, const DeploymentStatus&) = default;
};

struct Deployment final : Object {
  Deployment() : Object(Kind::deployment) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<Deployment>(*this); }
  std::shared_ptr<const DeploymentSpec> spec = {};
  DeploymentStatus status = {};
  int max_surge() const;        // resolved; 0 for Recreate
  int max_unavailable() const;  // resolved; 0 for Recreate
};

struct ReplicaSet final : Object {
  ReplicaSet() : Object(Kind::replica_set) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<ReplicaSet>(*this); }
  int replicas = 0;
  int min_ready_s = 0;
  std::shared_ptr<const PodTemplate> pod_template = {};
  std::shared_ptr<const LabelSelector> selector = {};  // the Deployment's, without the hash
  // Annotations of the Deployment controller.
  std::int64_t revision = 0;
  int desired_replicas = 0;
  int max_replicas = 0;
  struct Status {
    int replicas = 0, ready = 0, available = 0, terminating = 0;
    std::int64_t observed_generation = 0;
    std::vector<Condition> conditions = {};
    friend bool operator==(const Status&, const Status&) = default;
  } status = {};
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
