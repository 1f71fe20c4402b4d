// The patch that `kubectl rollout restart` sends,
// {"spec":{"template":{"metadata":{"annotations":{"name":"value",...}}}}}, applied to the typed
// Deployment without a detour over its JSON.
#pragma once

#include <optional>
#include <string_view>

#include "mocks/kubernetes/decode.h"
#include "mocks/kubernetes/objects.h"

namespace mocks::kubernetes {

// What decoding the patched JSON would give. Nothing for every other patch, strategic or merge.
std::optional<Decoded> patch_annotations(const Deployment& now, std::string_view body);

}  // namespace mocks::kubernetes
