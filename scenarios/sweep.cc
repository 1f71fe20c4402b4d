#include "scenarios/sweep.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <sstream>

#include "rotator/calls/times.h"
#include "rotator/calls/utf8.h"
#include "rotator/cli/yaml_section.h"
#include "scenarios/run.h"
#include "scenarios/side_by_side.h"

namespace scenarios {
namespace {

using ports::Duration;
using ports::ErrorCode;
using ports::fail;

// What one run adds to its point.
struct RunResult {
  std::uint64_t tried = 0;
  std::uint64_t failed = 0;
  std::uint64_t lost_to_rotation = 0;
  std::map<mocks::users::Cause, std::uint64_t> by_cause = {};
  std::optional<double> expected = {};
  bool refused = false;
  bool done = false;
  bool broken = false;
};

// Two-sided 97.5 % quantile of Student's t, within 0.3 % from 3 degrees of freedom on
// (Cornish-Fisher expansion, Abramowitz and Stegun 26.7.5).
double student_t(double degrees) {
  const double z = 1.959963984540054;
  const double z3 = z * z * z;
  const double z5 = z3 * z * z;
  const double z7 = z5 * z * z;
  return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees * degrees) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees * degrees * degrees);
}

SweepPoint summarise(Duration window, const std::vector<RunResult>& runs) {
  SweepPoint point{.window = window, .runs = runs.size()};
  double sum_of_squares = 0;
  double expected = 0;
  bool all_expected = true;
  for (const auto& run : runs) {
    point.tried += run.tried;
    point.failed += run.failed;
    expected += run.expected.value_or(0);
    all_expected = all_expected && run.expected.has_value();
    point.runs_with_failures += run.failed > 0 ? 1 : 0;
    point.runs_refused += run.refused ? 1 : 0;
    point.runs_not_done += !run.done && !run.refused ? 1 : 0;
    point.runs_broken += run.broken ? 1 : 0;
    point.lost_to_rotation += run.lost_to_rotation;
    for (const auto& [cause, count] : run.by_cause) point.by_cause[cause] += count;
  }
  const auto n = static_cast<double>(runs.size());
  if (all_expected) point.expected = expected / n;
  point.mean = static_cast<double>(point.failed) / n;
  if (point.failed == 0) {
    point.high = 3 / n;
    return point;
  }
  for (const auto& run : runs) {
    const double distance = static_cast<double>(run.failed) - point.mean;
    sum_of_squares += distance * distance;
  }
  const double half =
      runs.size() < 2 ? point.mean : student_t(n - 1) * std::sqrt(sum_of_squares / (n - 1) / n);
  point.low = std::max(0.0, point.mean - half);
  point.high = point.mean + half;
  return point;
}

ports::Result<RunResult> run_one(const Scenario& scenario,
                                 std::optional<mocks::users::Fidelity> fidelity,
                                 const std::string& policy, Duration window, std::uint64_t seed,
                                 ports::StopSignal* stop) {
  const auto report = run_simulated(scenario, {.seed = seed,
                                               .policy = policy == own_policy ? "" : policy,
                                               .window = window,
                                               .fidelity = fidelity,
                                               .stop = stop});
  if (!report) return fail(report.error());
  return RunResult{.tried = report->logins.tried,
                   .failed = report->logins.blamed(),
                   .lost_to_rotation = lost_to_rotation(report->logins),
                   .by_cause = report->logins.by_cause,
                   .expected = report->logins.expected_failed,
                   .refused = report->rotation.outcome == rotator::Ending::refused,
                   .done = report->rotation.outcome == rotator::Ending::done,
                   .broken = std::any_of(report->invariants.begin(), report->invariants.end(),
                                         [](const InvariantReport& invariant) {
                                           return invariant.verdict != Verdict::pass;
                                         })};
}

bool waits_for_window(const Driver& driver) {
  if (driver.kind == Driver::Kind::rotator) return true;
  return std::any_of(driver.commands.begin(), driver.commands.end(), [](const Step& command) {
    return std::holds_alternative<WholeWindow>(command.argument);
  });
}

}  // namespace

