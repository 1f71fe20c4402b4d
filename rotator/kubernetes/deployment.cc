// Deployments
// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/).
#include <algorithm>

#include "rotator/kubernetes/objects.h"
#include "rotator/kubernetes/workload_kinds.h"

namespace rotator {
namespace {

// Rounding and defaults of the Deployment controller: 25 % each; surge up, unavailable down; never
// both zero.
bool read_strategy(JsonView strategy, Workload& into) {
  into.recreate = strategy.member("type").says("Recreate");
  if (into.recreate) {
    into.max_unavailable = into.replicas;
    return true;
  }
  const auto rolling = strategy.member("rollingUpdate");
  const auto resolve = [&](JsonView value, bool round_up) {
    return value.is_null() ? percentage_of(25, into.replicas, round_up)
                           : resolve_quantity(value, into.replicas, round_up);
  };
  const auto up = resolve(rolling.member("maxSurge"), true);
  const auto down = resolve(rolling.member("maxUnavailable"), false);
  if (!up || !down) return false;
  into.max_surge = *up;
  into.max_unavailable = std::min(*down, into.replicas);
  if (*up == 0 && *down == 0) into.max_unavailable = 1;
  return true;
}

ports::Status read_deployment(JsonView object, Workload& into) {
  const auto spec = object.member("spec");
  into.replicas = count_member(spec, {"replicas"}, 1);
  if (!read_strategy(spec.member("strategy"), into))
    return ports::fail(lacks("Deployment", "a readable strategy.rollingUpdate"));
  if (flag_member(spec, {"paused"})) {
    into.held = "paused";
    into.remedy = "resume it";
  }
  const auto status = object.member("status");
  into.status_replicas = count_member(status, {"replicas"});
  into.updated_replicas = count_member(status, {"updatedReplicas"});
  into.ready_replicas = count_member(status, {"readyReplicas"});
  into.available_replicas = count_member(status, {"availableReplicas"});
  into.progress_deadline_exceeded =
      condition(object, "Progressing").member("reason").says("ProgressDeadlineExceeded");
  return {};
}

// kubectl's own rule (rollout_status.go).
bool deployment_rolled_out(const Workload& seen) {
  return seen.updated_replicas >= seen.replicas && seen.status_replicas <= seen.updated_replicas &&
         seen.available_replicas >= seen.updated_replicas;
}

}  // namespace

namespace workload_kinds {
const WorkloadKind deployment = {.kind = "Deployment",
                                 .key = "deployment",
                                 .group = "apps",
                                 .version = "v1",
                                 .resource = "deployments",
                                 .read = read_deployment,
                                 .rolled_out = deployment_rolled_out};
}  // namespace workload_kinds

}  // namespace rotator
