#include <algorithm>

#include "rotator/rotation/gates.h"
#include "rotator/rotation/preflight/examination.h"

namespace rotator {
namespace {

// What keeps the workload from being restarted now; empty = nothing.
std::string illness(const Workload& workload, const std::string& container) {
  const auto& containers = workload.containers;
  if (!workload.held.empty())
    return "is " + std::string(workload.held) + "; " + std::string(workload.remedy);
  if (workload.replicas < 1) return "is scaled to 0";
  if (workload.progress_deadline_exceeded) return "has a failed rollout; mend it";
  if (!workload.rolled_out()) return "is in the middle of a rollout; wait for its end";
  if (workload.ready_replicas < workload.replicas)
    return "has " + std::to_string(workload.ready_replicas) + " of " +
           std::to_string(workload.replicas) + " replicas ready";
  if (std::find(containers.begin(), containers.end(), container) == containers.end())
    return "has no container " + container + "; set kubernetes.container";
  return "";
}

}  // namespace

void examine_workload(Examination& examination) {
  auto& fleet = examination.context.fleet;
  if (const auto read = fleet.read(); !read)
    return examination.error(Check::workload_healthy, read.error());
  const auto& workload = fleet.workload();
  examination.plan.workload = workload;
  const auto ill = illness(workload, examination.context.configuration.kubernetes.container);
  examination.find(
      Check::workload_healthy, ill.empty(),
      workload.title() + " " +
          (ill.empty() ? "is whole with " + std::to_string(workload.replicas) + " replicas" : ill));
  std::string pinned;
  for (const auto& [key, value] : workload.template_annotations)
    if (key.starts_with("vault.hashicorp.com/") && value.find("?version=") != std::string::npos)
      pinned = key;
  examination.find(Check::no_pinned_version, pinned.empty(),
                   pinned.empty() ? "no template pins a KV version"
                                  : "annotation " + pinned +
                                        " pins a KV version with ?version=; no pod would "
                                        "ever render the new secret");
}

void examine_pods(Examination& examination) {
  auto& plan = examination.plan;
  if (plan.workload.name.empty() || plan.old_fingerprint.empty()) return;
  const auto fleet = examination.context.fleet.inspect({.every_pod = true, .file_times = false});
  if (!fleet) return examination.error(Check::pods_on_current_secret, fleet.error());
  plan.pods = static_cast<int>(fleet->live.size());
  const auto judged = judge_every_pod_on(*fleet, plan.old_fingerprint);
  plan.findings.push_back(
      {.check = Check::pods_on_current_secret, .verdict = judged.verdict, .detail = judged.reason});
}

}  // namespace rotator
