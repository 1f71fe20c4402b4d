// Outcome: how one run of the rotator ended, for the operator, the exit code and the metrics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/rotation/phase.h"

namespace rotator {

enum class Ending {
  done,           // exit 0: rotated; or nothing was left to do
  rolled_back,    // exit 1: everything is as it was before; exit 0 where that was asked for
  refused,        // exit 1: the preflight found an obstacle; nothing was changed
  unknown,        // exit 2: a system could not be reached or understood; resumable
  stopped,        // exit 3: a stop condition; both secrets are valid; an operator decides
  misconfigured,  // exit 65
  locked,         // exit 75: another rotator holds the lock or has moved the journal
  interrupted,    // exit 130: asked to stop; resumable
};
// The names above: public, in reports and metrics.
const char* to_string(Ending ending);
// The exit code of the `rotator` executable, as above.
int exit_code(Ending ending);

struct Outcome {
  Ending ending = Ending::unknown;
  Phase phase = Phase::preflight;  // the last one entered
  int exit_code = 2;
  bool rotated = false;  // with done: by this run; false: nothing was left to do
  // When the secret was last rotated before this run, as the journal tells; zero = it tells of
  // none, or was not read.
  ports::WallTime rotated_before = {};
  std::string message = {};  // one sentence for the operator
  // Of the rotation that this run worked on; of an earlier one only where that is what it tells of.
  std::string rotation_id = {};
  std::string strategy = {};  // its name; empty when none was ever chosen
  // In the order entered; a phase entered twice is there twice.
  std::vector<std::pair<Phase, ports::Duration>> durations = {};
  ports::Duration took{0};
  std::uint64_t api_calls = 0;
  int restarts = 0;  // of the workload, in the whole rotation
  // How long the old secret was good beside the new one, by the rotator's clock; nothing while it
  // still is, and where it was not disabled.
  std::optional<ports::Duration> exposure = {};
  // By the failure signal, since the rotation began; nothing without one.
  std::optional<std::int64_t> login_failures = {};
};

}  // namespace rotator
