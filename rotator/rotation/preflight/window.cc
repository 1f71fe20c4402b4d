#include <algorithm>

#include "rotator/calls/times.h"
#include "rotator/rotation/acceptance_proof.h"
#include "rotator/rotation/preflight/examination.h"

namespace rotator {
namespace {

FleetFacts facts_of(const Context& context) {
  const auto& rotation = context.configuration.rotation;
  const auto& workload = context.fleet.workload();
  const auto promised = context.systems.capability().propagation;
  return {.replicas = workload.replicas,
          .recreate = workload.recreate,
          .max_surge = workload.max_surge,
          .max_unavailable = workload.max_unavailable,
          .pod_ready = rotation.pod_ready_estimate,
          .min_ready = std::chrono::seconds(workload.min_ready_s),
          .termination_grace = std::chrono::seconds(workload.termination_grace_s),
          .propagation = promised.value_or(ports::Duration(0)),
          .acceptance = std::max<ports::Duration>(
              AcceptanceProof::shortest({.probes = rotation.probes,
                                         .spacing = rotation.probe_spacing,
                                         .promised = promised}) -
                  promised.value_or(ports::Duration(0)),
              ports::Duration(0)),
          .vault_settle = rotation.vault_settle,
          .agent_render_interval = context.configuration.kubernetes.agent_render_interval,
          .longest_token_exchange = rotation.longest_token_exchange,
          .code_lifetime = rotation.code_lifetime,
          .refresh_in_flight = rotation.refresh_in_flight};
}

}  // namespace

void examine_window(Examination& examination) {
  auto& plan = examination.plan;
  if (plan.workload.name.empty()) return;
  const auto& rotation = examination.context.configuration.rotation;
  const auto facts = facts_of(examination.context);
  plan.safe_window = safe_window(facts);
  plan.window = rotation.window.value_or(plan.safe_window.total);
  if (!examination.strategy.needs_window) return;
  const bool enough = plan.window >= plan.safe_window.total;
  examination.find(Check::window, enough,
                   "the window of " + to_text(plan.window) +
                       (enough ? " covers" : " is shorter than") + " the safe minimum of " +
                       to_text(plan.safe_window.total) + ", dominated by " +
                       plan.safe_window.dominating +
                       (enough ? "" : "; lengthen rotation.window or leave it out"));
  const auto rollout = rollout_time(facts);
  const bool fits = rollout <= rotation.rollout_deadline;
  examination.find(Check::rollout_deadline, fits,
                   "a rollout of about " + to_text(rollout) +
                       (fits ? " fits into " : " does not fit into ") +
                       to_text(rotation.rollout_deadline));
}

}  // namespace rotator
