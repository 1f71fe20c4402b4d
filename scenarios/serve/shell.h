// What a shell is told: assignments that POSIX sh evaluates to exactly the values given
// (POSIX.1-2017, Shell Command Language, 2.2.2 Single-Quotes).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scenarios {

// Names (of letters, digits and underscores) and values, in order.
using Assignments = std::vector<std::pair<std::string, std::string>>;

// The text as one word of a shell, whatever is in it.
std::string shell_quoted(std::string_view text);

// "export NAME='value'", a line each.
std::string exports(const Assignments& assignments);

}  // namespace scenarios
