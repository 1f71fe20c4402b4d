// UTF-8 as Unicode 15 defines it, table 3-7: no overlong forms, no surrogates, up to U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rotator {

// The bytes of the character that `text` begins with; 0 when it begins with none. `text` must not
// be empty.
std::size_t utf8_length(std::string_view text);

// Appends the code point, which is no surrogate and at most U+10FFFF.
void append_utf8(std::string& out, std::uint32_t point);

}  // namespace rotator
