// What rotator/deploy ships and a rehearsal tests as it is. Taken in when the project is built.
#pragma once

#include <string_view>
#include <vector>

#include "mocks/kubernetes/store/options.h"

namespace scenarios {

// rotator/deploy/vault-policy.hcl, of the paths that every world uses (world.h).
std::string_view shipped_vault_policy();

// rotator/deploy/rbac.yaml, of the names that every world uses (world.h).
std::string_view shipped_rbac();
// What its Role allows.
const std::vector<mocks::kubernetes::Rule>& shipped_rules();

}  // namespace scenarios
