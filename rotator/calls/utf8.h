// UTF-8 as Unicode 15 defines it, table 3-7: no overlong forms, no surrogates, up to U+10FFFF; and
// text that is safe to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rotator {

// The bytes of the character that `text` begins with; 0 when it begins with none. `text` must not
// be empty.
std::size_t utf8_length(std::string_view text);

// `text` for a terminal: control characters (but line breaks and tabs), such as the ESC that moves
// a cursor or paints, and bytes that are no UTF-8 come out as "\x1b".
std::string printable(std::string_view text);

}  // namespace rotator
