#include "tests/rotator/rotation/shipped.h"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace testing {
namespace {

std::vector<std::string> words(const YAML::Node& list) {
  std::vector<std::string> all;
  for (const auto& one : list) all.push_back(one.Scalar());
  return all;
}

}  // namespace

std::string source_file(const std::string& path) {
  std::ifstream in(std::string(OVERLAP_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error(path + " cannot be read");
  return text.str();
}

std::vector<mocks::kubernetes::Rule> shipped_rules() {
  std::vector<mocks::kubernetes::Rule> rules;
  for (const auto& document : YAML::LoadAll(source_file("rotator/deploy/rbac.yaml"))) {
    if (document["kind"].Scalar() != "Role") continue;
    for (const auto& rule : document["rules"])
      rules.push_back({.verbs = words(rule["verbs"]),
                       .groups = words(rule["apiGroups"]),
                       .resources = words(rule["resources"]),
                       .resource_names = words(rule["resourceNames"])});
  }
  return rules;
}

std::string shipped_policy() { return source_file("rotator/deploy/vault-policy.hcl"); }

}  // namespace testing
