// Sweep: the same scenario over many overlap windows, policies and seeds, counted: how many logins
// fail for each window, with a confidence interval, and the closed form beside the count.
//
// Deterministic: a point is the sum of its runs, each a pure function of (scenario, policy, window,
// seed), so neither threads nor shards change a digit.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "scenarios/report.h"
#include "scenarios/scenario.h"
#include "scenarios/window.h"

namespace scenarios {

// Bounds.
inline constexpr int max_sweep_points = 2000;
inline constexpr int max_sweep_seeds = 1'000'000;

struct SweepOptions {
  std::vector<ports::Duration> windows = {};
  std::vector<std::string> policies =
      {};  // in the order of the columns; own_policy is the scenario's own driver
  int seeds = 200;
  std::uint64_t first_seed = 1;
  unsigned threads = 1;
  // Else counts, or what the scenario needs.
  std::optional<mocks::users::Fidelity> fidelity = {};
  std::function<void(double)> progress = {};
  // Ends it soon with an Error of code interrupted. May be null.
  ports::StopSignal* stop = nullptr;
};

// "0s..20m/1m": from 0 to 20 minutes in steps of one; "5m": one value; "0s,5m": a list. Error of
// code configuration says what is wrong.
ports::Result<std::vector<ports::Duration>> parse_windows(const std::string& text);

struct SweepPoint {
  ports::Duration window{0};
  std::uint64_t runs = 0;
  std::uint64_t runs_with_failures = 0;
  std::uint64_t runs_refused =
      0;  // the rotator would not start: nothing was changed, the old secret stays
  std::uint64_t runs_not_done = 0;  // rolled back, unknown, stopped
  std::uint64_t runs_broken = 0;    // an invariant was violated, or could not be checked
  std::uint64_t tried = 0;
  std::uint64_t failed = 0;
  std::uint64_t lost_to_rotation = 0;  // of them: what a rotation brought about
  std::map<mocks::users::Cause, std::uint64_t> by_cause = {};
  // Failed logins per rotation: mean, and its 95 % confidence interval by Student's t over the
  // runs. When no run failed, the upper end is what 95 % confidence allows for the mean if failures
  // came in runs of at least one: 3 / runs (rule of three).
  double mean = 0;
  double low = 0;
  double high = 0;
  // Closed form, mean over the runs; none where a run has none.
  std::optional<double> expected = {};
};

struct SweepPolicy {
  std::string policy = {};
  bool waits_for_window = true;  // else every point is the same
  std::vector<SweepPoint> points = {};
};

struct SweepResult {
  std::string scenario = {};
  int seeds = 0;
  std::vector<SweepPolicy> policies = {};
  std::optional<WindowAnswer> safe_window = {};  // where it was asked for
};

ports::Result<SweepResult> sweep(const Scenario& scenario, const SweepOptions& options);

// The table for a person, and the document for a program: {"schema": 1, "scenario", "parameter":
// "window", "policies": [{"policy", "points": [...]}]}, a point a window, with the counts and the
// interval of SweepPoint. "safe_window", where there is one: {"value_s": the safe window from the
// creation of the new secret, or null where a timer of that length loses logins, "terms": [{"name",
// "value_s", "why", "source"}], "found_minimum_s": what the search found, or null}.
std::string sweep_table(const SweepResult& result);
std::string sweep_json(const SweepResult& result);

// What `rehearse` alone writes: json_document (report.h) of the runs, with the table of windows as
// "windows" and its "safe_window" beside it.
std::string main_document(const std::vector<Report>& runs, const SweepResult& windows);

}  // namespace scenarios
