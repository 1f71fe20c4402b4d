#include "rotator/rotation/configuration.h"

namespace rotator {

std::string Configuration::journal_path() const {
  return vault.journal_path.empty() ? vault.path + "-rotation" : vault.journal_path;
}

std::string Configuration::lease_name() const {
  return kubernetes.lease_name.empty() ? "rotator-" + kubernetes.workload.name
                                       : kubernetes.lease_name;
}

bool Configuration::looks_at_pods() const {
  return gate_enabled(Gate::old_pods_gone) || gate_enabled(Gate::every_pod_on_new) ||
         gate_enabled(Gate::process_newer_than_file);
}

}  // namespace rotator
