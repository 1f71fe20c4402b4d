#include "rotator/rotation/strategies/strategies.h"

namespace rotator {

const std::vector<const Strategy*>& all_strategies() {
  static const std::vector<const Strategy*> all = {&strategies::overlap,
                                                   &strategies::staged_fallback,
                                                   &strategies::cutover, &strategies::emergency};
  return all;
}

const Strategy* find_strategy(std::string_view name) {
  for (const auto* strategy : all_strategies())
    if (strategy->name == name) return strategy;
  return nullptr;
}

std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  for (const auto* strategy : all_strategies()) names.emplace_back(strategy->name);
  return names;
}

}  // namespace rotator
