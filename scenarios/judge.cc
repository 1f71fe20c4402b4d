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

// What happened: a pass is a rotation that came to its end without a failed login that it is blamed
// for and without a broken invariant. A refusal or a rollback leaves the old secret in place: safe,
// but no rotation, and so no pass.
Verdict verdict_of(const Report& report) {
  Verdict verdict = Verdict::pass;
  for (const auto& invariant : report.invariants) verdict = worst(verdict, invariant.verdict);
  if (report.logins.blamed() > 0) verdict = worst(verdict, Verdict::fail);
  const auto outcome = report.rotation.outcome.value_or(rotator::Ending::unknown);
  if (outcome == rotator::Ending::unknown)
    verdict = worst(verdict, Verdict::unknown);
  else if (outcome != rotator::Ending::done)
    verdict = worst(verdict, Verdict::fail);
  return verdict;
}

}  // namespace

void judge(const Scenario& scenario, Report& report) {
  const auto& expect = scenario.expect;
  report.verdict = verdict_of(report);
  report.expected = expect.verdict;
  report.deviations.clear();
  const auto deviates = [&](std::string what) { report.deviations.push_back(std::move(what)); };
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
    deviates("only " + grouped(report.logins.blamed()) + " logins failed, at least " +
             grouped(*expect.failed_at_least) + " were expected");
  if (expect.failed_at_most && report.logins.blamed() > *expect.failed_at_most)
    deviates(grouped(report.logins.blamed()) + " logins failed, at most " +
             grouped(*expect.failed_at_most) + " were expected");
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
  for (const auto& fault : report.faults_never_fired) deviates("this fault never fired: " + fault);
  report.as_expected = report.deviations.empty();
  report.says = report.as_expected ? expect.says : "";
}

}  // namespace scenarios
