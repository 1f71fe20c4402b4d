// The rules of the Role that is shipped, as the mock of Kubernetes takes them.
#include <yaml-cpp/yaml.h>

#include <string>
#include <utility>

#include "rotator/ports/check.h"
#include "scenarios/shipped.h"

namespace scenarios {
namespace {

using mocks::kubernetes::Rule;

std::vector<std::string> words(const YAML::Node& list) {
  std::vector<std::string> all;
  for (const auto& one : list) all.push_back(one.Scalar());
  return all;
}

std::vector<Rule> read_rules() {
  std::vector<Rule> rules;
  for (const auto& document : YAML::LoadAll(std::string(shipped_rbac()))) {
    if (document["kind"].Scalar() != "Role") continue;
    for (const auto& rule : document["rules"])
      rules.push_back({.verbs = words(rule["verbs"]),
                       .groups = words(rule["apiGroups"]),
                       .resources = words(rule["resources"]),
                       .resource_names = words(rule["resourceNames"])});
  }
  ports::check(!rules.empty(), "the shipped RBAC has a Role with rules");
  return rules;
}

}  // namespace

const std::vector<Rule>& shipped_rules() {
  static const std::vector<Rule> rules = read_rules();
  return rules;
}

}  // namespace scenarios
