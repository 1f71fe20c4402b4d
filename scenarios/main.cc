// rehearse: see program.h.
#include "scenarios/program.h"

int main(int argc, char** argv) { return scenarios::run_program(argc, argv); }
