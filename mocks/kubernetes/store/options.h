// Options of the whole cluster: who may do what, how long each part takes, what it speaks. Fixed
// when the cluster is made; every part reads them from the Registry.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "mocks/time_range.h"
#include "rotator/ports/clock.h"

namespace mocks::kubernetes {

// One RBAC rule (rbac.authorization.k8s.io/v1 PolicyRule); "*" matches all. A subresource is part
// of the resource, "pods/exec". No resource_names = every name.
struct Rule {
  std::vector<std::string> verbs = {};
  std::vector<std::string> groups = {""};
  std::vector<std::string> resources = {};
  std::vector<std::string> resource_names = {};
};

// Somebody who can log in with a bearer token.
struct User {
  std::string name = {};   // "admin" or "system:serviceaccount:NAMESPACE:NAME"
  std::string token = {};  // empty: only by TokenRequest
  std::vector<std::string> groups = {};
  std::string kubernetes_namespace = {};  // rules hold in this namespace; empty = everywhere
  std::vector<Rule> rules = {};
};

struct ApiServerOptions {
  std::vector<User> users = {};
  bool anonymous = true;  // false: no token is 401, as with --anonymous-auth=false
  std::vector<std::string> namespaces = {"default", "kube-system"};
  std::uint64_t first_resource_version = 1000;

  // How long each part takes to act on a change: the controller of the workload, that of its
  // ReplicaSets, the kubelet, the Service.
  ports::Duration workload_lag = std::chrono::milliseconds(5);
  ports::Duration replica_set_lag = std::chrono::milliseconds(5);
  TimeRange pod_start = {.low = std::chrono::milliseconds(50),
                         .high = std::chrono::milliseconds(200)};
  TimeRange endpoint_lag = {.low = std::chrono::milliseconds(100), .high = std::chrono::seconds(1)};

  // From start_app until the readiness probe succeeds; from SIGTERM until the process has ended
  // (cut at the pod's grace period).
  TimeRange pod_ready = {.low = std::chrono::seconds(5), .high = std::chrono::seconds(15)};
  TimeRange pod_termination = {.low = std::chrono::seconds(1), .high = std::chrono::seconds(10)};

  // What exec accepts, best first. Kubernetes before 1.30 speaks "v4.channel.k8s.io" only.
  std::vector<std::string> exec_protocols = {"v5.channel.k8s.io"};

  // Pod conditions and exec errors as a simulated node (kwok) writes them, not as a kubelet does.
  bool simulated_node = false;
};

}  // namespace mocks::kubernetes
