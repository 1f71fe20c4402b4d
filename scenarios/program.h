// The program `rehearse`: reads the command line and calls one command.
#pragma once

#include "scenarios/terminal.h"

namespace scenarios {

// The exit code, as `rehearse --help` documents it. Throws nothing.
int run_program(int argc, const char* const* argv, const TerminalWishes& terminal);

}  // namespace scenarios
