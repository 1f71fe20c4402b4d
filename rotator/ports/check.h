// check(): for what only a bug of ours can break. On in every build; prints what broke, where, and
// the run's seed.
#pragma once

#include <source_location>
#include <string_view>

namespace ports {

// Ends the process (abort) with one line on stderr when `holds` is false. Never for input from the
// world: that is an Error.
inline void check(bool holds, std::string_view what,
                  std::source_location where = std::source_location::current());

// What check() adds to its line, e.g. "seed 7": set once by a program that runs seeded simulations.
void set_check_context(std::string_view context);

[[noreturn]] void check_failed(std::string_view what, const std::source_location& where);

inline void check(bool holds, std::string_view what, std::source_location where) {
  if (!holds) check_failed(what, where);
}

}  // namespace ports
