// What rotator/deploy grants, for worlds that grant just that: whatever a rotation does in them is
// covered by the files that are shipped.
#pragma once

#include <string>
#include <vector>

#include "mocks/kubernetes/store/options.h"

namespace testing {

// The rules of the Role in rotator/deploy/rbac.yaml.
std::vector<mocks::kubernetes::Rule> shipped_rules();
// rotator/deploy/vault-policy.hcl.
std::string shipped_policy();
// Any file of the source tree.
std::string source_file(const std::string& path);

}  // namespace testing
