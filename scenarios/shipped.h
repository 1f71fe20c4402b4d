// What rotator/deploy ships and a rehearsal tests as it is. Taken in when the project is built.
#pragma once

#include <string_view>

namespace scenarios {

// rotator/deploy/vault-policy.hcl, of the paths that every world uses (world.h).
std::string_view shipped_vault_policy();

}  // namespace scenarios
