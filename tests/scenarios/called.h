// What `rehearse` did with a command line, for tests that call the program as its main does.
#pragma once

#include <unistd.h>

#include <string>
#include <vector>

#include "scenarios/program.h"
#include "tests/rotator/cli/captured.h"

namespace testing {

struct Called {
  int code = 0;
  std::string output = {};
  std::string errors = {};
};

// `arguments` without the program's name.
inline Called rehearse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "rehearse");
  Called called;
  const Captured output(STDOUT_FILENO);
  const Captured errors(STDERR_FILENO);
  called.code = scenarios::run_program(static_cast<int>(arguments.size()), arguments.data(), {});
  called.output = output.text();
  called.errors = errors.text();
  return called;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace testing
