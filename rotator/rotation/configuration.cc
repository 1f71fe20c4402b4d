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

const char* to_string(Gate gate) {
  switch (gate) {
    case Gate::old_pods_gone: return "old_pods_gone";
    case Gate::every_pod_on_new: return "every_pod_on_new";
    case Gate::process_newer_than_file: return "process_newer_than_file";
    case Gate::new_secret_accepted: return "new_secret_accepted";
    case Gate::window_elapsed: return "window_elapsed";
    case Gate::quiet_period: return "quiet_period";
  }
  return "unknown";
}

std::optional<Gate> parse_gate(std::string_view text) {
  for (const auto gate : all_gates)
    if (text == to_string(gate)) return gate;
  return std::nullopt;
}

std::string Configuration::journal_path() const {
  return vault.journal_path.empty() ? vault.path + "-rotation" : vault.journal_path;
}

std::string Configuration::lease_name() const {
  return kubernetes.lease_name.empty() ? "rotator-" + kubernetes.deployment : kubernetes.lease_name;
}

}  // namespace rotator
