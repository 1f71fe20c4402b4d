// Terminal: text as a person's screen shows it: no line longer than 80 columns where words can be
// parted, and verdicts in colour.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scenarios {

inline constexpr std::size_t line_width = 80;

// `text` in lines of at most line_width bytes, parted at spaces: the first begins where a line
// already holds `column` bytes, the others after `indent` spaces. A word that is longer than a line
// stays whole; line breaks in it stay, and the text behind one begins at the left.
std::string wrapped(std::string_view text, std::size_t column, std::size_t indent);

// What the environment says of the terminal.
struct TerminalWishes {
  std::string no_colour = {};  // NO_COLOR
  std::string type = {};       // TERM
};

// Whether output to this file descriptor may be coloured: a terminal, TERM is not "dumb", and
// NO_COLOR is unset or empty (https://no-color.org).
bool takes_colour(int file_descriptor, const TerminalWishes& wishes);

// A table or details for people with their verdicts in colour (ECMA-48 select graphic rendition):
// pass green, what is as bad as expected yellow, what deviates, fails or is unknown red.
std::string painted(std::string_view text);

}  // namespace scenarios
