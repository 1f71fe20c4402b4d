// The strategies that this rotator knows. A new one is its own file here, a line below, a line in
// strategies.cc, and the phases that no other had yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rotator/rotation/strategy.h"

namespace rotator {

namespace strategies {
extern const Strategy overlap;
extern const Strategy staged_fallback;
extern const Strategy cutover;
extern const Strategy emergency;
}  // namespace strategies

// In the order in which they are offered: where none is named, the first that the provider bears
// without losing a login.
const std::vector<const Strategy*>& all_strategies();
// Null for a name that this rotator does not know.
const Strategy* find_strategy(std::string_view name);
// For a choice in a configuration file.
std::vector<std::string> strategy_names();

}  // namespace rotator
