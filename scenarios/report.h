// Report: what one run came to, as one value. What is printed is a pure function of it, a file
// report_<form>.cc each; formats.h lists the forms. The JSON is a public interface:
// scenarios/report.schema.json, `"schema": 1`; members may be added, none changes its meaning.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mocks/users/cause.h"
#include "rotator/ports/clock.h"
#include "rotator/rotation/rotation.h"
#include "scenarios/invariant.h"

namespace scenarios {

// What happened, worst last: a check that broke is unknown, and unknown is never a pass.
enum class Verdict { pass, unknown, fail };
const char* to_string(Verdict verdict);
// Worst wins; fail is worse than unknown, which is worse than pass.
Verdict worst(Verdict a, Verdict b);

// Where a run was played: simulated, or over real HTTPS.
enum class Wire { sim, http };
inline constexpr Wire all_wires[] = {Wire::sim, Wire::http};
const char* to_string(Wire wire);

// Logins tried and failed in one span of time.
struct LoginCount {
  std::uint64_t tried = 0;
  std::uint64_t failed = 0;
  std::map<mocks::users::Cause, std::uint64_t> by_cause = {};
  // Failures expected from what each pod held and the provider accepted, in closed form. None where
  // something made logins fail, or not arrive, that the closed form does not know.
  std::optional<double> expected_failed = {};

  // Of the failed: the pod died under the login (pod_gone), which no rotation can help and none is
  // judged by.
  std::uint64_t lost_with_pod() const {
    const auto found = by_cause.find(mocks::users::Cause::pod_gone);
    return found == by_cause.end() ? 0 : found->second;
  }
  std::uint64_t blamed() const { return failed - lost_with_pod(); }
};

struct PhaseReport {
  std::string phase = {};
  double from_s = 0;  // since the run began
  double to_s = 0;
  LoginCount logins = {};
};

struct InvariantReport {
  Invariant invariant = Invariant::vault_secret_valid;
  Verdict verdict = Verdict::pass;
  double at_s = 0;        // of the first violation
  std::string what = {};  // one sentence; empty for a pass
};

// One line of what happened, for `--timeline` and whoever debugs a failure.
struct TimelineEntry {
  double at_s = 0;
  std::string what = {};
};

// The word of an outcome; empty when there was none.
std::string to_string(const std::optional<rotator::Ending>& outcome);

struct RotationReport {
  std::string strategy = {};  // "overlap", "cutover", "by hand"
  // The rotator's ending, or done for an operator who came to the end; empty when there was none.
  std::optional<rotator::Ending> outcome = {};
  std::string phase = {};  // the last one entered
  double duration_s = 0;
  std::uint64_t api_calls = 0;
  std::uint64_t bytes_read = 0;  // simulated wire: of all answers; for the benchmarks, not shown
  int restarts = 0;
  std::string message = {};  // the rotator's own sentence
  // How long the old secret was accepted beside the new one, and how much of that after the last
  // process of the portal that held it had ended; nothing where it never was refused, or no new one
  // came into Vault.
  std::optional<double> exposure_s = {};
  std::optional<double> unused_exposure_s = {};
};

struct Report {
  std::string scenario = {};
  bool ran = true;  // false: its file could not be run; `deviations` says why, and no more is known
  Wire wire = Wire::sim;
  std::uint64_t seed = 0;
  std::string policy = {};  // of a sweep; else empty
  Verdict verdict = Verdict::unknown;
  Verdict expected = Verdict::pass;
  bool as_expected = false;
  std::vector<std::string> deviations = {};  // one sentence each; empty when as expected
  std::string says = {};                     // what the scenario has the row say when as expected
  RotationReport rotation = {};
  LoginCount logins = {};
  std::uint64_t logins_held_back = 0;    // HTTP wire: never begun, for the machine was too slow
  std::uint64_t logins_unexplained = 0;  // HTTP wire: refused for no reason that is on record
  std::vector<PhaseReport> phases = {};
  std::vector<InvariantReport> invariants = {};
  std::vector<std::string> faults = {};  // the plan, one rule a line
  // A plan or a timeline that tested less than it says.
  std::vector<std::string> faults_never_fired = {};
  std::vector<std::string> acts_never_happened = {};
  std::vector<std::string> acts_failed = {};  // with why
  std::vector<TimelineEntry> timeline = {};
  // When and for how long it ran, in real time. In no document that is to be the same each time.
  ports::WallTime started = {};
  double real_s = 0;
  std::string trace_hash = {};  // sim only
  std::string replay = {};      // the command that does this run again
};

// One row: scenario, logins, failed, pod gone, verdict, in fixed columns that header_row() names;
// in a line of its own, indented, the causes and what there is to say.
std::string header_row();
std::string text_row(const Report& report);
// The whole report for a person: the row, phases, invariants, deviations.
std::string text_details(const Report& report);

// The rows of some runs below their header, and the whole reports one after the other.
std::string text_rows(const std::vector<Report>& runs);
std::string text_documents(const std::vector<Report>& runs);

// {"schema": 1, "verdict": worst of all, "runs": [...]}, two-space indentation, newline at the end.
std::string json_document(const std::vector<Report>& runs);
// JUnit XML: a test case a run; a deviation is a failure, an unknown verdict an error.
std::string junit_document(const std::vector<Report>& runs);

// 24310 -> "24,310".
std::string grouped(std::uint64_t number);

}  // namespace scenarios
