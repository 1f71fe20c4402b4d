// check(): for what only a bug of ours can break. On in every build; prints what broke, where, and
// the run's seed.
#pragma once

#include <string_view>

namespace ports {

// What check() adds to its line, e.g. "seed 7": set once by a program that runs seeded simulations.
void set_check_context(std::string_view context);

[[noreturn]] void check_failed(std::string_view what, const char* file, int line);

// Ends the process (abort) with one line on stderr when `holds` is false. Never for input from the
// world: that is an Error. `file` and `line` are the caller's; the builtins, not
// std::source_location, because clang 14 with libstdc++ 12 lacks the latter.
inline void check(bool holds, std::string_view what, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (!holds) check_failed(what, file, line);
}

}  // namespace ports
