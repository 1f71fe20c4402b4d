// The configuration file, rotation.yaml: read strictly into typed values. Every complaint is one
// sentence with file, line and key, and all of them are told at once. Its keys are listed in
// config_keys.cc, and `rotator schema` prints them as a JSON Schema; an example:
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

class YamlSection;

struct ProgramConfiguration {
  Configuration rotation = {};
  // The cluster's address and credentials come from here; kubernetes.namespace too when it is set.
  KubeconfigChoice kubeconfig = {};
  // PEM files: trusted for every server, and for Vault alone.
  std::vector<std::string> ca_files = {};
  std::string vault_ca_file = {};
};

// Error of code configuration: every complaint about the file, one a line.
ports::Result<ProgramConfiguration> load_configuration(const std::string& path,
                                                       const Environment& environment);
// The same from text; `name` stands for the file in complaints.
ports::Result<ProgramConfiguration> parse_configuration(const std::string& text,
                                                        const std::string& name,
                                                        const Environment& environment);

// What holds between several keys of the section `rotation`, once it has been read; complaints go
// to the section.
void check_rotation(YamlSection section, const RotationConfiguration& rotation);
// The same of a section `http`, which describes a provider: it must suffice to be safe.
void check_description(YamlSection section, const HttpDescription& description);

// The text of a rotation.yaml that reads as `program`, whatever the environment says. What only the
// kubeconfig knows (the API server, its token file) is not in it.
std::string configuration_yaml(ProgramConfiguration program);

// The JSON Schema of rotation.yaml (draft 7), two-space indentation, newline at the end.
std::string configuration_schema();

}  // namespace rotator
