// Listener: who wants to know how a rotation goes on. Logs, notifications, metrics and the harness
// are listeners; a rotation has one, and listeners stack (notifier.h).
#pragma once

#include <string>

#include "rotator/ports/clock.h"
#include "rotator/rotation/gate.h"
#include "rotator/rotation/phase.h"

namespace rotator {

enum class Severity { debug, info, warning, error };
const char* to_string(Severity severity);

// Told what happens as it happens, on the rotation's own thread or fiber. May make calls of its own
// but not into the rotation. Every text is free of secrets.
class Listener {
 public:
  virtual ~Listener() = default;
  // A rotation has its id from the preflight on, also one that the preflight refuses.
  virtual void phase_began(Phase /*phase*/, const std::string& /*rotation_id*/) {}
  // `message` says why when it did not succeed, and may say more when it did.
  virtual void phase_ended(Phase /*phase*/, bool /*succeeded*/, ports::Duration /*took*/,
                           const std::string& /*message*/) {}
  // About to wait for `what`, no longer than `at_most`.
  virtual void waiting(Phase /*phase*/, const std::string& /*what*/, ports::Duration /*at_most*/) {}
  // A gate was judged, or found switched off.
  virtual void gate_evaluated(Phase /*phase*/, const GateResult& /*result*/) {}
  // Anything else that an operator may want to read later.
  virtual void noted(Severity /*severity*/, const std::string& /*message*/) {}
};

}  // namespace rotator
