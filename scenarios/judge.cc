#include "scenarios/run.h"

#include <set>

namespace scenarios {
namespace {

template <typename Enumeration>
std::string join(const std::set<Enumeration>& words) {
  std::string all;
  for (const auto word : words) all += (all.empty() ? "" : ", ") + std::string(to_string(word));
  return all.empty() ? "none" : all;
}

// A run in which something did not come about that the scenario is made of proves nothing by going
// well.
bool tested_less(const Report& report) {
  return report.logins.tried == 0 || report.logins_held_back > 0 || report.logins_unexplained > 0 ||
         !report.faults_never_fired.empty() || !report.acts_never_happened.empty() ||
         !report.acts_failed.empty();
}

// What happened: a pass is a rotation that came to its end without a failed login that it is blamed
// for and without a broken invariant. A refusal or a rollback leaves the old secret in place: safe,
// but no rotation, and so no pass.
Verdict verdict_of(const Report& report) {
  Verdict verdict = Verdict::pass;
  if (tested_less(report)) verdict = Verdict::unknown;
  for (const auto& invariant : report.invariants) verdict = worst(verdict, invariant.verdict);
  if (report.logins.blamed() > 0) verdict = worst(verdict, Verdict::fail);
  const auto outcome = report.rotation.outcome.value_or(rotator::Ending::unknown);
  if (outcome == rotator::Ending::unknown)
    verdict = worst(verdict, Verdict::unknown);
  else if (outcome != rotator::Ending::done)
    verdict = worst(verdict, Verdict::fail);
  return verdict;
}

// "1 login failed", "24,310 logins were".
std::string counted_logins(std::uint64_t count, const char* one, const char* more) {
  return grouped(count) +
         (count == 1 ? std::string(" login ") + one : std::string(" logins ") + more);
}

// What explains a verdict of unknown comes before it.
template <typename Deviates>
void say_what_was_not_tested(const Report& report, const Deviates& deviates) {
  for (const auto& fault : report.faults_never_fired) deviates("this fault never fired: " + fault);
  for (const auto& act : report.acts_never_happened) deviates("this act never happened: " + act);
  for (const auto& act : report.acts_failed) deviates("this act failed: " + act);
  if (report.logins_held_back > 0)
    deviates(counted_logins(report.logins_held_back, "was", "were") +
             " not begun, as too many were under way; lower logins_per_minute or "
             "--compression");
  if (report.logins_unexplained > 0)
    deviates(counted_logins(report.logins_unexplained, "was", "were") +
             " refused for no reason that is on record, so the causes are not exact");
  if (report.logins.tried == 0) deviates("it tested nothing: no login was tried");
}

}  // namespace

void judge(const Scenario& scenario, Report& report) {
  const auto& expect = scenario.expect;
  report.verdict = verdict_of(report);
  report.expected = expect.verdict;
  report.deviations.clear();
  const auto deviates = [&](std::string what) { report.deviations.push_back(std::move(what)); };
  say_what_was_not_tested(report, deviates);
  if (report.verdict != report.expected) {
    std::string why;
    for (const auto& invariant : report.invariants)
      if (invariant.verdict != Verdict::pass)
        why += std::string("; ") + to_string(invariant.invariant) + ": " + invariant.what;
    if (report.rotation.outcome != rotator::Ending::done)
      why += "; the rotation is " + to_string(report.rotation.outcome) + ": " +
             report.rotation.message;
    deviates(std::string("the verdict is ") + to_string(report.verdict) + " instead of " +
             to_string(expect.verdict) + why);
  }
  if (expect.outcome && report.rotation.outcome != expect.outcome)
    deviates("the rotation ended as " + to_string(report.rotation.outcome) + " instead of " +
             to_string(expect.outcome) + ": " + report.rotation.message);
  if (expect.failed_at_least && report.logins.blamed() < *expect.failed_at_least)
    deviates("only " + counted_logins(report.logins.blamed(), "failed", "failed") + ", at least " +
             grouped(*expect.failed_at_least) + " expected");
  if (expect.failed_at_most && report.logins.blamed() > *expect.failed_at_most)
    deviates(counted_logins(report.logins.blamed(), "failed", "failed") + ", at most " +
             grouped(*expect.failed_at_most) + " expected");
  std::set<mocks::users::Cause> causes;
  for (const auto& [cause, count] : report.logins.by_cause)
    if (count > 0 && (cause != mocks::users::Cause::pod_gone ||
                      (expect.causes && expect.causes->contains(cause))))
      causes.insert(cause);
  if (expect.causes && causes != *expect.causes)
    deviates("the causes are " + join(causes) + " instead of " + join(*expect.causes));
  std::set<Invariant> violated;
  for (const auto& invariant : report.invariants)
    if (invariant.verdict != Verdict::pass) violated.insert(invariant.invariant);
  if (violated != expect.violated)
    deviates("the violated invariants are " + join(violated) + " instead of " +
             join(expect.violated));
  report.as_expected = report.deviations.empty();
  report.says = report.as_expected ? expect.says : "";
}

}  // namespace scenarios
