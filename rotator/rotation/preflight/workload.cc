#include <algorithm>

#include "rotator/calls/counted.h"
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
           counted(workload.replicas, "replica") + " ready";
  if (std::find(containers.begin(), containers.end(), container) == containers.end())
    return "has no container " + container + "; set kubernetes.container";
  return "";
}

// Assumed of every load balancer: it knows of a pod that has been ready for so long.
constexpr int known_after_s = 5;

// What so few pods may cost; empty = nothing that is known.
std::string risk_of(const Workload& workload, int serving) {
  if (serving == 1 && workload.min_ready_s < known_after_s)
    return ": when the last old pod goes, the load balancer may not know of the next one yet, and "
           "logins meanwhile are lost; with minReadySeconds: " +
           std::to_string(known_after_s) + " it does";
  if (2 * serving < workload.replicas)
    return ": logins are lost if so few cannot bear all of them; lower maxUnavailable";
  return {};
}

// What its own rollout does to logins, whatever the secret.
void examine_rollout(Examination& examination) {
  const auto& workload = examination.plan.workload;
  const int serving =
      workload.recreate ? 0 : std::max(0, workload.replicas - workload.max_unavailable);
  const auto how = workload.recreate
                       ? std::string("type Recreate")
                       : "maxSurge " + std::to_string(workload.max_surge) + ", maxUnavailable " +
                             std::to_string(workload.max_unavailable);
  const auto what = workload.title() + " keeps " + std::to_string(serving) + " of " +
                    counted(workload.replicas, "pod") + " while it restarts (" + how + ")";
  if (serving == 0) {
    if (examination.context.configuration.rotation.accept_downtime)
      return examination.warn(Check::rollout_serves,
                              what + ": logins fail meanwhile, as rotation.accept_downtime allows");
    return examination.fail(Check::rollout_serves,
                            what +
                                ": every login would fail meanwhile; let it replace its pods one "
                                "by one (maxSurge 1, maxUnavailable 0), or accept that with "
                                "rotation.accept_downtime: true");
  }
  if (const auto risk = risk_of(workload, serving); !risk.empty())
    return examination.warn(Check::rollout_serves, what + risk);
  examination.pass(Check::rollout_serves, what);
}

// Whether what will prove a process to be newer than its file can be had: asked of one pod for all.
void examine_file_times(Examination& examination, const FleetProof& fleet) {
  auto& context = examination.context;
  if (!context.configuration.gate_enabled(Gate::process_newer_than_file)) return;
  for (const auto& proof : fleet.live) {
    if (!proof.running || proof.content.empty()) continue;
    const auto written =
        file_time(context.systems.cluster(), context.configuration.kubernetes, proof.pod);
    if (!written && written.error().code == ports::ErrorCode::missing) continue;  // it has gone
    if (!written) return examination.error(Check::file_times, written.error());
    return examination.pass(Check::file_times, "the container tells when its file was written");
  }
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
          (ill.empty() ? "is whole with " + counted(workload.replicas, "replica") : ill));
  examine_rollout(examination);
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

// Their proof is in what the pods show after the first restart; what no restart would mend is known
// before.
void examine_fallback(Examination& examination) {
  if (!examination.strategy->needs_fallback) return;
  const auto& configuration = examination.context.configuration;
  const auto& field = configuration.vault.fallback_field;
  const auto& path = examination.context.systems.secret_path().full_path();
  if (!configuration.rotation.portal_tries_fallback)
    return examination.fail(Check::fallback,
                            "strategy " + std::string(examination.strategy->name) +
                                " counts on a portal that tries a second secret where the first "
                                "one is refused; once it does, set "
                                "rotation.portal_tries_fallback: true");
  if (examination.second_value)
    return examination.fail(Check::fallback, path + " holds a value in " + field +
                                                 " already; find out whose it is, then remove that "
                                                 "field");
  bool templates = false;
  bool shown = false;
  for (const auto& [key, value] : examination.plan.workload.template_annotations) {
    if (!key.starts_with("vault.hashicorp.com/agent-inject-template-")) continue;
    templates = true;
    shown = shown || value.find(field) != std::string::npos;
  }
  examination.find(Check::fallback, shown || !templates,
                   shown        ? "a template of the pods renders " + field
                   : !templates ? "whether the pods render " + field + " shows after the restart"
                                : "no template of the pods renders " + field + "; add it, as " +
                                      configuration.kubernetes.fallback_key +
                                      "=..., or set vault.fallback_field");
}

void examine_pods(Examination& examination) {
  auto& plan = examination.plan;
  if (plan.workload.name.empty() || plan.old_fingerprint.empty()) return;
  const auto fleet = examination.context.fleet.inspect({.every_pod = true, .file_times = false});
  if (!fleet) return examination.error(Check::pods_on_current_secret, fleet.error());
  plan.pods = static_cast<int>(fleet->live.size());
  for (const auto& pod : fleet->live)
    if (pod.ready_after) plan.pods_ready_after.push_back(*pod.ready_after);
  auto judged = judge_every_pod_on(*fleet, plan.old_fingerprint);
  const bool barred = std::any_of(fleet->live.begin(), fleet->live.end(),
                                  [](const PodProof& proof) { return proof.barred; });
  if (judged.verdict == Judgement::pass)
    judged.reason =
        (plan.pods == 1 ? "the one pod shows" : "all " + std::to_string(plan.pods) + " pods show") +
        std::string(" what Vault holds");
  // What no second look mends is no matter of patience.
  if (barred && judged.verdict == Judgement::unknown) judged.verdict = Judgement::fail;
  plan.findings.push_back({.check = Check::pods_on_current_secret,
                           .verdict = judged.verdict,
                           .detail = std::move(judged.reason)});
  examine_file_times(examination, *fleet);
}

}  // namespace rotator
