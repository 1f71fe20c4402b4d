// Of every phase that writes the portal's KV path (PhaseWork::foresee).
#pragma once

#include <utility>

#include "rotator/rotation/context/context.h"

namespace rotator::phases {

// A new version over the current one, whatever its values will be.
inline void foresee_write(Context& context) {
  auto& vault = context.vault_value;
  if (auto shown = vault.read())
    static_cast<void>(vault.write(std::move(*shown), context.values.old_value(), {}));
}

}  // namespace rotator::phases
