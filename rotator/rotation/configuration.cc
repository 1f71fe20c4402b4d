#include "rotator/rotation/configuration.h"

namespace rotator {

const char* to_string(Strategy strategy) {
  switch (strategy) {
    case Strategy::overlap: return "overlap";
    case Strategy::cutover: return "cutover";
  }
  return "unknown";
}

std::optional<Strategy> parse_strategy(std::string_view text) {
  for (const auto strategy : {Strategy::overlap, Strategy::cutover})
    if (text == to_string(strategy)) return strategy;
  return std::nullopt;
}

std::string Configuration::journal_path() const {
  return vault.journal_path.empty() ? vault.path + "-rotation" : vault.journal_path;
}

std::string Configuration::lease_name() const {
  return kubernetes.lease_name.empty() ? "rotator-" + kubernetes.deployment : kubernetes.lease_name;
}

}  // namespace rotator
