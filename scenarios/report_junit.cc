// Reports for CI systems, as JUnit XML in the form that they have agreed on
// (https://github.com/testmoapp/junitxml).
#include <array>
#include <chrono>
#include <cstdio>

#include "scenarios/report.h"

namespace scenarios {
namespace {

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

// As the form has it: UTC, without a zone.
std::string iso(ports::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::string seconds(double number) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.3f", number);
  return buffer.data();
}

}  // namespace

std::string junit_document(const std::vector<Report>& runs) {
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::string cases;
  double time = 0;
  ports::WallTime begun = {};
  for (const auto& run : runs) {
    const bool broken = !run.as_expected && run.verdict == Verdict::unknown;
    if (broken) ++errors;
    if (!run.as_expected && !broken) ++failures;
    cases += "    <testcase classname=\"" + std::string(to_string(run.wire)) + "\" name=\"" +
             xml(run.scenario + (run.policy.empty() ? "" : " " + run.policy)) + "\" time=\"" +
             seconds(run.real_s) + "\">\n";
    if (run.ran)
      cases += "      <properties><property name=\"seed\" value=\"" + std::to_string(run.seed) +
               "\"/></properties>\n";
    time += run.real_s;
    if (run.started != ports::WallTime() && (begun == ports::WallTime() || run.started < begun))
      begun = run.started;
    if (!run.as_expected) {
      std::string why;
      for (const auto& deviation : run.deviations) why += deviation + "\n";
      const std::string kind = broken ? "error" : "failure";
      cases += "      <" + kind + " message=\"" +
               xml(run.deviations.empty() ? "deviates" : run.deviations.front()) + "\">" +
               xml(run.ran ? why + text_row(run) + "\nreplay: " + run.replay : why) + "</" + kind +
               ">\n";
    }
    cases += "    </testcase>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"rehearse\" "
         "tests=\"" +
         std::to_string(runs.size()) + "\" failures=\"" + std::to_string(failures) +
         "\" errors=\"" + std::to_string(errors) + "\" time=\"" + seconds(time) + "\"" +
         (begun == ports::WallTime() ? "" : " timestamp=\"" + iso(begun) + "\"") + ">\n" + cases +
         "  </testsuite>\n</testsuites>\n";
}

}  // namespace scenarios
