// Kinds: every kind of object that the API server keeps, a row each. Routes, discovery, RBAC and
// owner references read what they say; a new kind is an enumerator here and its row in kinds.cc.
// How a kind is read and shown is its KindCodec's (codec/kind_codec.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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

// What a client may do to a kind's objects; all of them can be read and watched.
enum class Writes : std::uint8_t {
  all,     // create, replace, patch, delete
  patch,   // what controllers make: patch and delete
  remove,  // delete alone
};

// What the API calls a kind.
struct KindInfo {
  Kind kind = Kind::pod;
  std::string_view group = {};    // "" is the core group
  std::string_view version = {};  // "v1"
  std::string_view plural = {};   // "deployments"
  std::string_view name = {};     // "Deployment"
  bool namespaced = true;
  bool generation = false;           // metadata.generation counts changes of its spec
  std::string_view singular = {};    // "deployment"
  std::string_view short_name = {};  // "deploy"; empty for none
  Writes writes = Writes::all;
  bool in_all = false;  // `kubectl get all` shows it
  // AllowCreateOnUpdate and AllowUnconditionalUpdate of the real strategy of each resource.
  bool put_creates = false;
  bool put_needs_version = false;
  bool workload = false;  // its objects are Workloads; it has the subresources scale and status
  std::optional<Kind> dependents = {};  // what its controller makes and garbage collection deletes
};

// The row of a kind. Lives for ever, so that pointers to it may be kept.
const KindInfo& info(Kind kind);
// By group and plural; events answer to "" and to "events.k8s.io". Null when not kept.
const KindInfo* find_kind(std::string_view group, std::string_view plural);
// Every row, in the order of Kind; the second row of events is not among them.
std::span<const KindInfo> all_kinds();
// The row by which events.k8s.io shows the Events that core/v1 shows too.
const KindInfo& new_events();
// "apps/v1" or "v1".
std::string api_version(const KindInfo& info);

}  // namespace mocks::kubernetes
