// Globs over names and targets: '*' stands for any run of characters, '/' included; every other
// character for itself.
#pragma once

#include <string_view>

namespace mocks::sim {

// True when the whole of `text` matches. Time O(|pattern| * |text|) at worst; no allocation.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace mocks::sim
