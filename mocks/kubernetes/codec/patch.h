// Patches, as the API server applies them to an object's JSON. Server-side apply is taken as a
// strategic merge that always wins: field ownership (managedFields) is not kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mocks/json_view.h"
#include "mocks/kubernetes/codec/failure.h"

namespace mocks::kubernetes {

// Bounds.
inline constexpr std::size_t max_patch_operations = 10'000;  // of a JSON patch, as the real server
inline constexpr int max_patch_depth = 64;

enum class PatchType { json, merge, strategic, apply };

// By media type; parameters are ignored. Nothing for a type that cannot patch.
std::optional<PatchType> patch_type(std::string_view content_type);

// What becomes of the object `target`, a JSON text, by the patch `body`.
Outcome<JsonDocument> apply_patch(PatchType type, std::string_view body, std::string_view target);

// "map[spec:map[nope:1]]", as Go prints a patch in error texts.
std::string go_map(const JsonView& value);

}  // namespace mocks::kubernetes
