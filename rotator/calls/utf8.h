// UTF-8 as Unicode 15 defines it, table 3-7: no overlong forms, no surrogates, up to U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace rotator {

// The bytes of the character that `text` begins with; 0 when it begins with none. `text` must not
// be empty.
std::size_t utf8_length(std::string_view text);

}  // namespace rotator
