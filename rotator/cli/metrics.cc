#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "rotator/calls/times.h"
#include "rotator/cli/output.h"

namespace rotator {
namespace {

constexpr const char* success_metric = "rotator_last_success_timestamp_seconds";

using Labels = std::vector<prometheus::ClientMetric::Label>;

prometheus::MetricFamily family(std::string name, std::string help) {
  prometheus::MetricFamily made;
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = prometheus::MetricType::Gauge;
  return made;
}

void add(prometheus::MetricFamily& to, Labels labels, double value) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  to.metric.push_back(std::move(metric));
}

}  // namespace

std::string render_metrics(const Outcome& outcome, const std::string& client_id,
                           ports::WallTime now, double last_success) {
  const prometheus::ClientMetric::Label client{"client_id", client_id};
  std::vector<prometheus::MetricFamily> families;
  const double now_s = in_seconds(now.time_since_epoch());

  auto& run = families.emplace_back(
      family("rotator_last_run_timestamp_seconds", "When the last run of rotator ended."));
  add(run, {client}, now_s);
  auto& success =
      families.emplace_back(family(success_metric, "When the secret was last rotated; 0 = never."));
  const double before =
      std::max(last_success, in_seconds(outcome.rotated_before.time_since_epoch()));
  add(success, {client}, outcome.rotated ? now_s : before);
  auto& code = families.emplace_back(
      family("rotator_last_exit_code", "Exit code of the last run; 0 = done."));
  add(code, {client, {"outcome", to_string(outcome.ending)}}, outcome.exit_code);
  auto& took = families.emplace_back(
      family("rotator_last_run_duration_seconds", "How long the last run took."));
  add(took, {client}, in_seconds(outcome.took));
  auto& calls = families.emplace_back(
      family("rotator_last_run_api_calls", "Calls to other systems in the last run."));
  add(calls, {client}, static_cast<double>(outcome.api_calls));
  auto& restarts = families.emplace_back(
      family("rotator_last_run_restarts", "Restarts of the workload in the last rotation."));
  add(restarts, {client}, outcome.restarts);
  auto& phases = families.emplace_back(
      family("rotator_phase_duration_seconds", "How long each phase of the last run took."));
  std::map<std::string, double> by_phase;
  for (const auto& [phase, duration] : outcome.durations)
    by_phase[to_string(phase)] += in_seconds(duration);
  for (const auto& [phase, duration] : by_phase) add(phases, {client, {"phase", phase}}, duration);
  return prometheus::TextSerializer().Serialize(families);
}

std::string client_in(const std::string& metrics) {
  constexpr std::string_view label = "{client_id=\"";
  const auto at = metrics.find(label);
  const auto end = at == std::string::npos ? at : metrics.find('"', at + label.size());
  if (end == std::string::npos) return "unknown";
  return metrics.substr(at + label.size(), end - at - label.size());
}

double last_success_in(const std::string& metrics) {
  std::size_t at = 0;
  while (at < metrics.size()) {
    auto end = metrics.find('\n', at);
    if (end == std::string::npos) end = metrics.size();
    const auto line = metrics.substr(at, end - at);
    at = end + 1;
    const auto space = line.rfind(' ');
    if (!line.starts_with(success_metric) || space == std::string::npos) continue;
    const double value = std::strtod(line.c_str() + space, nullptr);
    return value > 0 ? value : 0;
  }
  return 0;
}

}  // namespace rotator
