#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "rotator/calls/times.h"
#include "rotator/rotation/acceptance_proof.h"
#include "rotator/rotation/preflight/examination.h"

namespace rotator {
namespace {

using ports::Duration;

// What nothing shows and nobody says.
constexpr Duration assumed_pod_ready = std::chrono::seconds(30);
// The API writes both ends of a pod's start in whole seconds.
constexpr Duration api_second = std::chrono::seconds(1);

// The slowest start that its pods show. One longer than a rollout may take is no start: a readiness
// that was lost and came back shows the time at which it came back.
Known pod_ready(const Context& context, const Plan& plan) {
  const auto& rotation = context.configuration.rotation;
  std::optional<Duration> slowest;
  int seen = 0;
  for (const auto& took : plan.pods_ready_after) {
    if (took > rotation.rollout_deadline || took < Duration(0)) continue;
    slowest = std::max(slowest.value_or(Duration(0)), took + api_second);
    ++seen;
  }
  const auto& configured = rotation.pod_ready_estimate;
  if (slowest && slowest >= configured.value_or(Duration(0)))
    return {.value = *slowest,
            .source = (seen == 1 ? std::string("the one pod's")
                                 : "the slowest of " + std::to_string(seen) + " pods'") +
                      " own conditions, creation to Ready"};
  if (configured) return {.value = *configured, .source = "rotation.pod_ready_estimate"};
  return {.value = assumed_pod_ready,
          .source = "assumed, as no pod shows it: set rotation.pod_ready_estimate"};
}

// How long a pod may hold an older value than it could have read, where it does not read Vault by
// itself, as it starts, with the injector's own configuration
// (https://developer.hashicorp.com/vault/docs/platform/k8s/injector/annotations).
Known stale_until(const Context& context, const Workload& workload) {
  const auto& annotations = workload.template_annotations;
  const auto said = [&](const char* name) -> std::string {
    const auto found = annotations.find(std::string("vault.hashicorp.com/") + name);
    return found == annotations.end() ? "" : found->second;
  };
  std::string why;
  if (said("agent-inject") != "true")
    why = "no vault.hashicorp.com/agent-inject on the pod template";
  else if (said("agent-pre-populate") == "false")
    why = "vault.hashicorp.com/agent-pre-populate is false";
  else if (!said("agent-configmap").empty())
    why = "vault.hashicorp.com/agent-configmap may say anything";
  if (why.empty()) return {};
  return {.value = context.configuration.kubernetes.agent_render_interval,
          .source = "kubernetes.agent_render_interval; " + why};
}

FleetFacts facts_of(const Context& context, const Plan& plan) {
  const auto& rotation = context.configuration.rotation;
  const auto& workload = context.fleet.workload();
  const auto promised = context.systems.capability().propagation;
  const auto told = promised.value_or(Duration(0));
  return {.replicas = workload.replicas,
          .recreate = workload.recreate,
          .max_surge = workload.max_surge,
          .max_unavailable = workload.max_unavailable,
          .pod_ready = pod_ready(context, plan),
          .min_ready = {.value = std::chrono::seconds(workload.min_ready_s),
                        .source = "minReadySeconds"},
          .termination = {.value = std::chrono::seconds(workload.termination_grace_s),
                          .source = "terminationGracePeriodSeconds"},
          .propagation = {.value = told, .source = "the vendor's word"},
          .acceptance = {.value = AcceptanceProof::shortest({.probes = rotation.probes,
                                                             .spacing = rotation.probe_spacing,
                                                             .promised = promised}) -
                                  told,
                         .source = "rotation.probes, rotation.probe_spacing"},
          .vault_settle = {.value = rotation.vault_settle, .source = "rotation.vault_settle"},
          .stale_until = stale_until(context, workload),
          .longest_token_exchange = {.value = rotation.longest_token_exchange,
                                     .source = "rotation.longest_token_exchange"},
          .refresh_in_flight = {.value = rotation.refresh_in_flight,
                                .source = "rotation.refresh_in_flight"}};
}

// Where the provider limits it, the old secret must outlive everything that may still go back to
// it.
void examine_life_of_old(Examination& examination) {
  const auto& plan = examination.plan;
  const auto& lives_on = plan.registration.old_lives_on;
  if (!lives_on) return;
  const auto needed = plan.window + plan.soak;
  const bool fits = needed <= *lives_on;
  examination.find(
      Check::old_lives_on, fits,
      "the provider lets a replaced secret live on for " + to_text(*lives_on) + ", and window (" +
          to_text(plan.window) + ") and soak (" + to_text(plan.soak) + ") need " + to_text(needed) +
          (fits ? "" : "; let it live on for " + to_text(needed) + " at least, or shorten them"));
}

std::string loss_text(const ExposureForecast& forecast) {
  const auto& chosen = forecast.chosen;
  const auto failed = forecast.failed(chosen);
  const auto logins = failed
                          ? "about " + std::to_string(std::llround(*failed)) + " logins"
                          : "about " + std::to_string(std::llround(100 * forecast.share(chosen))) +
                                " % of all logins until then";
  return "the leaked secret ends " + to_text(chosen.exposure) +
         " after the new one's creation at the latest, and every pod has moved after about " +
         to_text(forecast.moved) + ": " + logins + " fail, as many as come in " +
         to_text(chosen.lost);
}

// What it costs is said before it is paid.
void examine_exposure(Examination& examination) {
  const auto& emergency = examination.context.configuration.rotation.emergency;
  if (examination.strategy->due == nullptr || !emergency.max_exposure) return;
  auto& plan = examination.plan;
  plan.exposure = exposure_forecast(plan.facts, plan.window, emergency.logins_per_minute);
  if (plan.exposure->chosen.lost > Duration(0))
    return examination.warn(Check::exposure, loss_text(*plan.exposure));
  examination.pass(Check::exposure,
                   "every pod has moved after about " + to_text(plan.exposure->moved) +
                       ", and the leaked secret ends then, " + to_text(plan.window) +
                       " after the new one's creation at the latest");
}

}  // namespace

void examine_window(Examination& examination) {
  auto& plan = examination.plan;
  if (plan.workload.name.empty()) return;
  const auto& rotation = examination.context.configuration.rotation;
  plan.facts = facts_of(examination.context, plan);
  plan.safe_window = safe_window(plan.facts);
  plan.window = rotation.window.value_or(plan.safe_window.total);
  if (examination.strategy->due != nullptr)
    plan.window = rotation.emergency.max_exposure.value_or(Duration(0));
  examine_exposure(examination);
  if (!examination.strategy->needs_window) return;
  const bool enough = plan.window >= plan.safe_window.total;
  examination.find(Check::window, enough,
                   "the window of " + to_text(plan.window) +
                       (enough ? " covers" : " is shorter than") + " the safe minimum of " +
                       to_text(plan.safe_window.total) + ", dominated by " +
                       plan.safe_window.dominating +
                       (enough ? "" : "; lengthen rotation.window or leave it out"));
  const auto rollout = rollout_time(plan.facts);
  const bool fits = rollout <= rotation.rollout_deadline;
  examination.find(Check::rollout_deadline, fits,
                   "a rollout of about " + to_text(rollout) +
                       (fits ? " fits into " : " does not fit into ") +
                       to_text(rotation.rollout_deadline));
  examine_life_of_old(examination);
}

}  // namespace rotator
