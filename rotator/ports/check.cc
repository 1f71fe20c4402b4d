#include "rotator/ports/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace ports {
namespace {

// One simulated run is one thread, so each thread has its own context.
thread_local std::string check_context;

}  // namespace

void set_check_context(std::string_view context) { check_context = context; }

void check_failed(std::string_view what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %.*s%s%s\n", file, line, static_cast<int>(what.size()),
               what.data(), check_context.empty() ? "" : " with ", check_context.c_str());
  std::abort();
}

}  // namespace ports
