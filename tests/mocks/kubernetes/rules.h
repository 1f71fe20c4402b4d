// What a rotator needs of the API, for worlds whose objects are not named as those of
// rotator/deploy/rbac.yaml.
#pragma once

#include <string>
#include <vector>

#include "mocks/kubernetes/store/options.h"

namespace testing {

// To restart one Deployment and hold one Lease.
inline std::vector<mocks::kubernetes::Rule> rotator_rules(const std::string& deployment,
                                                          const std::string& lease) {
  return {{.verbs = {"get", "patch", "list", "watch"},
           .groups = {"apps"},
           .resources = {"deployments"},
           .resource_names = {deployment}},
          {.verbs = {"list", "watch"}, .groups = {""}, .resources = {"pods"}},
          {.verbs = {"get", "create"}, .groups = {""}, .resources = {"pods/exec"}},
          {.verbs = {"get", "update"},
           .groups = {"coordination.k8s.io"},
           .resources = {"leases"},
           .resource_names = {lease}},
          // A name cannot limit POST: whoever creates by POST needs this.
          {.verbs = {"create"}, .groups = {"coordination.k8s.io"}, .resources = {"leases"}},
          {.verbs = {"create"}, .groups = {"events.k8s.io"}, .resources = {"events"}}};
}

}  // namespace testing
