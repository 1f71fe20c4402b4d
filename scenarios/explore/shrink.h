// Shrink: from a plan under which a rotation goes wrong to the least that still makes it so, and
// what stands beside it: the nearest plan under which it goes well, and the last that happened
// before it went wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rotator/ports/result.h"
#include "scenarios/explore/plans.h"
#include "scenarios/explore/trial.h"

namespace scenarios::explore {

// Bound: runs that one plan may be tried with.
inline constexpr int most_shrink_runs = 400;

// Whether a plan still goes wrong in the same way. Error ends the shrinking.
using StillWrong = std::function<ports::Result<bool>(const Plan&)>;

// The least of `plan`: no rule can be left out (delta debugging, Zeller and Hildebrandt 2002,
// ddmin), none can fire less often, nor wait shorter, nor hit an earlier call by halving. The plan
// itself when most_shrink_runs are spent.
ports::Result<Plan> shrunk(const Plan& plan, const StillWrong& still_wrong);

// A plan beside the minimal one that differs in one thing and goes well.
struct Neighbour {
  Plan plan = {};
  std::string differs = {};  // "rule 1 hits the call after it"
  std::string ended = {};    // as Trial::ended
};

struct Explained {
  Finding finding = {};  // of the minimal plan
  std::uint64_t seed = 0;
  Plan drawn = {};
  Plan minimal = {};
  std::optional<Neighbour> neighbour = {};
  // The last facts up to the one at which it went wrong, oldest first.
  std::vector<TimelineEntry> tail = {};
};

// Shrinks the plan of `trial`, which has a finding, and explains it.
ports::Result<Explained> explain(const Court& court, const Trial& trial);

// One run with a plan that is given, and its tail; where it went well, the tail of all.
struct OneRun {
  std::string scenario = {};
  Trial trial = {};
  std::vector<TimelineEntry> tail = {};
};
ports::Result<OneRun> play_one(const Court& court, const Plan& plan, std::uint64_t seed);

// How much of the timeline a tail is.
inline constexpr std::size_t tail_length = 24;
}  // namespace scenarios::explore
