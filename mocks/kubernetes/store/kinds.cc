#include "mocks/kubernetes/store/kinds.h"

#include <array>

namespace mocks::kubernetes {
namespace {

constexpr std::array<KindInfo, kinds> table = {{
    {.kind = Kind::deployment,
     .group = "apps",
     .version = "v1",
     .plural = "deployments",
     .name = "Deployment",
     .generation = true,
     .singular = "deployment",
     .short_name = "deploy",
     .in_all = true,
     .workload = true,
     .dependents = Kind::replica_set},
    {.kind = Kind::replica_set,
     .group = "apps",
     .version = "v1",
     .plural = "replicasets",
     .name = "ReplicaSet",
     .generation = true,
     .singular = "replicaset",
     .short_name = "rs",
     .writes = Writes::patch,
     .in_all = true,
     .dependents = Kind::pod},
    {.kind = Kind::pod,
     .version = "v1",
     .plural = "pods",
     .name = "Pod",
     .generation = true,
     .singular = "pod",
     .short_name = "po",
     .writes = Writes::patch,
     .in_all = true},
    {.kind = Kind::lease,
     .group = "coordination.k8s.io",
     .version = "v1",
     .plural = "leases",
     .name = "Lease",
     .singular = "lease",
     .put_creates = true,
     .put_needs_version = true},
    {.kind = Kind::event,
     .version = "v1",
     .plural = "events",
     .name = "Event",
     .singular = "event",
     .short_name = "ev",
     .put_creates = true},
    {.kind = Kind::service,
     .version = "v1",
     .plural = "services",
     .name = "Service",
     .singular = "service",
     .short_name = "svc",
     .in_all = true,
     .put_creates = true},
    {.kind = Kind::endpoints,
     .version = "v1",
     .plural = "endpoints",
     .name = "Endpoints",
     .singular = "endpoints",
     .short_name = "ep",
     .writes = Writes::remove},
    {.kind = Kind::endpoint_slice,
     .group = "discovery.k8s.io",
     .version = "v1",
     .plural = "endpointslices",
     .name = "EndpointSlice",
     .generation = true,
     .singular = "endpointslice",
     .writes = Writes::remove},
    {.kind = Kind::kubernetes_namespace,
     .version = "v1",
     .plural = "namespaces",
     .name = "Namespace",
     .namespaced = false,
     .singular = "namespace",
     .short_name = "ns"},
    {.kind = Kind::config_map,
     .version = "v1",
     .plural = "configmaps",
     .name = "ConfigMap",
     .singular = "configmap",
     .short_name = "cm"},
    {.kind = Kind::service_account,
     .version = "v1",
     .plural = "serviceaccounts",
     .name = "ServiceAccount",
     .singular = "serviceaccount",
     .short_name = "sa"},
    {.kind = Kind::resource_quota,
     .version = "v1",
     .plural = "resourcequotas",
     .name = "ResourceQuota",
     .singular = "resourcequota",
     .short_name = "quota"},
    {.kind = Kind::disruption_budget,
     .group = "policy",
     .version = "v1",
     .plural = "poddisruptionbudgets",
     .name = "PodDisruptionBudget",
     .generation = true,
     .singular = "poddisruptionbudget",
     .short_name = "pdb",
     .put_needs_version = true},
}};
constexpr KindInfo events_of_their_own_group = {.kind = Kind::event,
                                                .group = "events.k8s.io",
                                                .version = "v1",
                                                .plural = "events",
                                                .name = "Event",
                                                .singular = "event",
                                                .short_name = "ev",
                                                .put_creates = true};

}  // namespace

const KindInfo& info(Kind kind) { return table[static_cast<std::size_t>(kind)]; }

std::span<const KindInfo> all_kinds() { return table; }

const KindInfo& new_events() { return events_of_their_own_group; }

const KindInfo* find_kind(std::string_view group, std::string_view plural) {
  const KindInfo& events = events_of_their_own_group;
  if (group == events.group && plural == events.plural) return &events;
  for (const KindInfo& entry : table) {
    if (entry.group == group && entry.plural == plural) return &entry;
  }
  return nullptr;
}

std::string api_version(const KindInfo& info) {
  if (info.group.empty()) return std::string(info.version);
  return std::string(info.group).append("/").append(info.version);
}

}  // namespace mocks::kubernetes
