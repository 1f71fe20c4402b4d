// The configuration file, rotation.yaml: read strictly into typed values. Every complaint is one
// sentence with file, line and key. Its schema: cli/rotation.schema.json; an example:
// cli/rotation.example.yaml.
//
// What the file leaves out is taken from the conventional environment (VAULT_ADDR, VAULT_NAMESPACE,
// VAULT_CACERT, VAULT_TOKEN, KUBECONFIG); what it says wins, so that a stray variable cannot turn
// a rotation towards another Vault.
#pragma once

#include <string>
#include <vector>

#include "rotator/kubernetes/kubeconfig.h"
#include "rotator/ports/result.h"
#include "rotator/rotation/configuration.h"

namespace rotator {

struct ProgramConfiguration {
  Configuration rotation = {};
  // The cluster's address and credentials come from here; kubernetes.namespace too when it is set.
  KubeconfigChoice kubeconfig = {};
  // PEM files: trusted for every server, and for Vault alone.
  std::vector<std::string> ca_files = {};
  std::string vault_ca_file = {};
};

// Error of code configuration: the first complaint of the file.
ports::Result<ProgramConfiguration> load_configuration(const std::string& path,
                                                       const Environment& environment);
// The same from text; `name` stands for the file in complaints.
ports::Result<ProgramConfiguration> parse_configuration(const std::string& text,
                                                        const std::string& name,
                                                        const Environment& environment);

// The JSON Schema of rotation.yaml (draft 7).
std::string configuration_schema();

}  // namespace rotator
