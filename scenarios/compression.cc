#include "scenarios/compression.h"

#include <algorithm>

#include "rotator/cli/yaml_section.h"

namespace scenarios {
namespace {

void shrink(ports::Duration& duration, int factor) { duration /= factor; }

void shrink(std::optional<ports::Duration>& duration, int factor) {
  if (duration) *duration /= factor;
}

void shrink(Range& range, int factor) {
  range.low /= factor;
  range.high /= factor;
}

void shrink(std::optional<Range>& range, int factor) {
  if (range) shrink(*range, factor);
}

void shrink_seconds(int& seconds, int factor) {
  if (seconds > 0) seconds = std::max(1, seconds / factor);
}

void shrink(std::vector<Step>& steps, int factor) {
  for (auto& step : steps) {
    shrink(step.plus, factor);
    auto& value = step.arguments["value"];
    if (step.verb != "wait" && step.verb != "rollout_status") continue;
    if (const auto duration = rotator::parse_duration(value))
      value = rotator::format_duration(*duration / factor);
  }
}

void shrink(ports::Instant& instant, int factor) {
  if (instant != ports::Instant::max())
    instant = ports::Instant(instant.time_since_epoch() / factor);
}

}  // namespace

Scenario compressed(const Scenario& scenario, int factor) {
  Scenario fast = scenario;
  fast.compression = factor;
  shrink(fast.identity_provider.create_lag, factor);
  shrink(fast.identity_provider.retire_lag, factor);
  shrink(fast.identity_provider.answer_time, factor);
  shrink(fast.vault.render_interval, factor);
  shrink(fast.fleet.pod_ready, factor);
  shrink(fast.fleet.termination, factor);
  fast.fleet.termination.low = std::max(fast.fleet.termination.low, shortest_termination);
  fast.fleet.termination.high = std::max(fast.fleet.termination.high, shortest_termination);
  shrink(fast.fleet.endpoint_lag, factor);
  shrink_seconds(fast.fleet.min_ready_s, factor);
  shrink_seconds(fast.fleet.termination_grace_s, factor);
  shrink_seconds(fast.fleet.progress_deadline_s, factor);
  fast.portal.logins_per_minute *= factor;
  shrink(fast.portal.think_time, factor);
  shrink(fast.portal.token_exchange, factor);
  shrink(fast.portal.session_max_age, factor);
  shrink(fast.driver.commands, factor);
  for (auto& [name, policy] : fast.policies) shrink(policy.commands, factor);
  shrink(fast.timeline, factor);
  for (auto& fault : fast.faults) {
    shrink(fault.from, factor);
    shrink(fault.to, factor);
    shrink(fault.delay, factor);
  }
  shrink(fast.lead, factor);
  shrink(fast.tail, factor);
  shrink(fast.at_most, factor);
  return fast;
}

rotator::Configuration compressed(const rotator::Configuration& configuration, int factor) {
  rotator::Configuration fast = configuration;
  shrink(fast.kubernetes.lease_duration, factor);
  shrink(fast.kubernetes.agent_render_interval, factor);
  auto& rotation = fast.rotation;
  for (auto* duration :
       {&rotation.soak, &rotation.quiet_period, &rotation.longest_token_exchange,
        &rotation.code_lifetime, &rotation.refresh_in_flight, &rotation.rollout_deadline,
        &rotation.pod_ready_estimate, &rotation.probe_spacing, &rotation.soak_check_every,
        &rotation.patience, &rotation.minimum_interval})
    shrink(*duration, factor);
  shrink(rotation.window, factor);
  if (rotation.failure_signal) shrink(rotation.failure_signal->every, factor);
  // The lock must outlast the pauses of a busy machine; see also the header.
  fast.kubernetes.lease_duration =
      std::max<ports::Duration>(fast.kubernetes.lease_duration, std::chrono::seconds(2));
  rotation.patience = std::max<ports::Duration>(rotation.patience, std::chrono::seconds(20));
  rotation.vault_settle =
      std::max<ports::Duration>(rotation.vault_settle / factor, std::chrono::milliseconds(1100));
  return fast;
}

void decompress(Report& report, int factor) {
  const auto stretch = [factor](double& seconds) { seconds *= factor; };
  stretch(report.rotation.duration_s);
  for (auto& phase : report.phases) {
    stretch(phase.from_s);
    stretch(phase.to_s);
  }
  for (auto& invariant : report.invariants) stretch(invariant.at_s);
  for (auto& entry : report.timeline) stretch(entry.at_s);
}

}  // namespace scenarios
