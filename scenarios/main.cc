// rehearse: see program.h.
#include "scenarios/program.h"

#include <cstdlib>

namespace {

// Empty when it is not set.
const char* environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

int main(int argc, char** argv) {
  return scenarios::run_program(
      argc, argv, {.no_colour = environment("NO_COLOR"), .type = environment("TERM")});
}
