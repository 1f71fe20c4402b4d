#include "scenarios/flaw.h"

#include "scenarios/window.h"

namespace scenarios {
namespace {

// What a resumed rotator says that finds a rotation which had been taken back.
bool says_it_is_back(const Report& report) {
  return report.rotation.message.find("is rolled_back") != std::string::npos;
}

bool refused(const Report& report) {
  return report.rotation.outcome == rotator::Ending::refused ||
         report.rotation.outcome == rotator::Ending::misconfigured;
}

}  // namespace

bool turned_back(const Report& report) {
  return report.rotation.outcome == rotator::Ending::rolled_back || says_it_is_back(report);
}

Flaw flaw_of(const Report& report, const AllowedEnds& allowed) {
  if (const auto lost = lost_to_rotation(report.logins); lost > 0)
    return {.failed = lost,
            .what = grouped(lost) + (lost == 1 ? " login was lost" : " logins were lost") +
                    " to the rotation"};
  for (const auto& invariant : report.invariants)
    if (invariant.verdict != Verdict::pass)
      return {.broken = invariant.invariant,
              .what = std::string(to_string(invariant.invariant)) + ": " + invariant.what};
  if (report.rotation.outcome == rotator::Ending::done && !says_it_is_back(report)) return {};
  if (allowed.turned_back && turned_back(report)) return {};
  if (allowed.refused && refused(report)) return {};
  return {.stuck = true,
          .what = "it ended " + to_string(report.rotation.outcome) + " in " +
                  report.rotation.phase + ": " + report.rotation.message};
}

}  // namespace scenarios
