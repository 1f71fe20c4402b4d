// A brisk rotation in a small fleet: short waits and few logins, so that it can be played by the
// hundred.
#pragma once

#include <string>

#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "scenarios/explore/trial.h"

namespace testing::explore {

// `more`: further sections of the scenario, each line with its line break.
scenarios::Scenario brisk(const std::string& more = {});

// Where it is played. Throws what is wrong with it.
struct Court {
  explicit Court(const std::string& more = {});

  ports::StopSignal stop = {};
  ports::SystemClock clock{stop};
  scenarios::explore::Court court;
};

}  // namespace testing::explore
