// The command line of a program that has commands, and what is said of one that cannot be
// understood.
#pragma once

#include <optional>

namespace CLI {  // NOLINT(readability-identifier-naming): not ours to name
class App;
}

namespace rotator {

// EX_USAGE of sysexits.h.
inline constexpr int exit_usage = 64;

enum class Commands { one, at_most_one };

// Parses into what the options of `app` and of its subcommands name. The exit code to end with: 0
// once help or version has been printed, exit_usage once one sentence on standard error has said
// what is wrong and what was probably meant, and, where the command line asks for `--output json`,
// an error document ({"schema", "error": {"code", "message"}}) on standard output has too. Nothing:
// go on.
std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv,
                                      Commands commands);

}  // namespace rotator
