// `rehearse serve`: one scenario's world behind loopback HTTPS, in real time, until SIGTERM or
// SIGINT. For curl, vault, kubectl and whoever wants to try the guide's commands by hand.
#pragma once

#include <string>

namespace scenarios {

struct ServeCommand {
  std::string path = {};  // the scenario; empty = the guide's zero_downtime
  std::string scenarios_folder = {};
  int compression = 1;
  bool logins = false;  // users log in meanwhile
};

// Prints one JSON object a line: first {"ready": true, ...} with base URLs, CA file, client id and
// the files that hold the credentials; then what happens, {"at_s": ..., "what": ...}. Returns the
// exit code.
int serve_command(const ServeCommand& command);

}  // namespace scenarios
