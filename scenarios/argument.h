// Arguments of acts: what follows the word of an act in a file, read once into what it means. A new
// kind is an enumerator, its type in Argument, and its lines in argument.cc.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <variant>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"

namespace scenarios {

// The largest number of pods that one act may concern.
inline constexpr int max_act_pods = 1000;

// What follows the word of an act in a file.
enum class ArgumentKind {
  yes,           // `true`: the word says it all
  the_vault,     // `vault`
  the_rotator,   // `rotator`
  secret_value,  // `new` or `old`
  duration,      // "15m"
  wait,          // a duration or `window`
  server,        // idp, vault, kubernetes, metrics
  route,         // caller>server, globs; a word alone is a caller, cut off from every server
  pods,          // 1 to max_act_pods
  exec_trouble,  // refused, no_status, truncated
  colour,        // blue, green
};

// Arguments, as they are after the file was read.
enum class SecretValue { created, previous };  // the new secret; the KV version before the current
struct WholeWindow {                           // `wait: window`: the run's overlap window
  auto operator<=>(const WholeWindow&) const = default;
};
struct Route {
  std::string caller = "*";
  std::string server = "*";
  auto operator<=>(const Route&) const = default;
};
struct ServerName {
  std::string name = {};
  auto operator<=>(const ServerName&) const = default;
};
struct PodCount {
  int pods = 1;
  auto operator<=>(const PodCount&) const = default;
};
enum class ExecTrouble {
  refused,    // the connection cannot be upgraded
  no_status,  // the streams end without the Status that says how the command ended
  truncated,  // the output ends early
};
enum class Colour { blue, green };
const char* to_string(Colour colour);
using Argument = std::variant<std::monostate, SecretValue, ports::Duration, WholeWindow, ServerName,
                              Route, PodCount, ExecTrouble, Colour>;

// The argument in `text`. Error of code configuration, without file and line, that says what is
// wrong and what is right.
ports::Result<Argument> parse_argument(ArgumentKind kind, std::string_view text);
// As a file writes it; empty for an argument that says nothing beside the word.
std::string to_string(const Argument& argument);
// The JSON Schema (draft 7) of an argument: members of an object, without its braces.
std::string schema_of(ArgumentKind kind);

}  // namespace scenarios
