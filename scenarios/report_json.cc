// Reports for programs; the members are described in report.schema.json.
#include <cmath>
#include <nlohmann/json.hpp>

#include "rotator/calls/times.h"
#include "scenarios/report.h"
#include "scenarios/sweep.h"

namespace scenarios {
namespace {

using Json = nlohmann::ordered_json;

// One decimal is what a person reads; the JSON keeps milliseconds.
double rounded(double seconds) { return std::round(seconds * 1000.0) / 1000.0; }

Json json_of(const LoginCount& logins) {
  Json by_cause = Json::object();
  for (const auto& [cause, count] : logins.by_cause) by_cause[to_string(cause)] = count;
  Json count = {{"tried", logins.tried}, {"failed", logins.failed}};
  if (logins.expected_failed) count["expected_failed"] = rounded(*logins.expected_failed);
  count["by_cause"] = by_cause;
  return count;
}

Json json_of(const Report& report) {
  Json run;
  run["scenario"] = report.scenario;
  run["wire"] = to_string(report.wire);
  run["seed"] = report.seed;
  if (!report.policy.empty()) run["policy"] = report.policy;
  run["verdict"] = to_string(report.verdict);
  run["expected"] = to_string(report.expected);
  run["as_expected"] = report.as_expected;
  run["deviations"] = report.deviations;
  run["rotation"] = {
      {"strategy", report.rotation.strategy},   {"outcome", to_string(report.rotation.outcome)},
      {"phase", report.rotation.phase},         {"duration_s", rounded(report.rotation.duration_s)},
      {"api_calls", report.rotation.api_calls}, {"restarts", report.rotation.restarts},
      {"message", report.rotation.message}};
  if (report.rotation.exposure_s)
    run["rotation"]["exposure_s"] = rounded(*report.rotation.exposure_s);
  if (report.rotation.unused_exposure_s)
    run["rotation"]["unused_exposure_s"] = rounded(*report.rotation.unused_exposure_s);
  run["logins"] = json_of(report.logins);
  run["phases"] = Json::array();
  for (const auto& phase : report.phases) {
    Json entry = {
        {"phase", phase.phase}, {"from_s", rounded(phase.from_s)}, {"to_s", rounded(phase.to_s)}};
    entry.update(json_of(phase.logins));
    run["phases"].push_back(entry);
  }
  run["invariants"] = Json::array();
  for (const auto& invariant : report.invariants) {
    Json entry = {{"name", to_string(invariant.invariant)},
                  {"verdict", to_string(invariant.verdict)}};
    if (invariant.verdict != Verdict::pass) entry["at_s"] = rounded(invariant.at_s);
    if (!invariant.what.empty()) entry["what"] = invariant.what;
    run["invariants"].push_back(entry);
  }
  run["faults"] = report.faults;
  run["faults_never_fired"] = report.faults_never_fired;
  run["acts_never_happened"] = report.acts_never_happened;
  run["acts_failed"] = report.acts_failed;
  if (!report.trace_hash.empty()) run["trace_hash"] = report.trace_hash;
  run["replay"] = report.replay;
  return run;
}

Json safe_window_json(const WindowAnswer& answer) {
  Json terms = Json::array();
  for (const auto& term : answer.computed.terms)
    terms.push_back({{"name", term.name},
                     {"value_s", rotator::in_seconds(term.duration)},
                     {"why", term.why},
                     {"source", term.source}});
  Json window = {{"value_s", nullptr}, {"terms", terms}, {"found_minimum_s", nullptr}};
  if (answer.lost.empty()) window["value_s"] = rotator::in_seconds(answer.computed.total);
  window["rotator_minimum_s"] = rotator::in_seconds(answer.rotators);
  if (answer.found_minimum) window["found_minimum_s"] = rotator::in_seconds(*answer.found_minimum);
  return window;
}

Json json_of(const SweepResult& result) {
  Json policies = Json::array();
  for (const auto& policy : result.policies) {
    Json points = Json::array();
    for (const auto& point : policy.points) {
      Json by_cause = Json::object();
      for (const auto& [cause, count] : point.by_cause) by_cause[to_string(cause)] = count;
      Json entry = {
          {"value_s", rotator::in_seconds(point.window)},
          {"runs", point.runs},
          {"runs_with_failures", point.runs_with_failures},
          {"runs_refused", point.runs_refused},
          {"runs_not_done", point.runs_not_done},
          {"runs_broken", point.runs_broken},
          {"tried", point.tried},
          {"failed", point.failed},
          {"failed_per_run", {{"mean", point.mean}, {"low", point.low}, {"high", point.high}}},
          {"by_cause", by_cause}};
      if (point.expected) entry["expected_per_run"] = *point.expected;
      points.push_back(std::move(entry));
    }
    policies.push_back({{"policy", policy.policy}, {"points", points}});
  }
  Json document = {{"schema", 1},
                   {"scenario", result.scenario},
                   {"parameter", "window"},
                   {"policies", policies}};
  if (result.safe_window) document["safe_window"] = safe_window_json(*result.safe_window);
  return document;
}

Json json_of(const std::vector<Report>& runs) {
  Verdict all = Verdict::pass;
  Json list = Json::array();
  for (const auto& run : runs) {
    all = worst(all, run.verdict);
    list.push_back(json_of(run));
  }
  return {{"schema", 1}, {"verdict", to_string(all)}, {"runs", list}};
}

std::string text_of(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string json_document(const std::vector<Report>& runs) { return text_of(json_of(runs)); }

std::string sweep_json(const SweepResult& result) { return text_of(json_of(result)); }

std::string main_document(const std::vector<Report>& runs, const SweepResult& windows) {
  auto document = json_of(runs);
  document["windows"] = json_of(windows);
  if (document["windows"].contains("safe_window")) {
    document["safe_window"] = document["windows"]["safe_window"];
    document["windows"].erase("safe_window");
  }
  return text_of(document);
}

}  // namespace scenarios
