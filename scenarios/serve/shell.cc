#include "scenarios/serve/shell.h"

namespace scenarios {

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += R"('\'')";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string exports(const Assignments& assignments) {
  std::string lines;
  for (const auto& [name, value] : assignments)
    lines.append("export ").append(name).append("=").append(shell_quoted(value)).append("\n");
  return lines;
}

}  // namespace scenarios