ports::Result<std::vector<Duration>> parse_windows(const std::string& text) {
  if (text.find(',') != std::string::npos) {
    std::vector<Duration> windows;
    std::istringstream list(text);
    for (std::string one; std::getline(list, one, ',');) {
      const auto window = rotator::parse_duration(one);
      if (!window) return fail(window.error());
      windows.push_back(*window);
    }
    return windows;
  }
  const auto slash = text.find('/');
  const auto dots = text.find("..");
  const auto low = rotator::parse_duration(text.substr(0, std::min(dots, slash)));
  if (!low) return fail(low.error());
  if (dots == std::string::npos) return std::vector<Duration>{*low};
  const auto high = rotator::parse_duration(
      text.substr(dots + 2, slash == std::string::npos ? slash : slash - dots - 2));
  if (!high) return fail(high.error());
  if (slash == std::string::npos)
    return fail(ErrorCode::configuration,
                "'" + text + "' has no step; write for example 0s..20m/1m");
  const auto step = rotator::parse_duration(text.substr(slash + 1));
  if (!step) return fail(step.error());
  if (*step <= Duration(0) || *high < *low)
    return fail(ErrorCode::configuration,
                "'" + text + "' never ends or ends before it begins; write for example 0s..20m/1m");
  if ((*high - *low) / *step >= max_sweep_points)
    return fail(ErrorCode::configuration,
                "'" + text + "' has more than " + std::to_string(max_sweep_points) + " points");
  std::vector<Duration> windows;
  for (auto window = *low; window <= *high; window += *step) windows.push_back(window);
  return windows;
}

ports::Result<SweepResult> sweep(const Scenario& scenario, const SweepOptions& options) {
  const std::size_t seeds = static_cast<std::size_t>(options.seeds);
  const std::size_t points = options.windows.size() * options.policies.size();
  std::vector<std::vector<RunResult>> results(points, std::vector<RunResult>(seeds));
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<ports::Error> error;
  const std::size_t total = points * seeds;
  std::vector<bool> waits;
  for (const auto& policy : options.policies) {
    const auto driver = driver_of(scenario, policy);
    if (!driver) return fail(driver.error());
    waits.push_back(waits_for_window(*driver));
  }
  auto fidelity = options.fidelity;
  if (!fidelity && seen_by_exact_only(scenario).empty()) fidelity = mocks::users::Fidelity::counts;
  const auto work = [&] {
    for (std::size_t job = next++; job < total; job = next++) {
      const std::size_t point = job / seeds;
      // A policy that waits for no window does the same at every one: run once, counted at each.
      if (point % options.windows.size() > 0 && !waits[point / options.windows.size()]) continue;
      auto result = run_one(scenario, fidelity, options.policies[point / options.windows.size()],
                            options.windows[point % options.windows.size()],
                            options.first_seed + job % seeds, options.stop);
      if (!result) {
        const std::lock_guard lock(mutex);
        error = result.error();
        next = total;
        return;
      }
      results[point][job % seeds] = std::move(*result);
      if (options.progress && job % 16 == 0) {
        const std::lock_guard lock(mutex);
        options.progress(static_cast<double>(job) / static_cast<double>(total));
      }
    }
  };
  side_by_side(options.threads, work);
  if (error) return fail(*error);
  SweepResult all{.scenario = scenario.name, .seeds = options.seeds};
  for (std::size_t p = 0; p < options.policies.size(); ++p) {
    SweepPolicy policy{.policy = options.policies[p], .waits_for_window = waits[p]};
    for (std::size_t w = 0; w < options.windows.size(); ++w)
      policy.points.push_back(
          summarise(options.windows[w], results[p * options.windows.size() + (waits[p] ? w : 0)]));
    all.policies.push_back(std::move(policy));
  }
  return all;
}

}  // namespace scenarios
