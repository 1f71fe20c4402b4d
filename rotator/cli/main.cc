// rotator: see cli/program.h.
#include <unistd.h>

#include <string_view>

#include "rotator/cli/program.h"

int main(int argc, char** argv) {
  rotator::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (const auto equals = text.find('='); equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return rotator::run_program(argc, argv, environment);
}
