#include "rotator/rotation/preflight/examination.h"

namespace rotator {

void examine_permissions(Examination& examination) {
  struct Permission {
    const char* verb;
    const char* group;
    const char* resource;
    const char* subresource;
    std::string name;
  };
  auto& context = examination.context;
  const auto& configuration = context.configuration;
  const auto& [kind, name] = configuration.kubernetes.workload;
  // What a run has not done by itself on the way here; it has the lease already.
  std::vector<Permission> needed = {{"patch", kind->group, kind->resource, "", name},
                                    {"watch", kind->group, kind->resource, "", name},
                                    {"watch", "", "pods", "", ""}};
  if (examination.depth == Depth::thorough) {
    const auto lease = configuration.lease_name();
    needed.push_back({"list", kind->group, kind->resource, "", name});
    // exec by WebSocket is a GET; from Kubernetes 1.35 on it needs create as well.
    needed.push_back({"get", "", "pods", "exec", ""});
    needed.push_back({"create", "", "pods", "exec", ""});
    needed.push_back({"get", "coordination.k8s.io", "leases", "", lease});
    needed.push_back({"update", "coordination.k8s.io", "leases", "", lease});
    // No name can restrict the creation of a lock that does not exist yet.
    needed.push_back({"create", "coordination.k8s.io", "leases", "", ""});
    if (configuration.notifications.kubernetes_events)
      needed.push_back({"create", "events.k8s.io", "events", "", ""});
  }
  std::string lacking;
  for (const auto& permission : needed) {
    const auto allowed =
        context.systems.cluster().allowed(permission.verb, permission.group, permission.resource,
                                          permission.subresource, permission.name);
    if (!allowed) return examination.error(Check::kubernetes_permissions, allowed.error());
    if (*allowed) continue;
    lacking += (lacking.empty() ? "" : ", ") + std::string(permission.verb) + " " +
               permission.resource + (*permission.subresource == '\0' ? "" : "/") +
               permission.subresource;
  }
  examination.find(Check::kubernetes_permissions, lacking.empty(),
                   lacking.empty()
                       ? "the service account holds every permission asked for"
                       : "the service account may not " + lacking + "; see deploy/rbac.yaml");
}

}  // namespace rotator
