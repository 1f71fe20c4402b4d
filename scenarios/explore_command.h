// The command `rehearse explore` (explore/explore.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "scenarios/commands.h"

namespace scenarios {

struct ExploreCommand {
  std::string path = {};  // of the scenario
  std::string policy = {};
  std::optional<std::string> seeds = {};  // "A..B", or "B": 1..B; else 1..200, or what time allows
  std::string real_time = {};             // "60s"; empty = as many as there are seeds
  int exhaustive = 0;                     // 0, 1, 2
  bool prune = true;
  std::string calls = "*";
  std::string kinds = "*";
  // Of one run alone, which is printed with its causal tail; of a plan, where one is given.
  std::optional<std::uint64_t> seed = {};
  std::string plan = {};
  CommonOptions common = {};
};

// exit_deviates when something was found, exit_interrupted when it was told to end before it was
// through; what was found is printed either way.
int explore_command(const ExploreCommand& command);

}  // namespace scenarios
