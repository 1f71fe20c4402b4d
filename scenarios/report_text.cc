// Reports for people.
#include <array>
#include <cstdio>

#include "rotator/calls/times.h"
#include "rotator/calls/utf8.h"
#include "scenarios/report.h"

namespace scenarios {
namespace {

std::string text_of(const char* format, double number) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, number);
  return buffer.data();
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// A cell of a table: what is too long for its column still ends with a space.
std::string cell(const std::string& text, std::size_t width) { return padded(text + " ", width); }

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string causes_of(const LoginCount& logins) {
  std::string all;
  for (const auto& [cause, count] : logins.by_cause)
    if (count > 0 && cause != mocks::users::Cause::pod_gone)
      all += (all.empty() ? "" : ", ") + std::string(to_string(cause));
  return all;
}

std::string verdict_text(const Report& report) {
  if (!report.as_expected)
    return "deviates: " +
           (report.deviations.empty() ? to_string(report.verdict) : report.deviations.front());
  if (!report.says.empty()) return report.says;
  return to_string(report.verdict);
}

}  // namespace

std::string header_row() {
  return padded("scenario", 36) + right("logins", 8) + right("failed", 9) + right("pod gone", 10) +
         "  " + padded("cause", 30) + "verdict";
}

std::string text_row(const Report& report) {
  const std::string name = report.scenario + (report.policy.empty() ? "" : " " + report.policy);
  return cell(name, 36) + right(grouped(report.logins.tried), 8) +
         right(grouped(report.logins.blamed()), 9) +
         right(grouped(report.logins.lost_with_pod()), 10) + "  " +
         cell(causes_of(report.logins), 30) + verdict_text(report);
}

std::string text_details(const Report& report) {
  std::string text = header_row() + "\n" + text_row(report) + "\n\n";
  text += "rotation: " + report.rotation.strategy + ", " + to_string(report.rotation.outcome) +
          " in phase " + report.rotation.phase + " after " +
          rotator::to_text(std::chrono::round<ports::Duration>(
              std::chrono::duration<double>(report.rotation.duration_s))) +
          ", " + std::to_string(report.rotation.api_calls) + " API calls\n";
  if (!report.rotation.message.empty()) text += "  " + report.rotation.message + "\n";
  text += "\n" + padded("phase", 16) + right("from s", 10) + right("to s", 10) +
          right("logins", 10) + right("failed", 9) + right("pod gone", 10) + right("expected", 10) +
          "  cause\n";
  for (const auto& phase : report.phases)
    text +=
        padded(phase.phase, 16) + right(text_of("%.1f", phase.from_s), 10) +
        right(text_of("%.1f", phase.to_s), 10) + right(grouped(phase.logins.tried), 10) +
        right(grouped(phase.logins.blamed()), 9) +
        right(grouped(phase.logins.lost_with_pod()), 10) +
        right(phase.logins.expected_failed ? text_of("%.1f", *phase.logins.expected_failed) : "-",
              10) +
        "  " + causes_of(phase.logins) + "\n";
  text += "\ninvariants:\n";
  for (const auto& invariant : report.invariants) {
    text += "  " + padded(to_string(invariant.verdict), 8) + to_string(invariant.invariant);
    if (!invariant.what.empty())
      text += " at " + text_of("%.1f s", invariant.at_s) + ": " + invariant.what;
    text += "\n";
  }
  for (const auto& fault : report.faults) text += "fault: " + fault + "\n";
  for (const auto& fault : report.faults_never_fired) text += "fault never fired: " + fault + "\n";
  for (const auto& act : report.acts_never_happened) text += "act never happened: " + act + "\n";
  for (const auto& act : report.acts_failed) text += "act failed: " + act + "\n";
  for (const auto& entry : report.timeline)
    text += right(text_of("%.3f", entry.at_s), 12) + "  " + entry.what + "\n";
  for (const auto& deviation : report.deviations) text += "deviates: " + deviation + "\n";
  text += "replay: " + report.replay + "\n";
  return text;
}

std::string text_rows(const std::vector<Report>& runs) {
  std::string text = header_row() + "\n";
  for (const auto& run : runs) text += text_row(run) + "\n";
  return rotator::printable(text);
}

std::string text_documents(const std::vector<Report>& runs) {
  std::string text;
  for (const auto& run : runs) text += text_details(run) + "\n";
  return rotator::printable(text);
}

}  // namespace scenarios
