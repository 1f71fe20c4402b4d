// `rehearse serve`: one scenario's world behind loopback HTTPS, in real time, until SIGTERM or
// SIGINT. For curl, vault, kubectl and whoever wants to try the guide's commands by hand, and for
// tests of anything that speaks to these systems; with a control API beside them (control.h).
// `rehearse stop` ends one.
#pragma once

#include <cstdint>
#include <string>

#include "scenarios/serve/profile.h"
#include "scenarios/servers.h"

namespace scenarios {

struct ServeCommand {
  std::string path = {};  // the scenario; empty = the guide's zero_downtime
  std::string scenarios_folder = {};
  int compression = 1;
  bool logins = false;  // users log in meanwhile
  Profile profile = Profile::gentle;
  bool env = false;         // print what a shell evaluates, and nothing else
  bool background = false;  // return when everything is ready, and go on
  // Of its files. Empty: default_serve_folder() in the background, else one of its own.
  std::string folder = {};
  ServerPorts ports = {};
  std::uint16_t control_port = 0;
};

// Prints, once everything is ready, either assignments for a shell, or one JSON object a line:
// first {"ready": true, ...} with base URLs, CA file, client id and the files that hold the
// credentials; then, in the foreground, what happens, {"at_s": ..., "what": ...}. The assignments
// lie in FOLDER/env.sh too. Returns the exit code: 0 after SIGTERM or SIGINT, or, in the
// background, when all is ready; exit_configuration with one sentence when a port, the folder or
// the scenario cannot be had.
int serve_command(const ServeCommand& command);

// Ends the server of this folder, empty = default_serve_folder(), and returns when nothing of it is
// left. exit_configuration when there is none.
int stop_command(const std::string& folder);

}  // namespace scenarios
