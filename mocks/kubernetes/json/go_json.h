// What Go's encoding/json says about a text that is not JSON: clients see these sentences.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mocks::kubernetes {

inline constexpr int max_json_depth = 512;

// Nothing when `text` is JSON.
std::optional<std::string> go_json_error(std::string_view text);

}  // namespace mocks::kubernetes
