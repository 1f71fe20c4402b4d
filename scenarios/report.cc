#include "scenarios/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace scenarios {
namespace {

using Json = nlohmann::ordered_json;

// One decimal is what a person reads; the JSON keeps milliseconds.
double rounded(double seconds) { return std::round(seconds * 1000.0) / 1000.0; }

std::string text_of(const char* format, double number) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, number);
  return buffer.data();
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string causes_of(const LoginCount& logins) {
  std::string all;
  for (const auto& [cause, count] : logins.by_cause)
    if (count > 0) all += (all.empty() ? "" : ", ") + cause;
  return all;
}

std::string verdict_text(const Report& report) {
  if (!report.as_expected)
    return std::string(to_string(report.verdict)) + ", expected " + to_string(report.expected) +
           (report.deviations.empty() ? "" : ": " + report.deviations.front());
  if (!report.says.empty()) return report.says;
  return to_string(report.verdict);
}

Json json_of(const LoginCount& logins) {
  Json by_cause = Json::object();
  for (const auto& [cause, count] : logins.by_cause) by_cause[cause] = count;
  return {{"tried", logins.tried},
          {"failed", logins.failed},
          {"expected_failed", rounded(logins.expected_failed)},
          {"by_cause", by_cause}};
}

Json json_of(const Report& report) {
  Json run;
  run["scenario"] = report.scenario;
  run["wire"] = report.wire;
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
    Json entry = {{"name", invariant.name}, {"verdict", to_string(invariant.verdict)}};
    if (invariant.verdict != Verdict::pass) entry["at_s"] = rounded(invariant.at_s);
    if (!invariant.what.empty()) entry["what"] = invariant.what;
    run["invariants"].push_back(entry);
  }
  run["faults"] = report.faults;
  run["faults_never_fired"] = report.faults_never_fired;
  if (!report.trace_hash.empty()) run["trace_hash"] = report.trace_hash;
  run["replay"] = report.replay;
  return run;
}

std::string xml(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default:
        // XML 1.0 has no way to write other control characters.
        safe += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return safe;
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "pass";
    case Verdict::unknown: return "unknown";
    case Verdict::fail: return "fail";
  }
  return "unknown";
}

Verdict worst(Verdict a, Verdict b) { return std::max(a, b); }

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string header_row() {
  return padded("scenario", 36) + right("logins", 8) + right("failed", 9) + "  " +
         padded("cause", 30) + "verdict";
}

std::string text_row(const Report& report) {
  const std::string name = report.scenario + (report.policy.empty() ? "" : " " + report.policy);
  return padded(name, 36) + right(grouped(report.logins.tried), 8) +
         right(grouped(report.logins.failed), 9) + "  " + padded(causes_of(report.logins), 30) +
         verdict_text(report);
}

std::string to_string(const std::optional<rotator::Ending>& outcome) {
  return outcome ? rotator::to_string(*outcome) : "";
}

std::string text_details(const Report& report) {
  std::string text = header_row() + "\n" + text_row(report) + "\n\n";
  text += "rotation: " + report.rotation.strategy + ", " + to_string(report.rotation.outcome) +
          " in phase " + report.rotation.phase + " after " +
          text_of("%.1f s", report.rotation.duration_s) + ", " +
          std::to_string(report.rotation.api_calls) + " API calls\n";
  if (!report.rotation.message.empty()) text += "  " + report.rotation.message + "\n";
  text += "\n" + padded("phase", 16) + right("from s", 10) + right("to s", 10) +
          right("logins", 10) + right("failed", 9) + right("expected", 10) + "  cause\n";
  for (const auto& phase : report.phases)
    text += padded(phase.phase, 16) + right(text_of("%.1f", phase.from_s), 10) +
            right(text_of("%.1f", phase.to_s), 10) + right(grouped(phase.logins.tried), 10) +
            right(grouped(phase.logins.failed), 9) +
            right(text_of("%.1f", phase.logins.expected_failed), 10) + "  " +
            causes_of(phase.logins) + "\n";
  text += "\ninvariants:\n";
  for (const auto& invariant : report.invariants) {
    text += "  " + padded(to_string(invariant.verdict), 8) + invariant.name;
    if (!invariant.what.empty())
      text += " at " + text_of("%.1f s", invariant.at_s) + ": " + invariant.what;
    text += "\n";
  }
  for (const auto& fault : report.faults) text += "fault: " + fault + "\n";
  for (const auto& fault : report.faults_never_fired) text += "fault never fired: " + fault + "\n";
  for (const auto& entry : report.timeline)
    text += right(text_of("%.3f", entry.at_s), 12) + "  " + entry.what + "\n";
  for (const auto& deviation : report.deviations) text += "deviates: " + deviation + "\n";
  text += "replay: " + report.replay + "\n";
  return text;
}

std::string json_document(const std::vector<Report>& runs) {
  Verdict all = Verdict::pass;
  Json list = Json::array();
  for (const auto& run : runs) {
    all = worst(all, run.verdict);
    list.push_back(json_of(run));
  }
  const Json document = {{"schema", 1}, {"verdict", to_string(all)}, {"runs", list}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string junit_document(const std::vector<Report>& runs) {
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::string cases;
  for (const auto& run : runs) {
    const bool broken = !run.as_expected && run.verdict == Verdict::unknown;
    if (broken) ++errors;
    if (!run.as_expected && !broken) ++failures;
    cases += "    <testcase classname=\"" + xml(run.wire) + "\" name=\"" + xml(run.scenario) +
             " seed " + std::to_string(run.seed) + "\" time=\"" +
             text_of("%.3f", run.rotation.duration_s) + "\">\n";
    if (!run.as_expected) {
      std::string why;
      for (const auto& deviation : run.deviations) why += deviation + "\n";
      const std::string kind = broken ? "error" : "failure";
      cases += "      <" + kind + " message=\"" +
               xml(run.deviations.empty() ? "deviates" : run.deviations.front()) + "\">" +
               xml(why + text_row(run) + "\nreplay: " + run.replay) + "</" + kind + ">\n";
    }
    cases += "    </testcase>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"rehearse\" "
         "tests=\"" +
         std::to_string(runs.size()) + "\" failures=\"" + std::to_string(failures) +
         "\" errors=\"" + std::to_string(errors) + "\">\n" + cases +
         "  </testsuite>\n</testsuites>\n";
}

}  // namespace scenarios
