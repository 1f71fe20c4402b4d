// Reports for people.
#include <array>
#include <cstdio>

#include "rotator/calls/times.h"
#include "rotator/calls/utf8.h"
#include "scenarios/report.h"
#include "scenarios/terminal.h"

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

// Puts `text` behind `row`, so that it ends in that column; after a cell that was too long for its
// own, one space behind it.
void put(std::string& row, const std::string& text, std::size_t end) {
  const auto used = row.size() + text.size();
  row.append(used < end ? end - used : 1, ' ');
  row += text;
}

// Where the numbers of a row end.
constexpr std::size_t logins_end = 43;
constexpr std::size_t failed_end = 51;
constexpr std::size_t pod_gone_end = 61;

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
  if (!report.as_expected) return report.verdict == Verdict::unknown ? "unknown" : "deviates";
  return to_string(report.verdict) +
         std::string(report.verdict == Verdict::pass ? "" : ", expected");
}

// Why the logins failed, and what the scenario or its deviation says of it.
std::string remark(const Report& report) {
  auto text = causes_of(report.logins);
  const auto add = [&text](const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : ": ") + more;
  };
  if (report.as_expected)
    add(report.says);
  else if (!report.deviations.empty())
    add(report.deviations.front());
  return text;
}

// A line, and below it, indented, what does not fit on it.
std::string with_remark(std::string line, const std::string& remark) {
  constexpr std::size_t indent = 4;
  if (remark.empty()) return line;
  if (line.size() + 2 + remark.size() <= line_width) return line + "  " + remark;
  return line + "\n" + std::string(indent, ' ') + wrapped(remark, indent, indent);
}

// "name: text", wrapped.
std::string entry(const std::string& name, const std::string& text) {
  return name + ": " + wrapped(text, name.size() + 2, 4) + "\n";
}

}  // namespace

std::string header_row() {
  std::string row = "scenario";
  put(row, "logins", logins_end);
  put(row, "failed", failed_end);
  put(row, "pod gone", pod_gone_end);
  return row + "  verdict";
}

std::string text_row(const Report& report) {
  auto row = report.scenario + (report.policy.empty() ? "" : " " + report.policy);
  const auto number = [&](std::uint64_t count) { return report.ran ? grouped(count) : "-"; };
  put(row, number(report.logins.tried), logins_end);
  put(row, number(report.logins.blamed()), failed_end);
  put(row, number(report.logins.lost_with_pod()), pod_gone_end);
  row += "  " + verdict_text(report);
  const auto more = remark(report);
  if (!more.empty()) row += "\n    " + wrapped(more, 4, 4);
  return row;
}

std::string text_details(const Report& report) {
  std::string text = header_row() + "\n" + text_row(report) + "\n";
  if (!report.ran) return text;
  text += "\n" +
          entry("rotation", report.rotation.strategy + ", " + to_string(report.rotation.outcome) +
                                " in phase " + report.rotation.phase + " after " +
                                rotator::to_text(std::chrono::round<ports::Duration>(
                                    std::chrono::duration<double>(report.rotation.duration_s))) +
                                ", " + std::to_string(report.rotation.api_calls) + " API calls");
  if (!report.rotation.message.empty())
    text += "  " + wrapped(report.rotation.message, 2, 2) + "\n";
  if (report.rotation.exposure_s)
    text += entry("exposure", "the old secret was accepted for " +
                                  text_of("%.1f s", *report.rotation.exposure_s) +
                                  " beside the new one, " +
                                  text_of("%.1f s", report.rotation.unused_exposure_s.value_or(0)) +
                                  " of it after the last process that held it had ended");
  text += "\n" + padded("phase", 14) + right("from s", 9) + right("to s", 9) + right("logins", 9) +
          right("failed", 8) + right("pod gone", 9) + right("expected", 9) + "  cause\n";
  for (const auto& phase : report.phases)
    text +=
        with_remark(
            padded(phase.phase, 14) + right(text_of("%.1f", phase.from_s), 9) +
                right(text_of("%.1f", phase.to_s), 9) + right(grouped(phase.logins.tried), 9) +
                right(grouped(phase.logins.blamed()), 8) +
                right(grouped(phase.logins.lost_with_pod()), 9) +
                right(phase.logins.expected_failed ? text_of("%.1f", *phase.logins.expected_failed)
                                                   : "-",
                      9),
            causes_of(phase.logins)) +
        "\n";
  text += "\ninvariants:\n";
  for (const auto& invariant : report.invariants) {
    std::string line =
        "  " + padded(to_string(invariant.verdict), 8) + to_string(invariant.invariant);
    if (!invariant.what.empty())
      line += wrapped(" at " + text_of("%.1f s", invariant.at_s) + ": " + invariant.what,
                      line.size(), 10);
    text += line + "\n";
  }
  for (const auto& fault : report.faults) text += entry("fault", fault);
  for (const auto& fault : report.faults_never_fired) text += entry("fault never fired", fault);
  for (const auto& act : report.acts_never_happened) text += entry("act never happened", act);
  for (const auto& act : report.acts_failed) text += entry("act failed", act);
  for (const auto& happened : report.timeline)
    text += right(text_of("%.3f", happened.at_s), 12) + "  " + happened.what + "\n";
  for (const auto& deviation : report.deviations) text += entry("deviates", deviation);
  text += "replay: " + report.replay + "\n";  // one line, to be copied
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
