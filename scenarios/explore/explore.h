// Explore: a rotation under many plans of faults, each run judged (trial.h), what goes wrong
// shrunk and explained (shrink.h). Three ways to find plans, none of which replaces another:
//
//   random      a plan a seed, drawn from the calls that the quiet run made (a swarm)
//   feedback    a plan under which a call followed another as in no run before is kept, and later
//               ones are made from what is kept, over the calls that its run made: calls that exist
//               only because of a fault are met so
//   exhaustive  every call with every mishap; then every pair of them, the second over the calls of
//               the run with the first
//
// Deterministic: runs are counted, judged and kept in the order of their seeds, by generations, and
// so by no thread. Where time ends it, the result is that of as many whole generations.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/stop_signal.h"
#include "scenarios/explore/shrink.h"
#include "scenarios/explore/trial.h"

namespace scenarios::explore {

// Bounds: seeds of one exploration; ways of going wrong that are told, other least plans that are
// looked for of each, and findings that are kept at all.
inline constexpr std::uint64_t max_seeds = 10'000'000;
inline constexpr std::size_t most_groups = 12;
inline constexpr std::size_t most_also = 4;
inline constexpr std::size_t most_findings = 2000;
// Runs between two looks at what they came to.
inline constexpr std::uint64_t generation = 32;

struct ExploreOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 200;                      // of each strategy
  std::optional<ports::Duration> real_time = {};  // then: as many generations as fit
  int exhaustive = 0;                             // 0: random and feedback; 1: calls; 2: pairs too
  bool prune = true;
  // Of the exhaustive ways: calls and mishaps that take part, by globs over "METHOD server shape"
  // and over the kind's name.
  std::string calls = "*";
  std::string kinds = "*";
  unsigned threads = 1;
  std::function<void(double done, const std::string& what)> progress = {};
  const ports::StopSignal* stop = nullptr;  // may be null
};

// What one way of finding plans came to.
struct WayResult {
  std::string name = {};  // "random", "feedback", "calls", "pairs"
  std::uint64_t runs = 0;
  std::uint64_t planned = 0;  // runs that it would have been
  std::uint64_t pruned = 0;   // of them: known to be like another one
  std::uint64_t wrong = 0;    // runs with a finding
  std::uint64_t rules = 0;
  std::uint64_t rules_idle = 0;   // of them: never fired
  std::uint64_t call_orders = 0;  // distinct ones (Watch::call_order)
  std::uint64_t steps = 0;        // distinct ones (Watch::steps)
};

// What went wrong in one way (Finding::resembles): the least plan that shows it, and how many runs
// did.
struct Group {
  Explained explained = {};
  std::string way = {};  // that found it
  std::uint64_t runs = 0;
  std::vector<Plan> also = {};  // other least plans that show it
};

struct ExploreResult {
  std::string scenario = {};
  std::string path = {};
  std::uint64_t quiet_calls = 0;
  std::uint64_t first_seed = 1;
  std::vector<WayResult> ways = {};
  std::vector<Group> groups = {};   // in the order in which they were found
  std::uint64_t not_explained = 0;  // runs with a finding beyond most_groups
  bool interrupted = false;         // the result is what was found until then
};

// Error only where a run could not be played at all.
ports::Result<ExploreResult> explore(const Court& court, const ExploreOptions& options,
                                     const ports::Clock& clock);

// For a person, and for a program: {"schema": 1, "scenario", "quiet_calls", "interrupted", "ways":
// [WayResult], "findings": [{"wrong", "invariant", "phase", "call", "what", "runs", "way", "seed",
// "plan", "minimal", "faults": the minimal plan as YAML, "neighbour": {"differs", "ended",
// "faults"} or null, "also": [plans as YAML], "tail": [{"at_s", "what"}], "replay"}],
// "findings_not_explained"}.
std::string explore_text(const ExploreResult& result);
std::string explore_json(const ExploreResult& result);

// One run alone, in the same forms; as JSON {"schema": 1, "scenario", "seed", "plan", "ended",
// "wrong": null or as above, "what", "tail"}.
std::string run_text(const OneRun& one);
std::string run_json(const OneRun& one);

// What the plans of this exploration are drawn from.
Ground ground_of(const Court& court, const std::string& calls, const std::string& kinds);

// The command that plays a plan again.
std::string replay_line(const std::string& path, std::uint64_t seed, const Plan& plan);

}  // namespace scenarios::explore
