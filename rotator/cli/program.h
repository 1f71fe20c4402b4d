// The program `rotator`: reads arguments, environment and configuration, wires the real ports, runs
// one command, prints its result. Results on standard output, logs on standard error.
//
// Exit codes: 0 done · 1 rolled back or refused · 2 unknown · 3 stopped by a stop condition ·
// 64 usage · 65 configuration · 70 internal · 74 output · 75 locked · 130 interrupted.
#pragma once

#include "rotator/cli/usage.h"
#include "rotator/kubernetes/kubeconfig.h"

namespace rotator {

inline constexpr int exit_configuration = 65;
inline constexpr int exit_internal = 70;
inline constexpr int exit_output =
    74;  // it is done, but its result or metrics could not be written

// `environment` holds what cli/config.h names, and HOME.
int run_program(int argc, const char* const* argv, const Environment& environment);

}  // namespace rotator
