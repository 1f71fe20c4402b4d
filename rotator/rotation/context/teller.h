// Teller: tells the listener what happens, under the name of the phase at hand. Knows which gates
// are switched off, so that a switched-off gate is told as such and never as passed.
#pragma once

#include <string>

#include "rotator/calls/patience.h"
#include "rotator/rotation/configuration.h"
#include "rotator/rotation/listener.h"

namespace rotator {

class Teller final : public RepeatListener {
 public:
  // Both must outlive this.
  Teller(Listener& listener, const Configuration& configuration)
      : listener_(listener), configuration_(configuration) {}

  // From now on everything is told as of `phase`.
  void began(Phase phase, const std::string& rotation_id);
  void ended(bool succeeded, ports::Duration took, const std::string& message);
  // The phase at hand; preflight before any began.
  Phase phase() const { return phase_; }

  void waiting(const std::string& what, ports::Duration at_most);
  void repeating(const std::string& why, ports::WallTime until, ports::Duration left) override;
  void note(Severity severity, const std::string& message);

  // Tells what was judged, or that the configuration switched this gate off; whether the gate lets
  // the rotation go on.
  bool gate(GateResult result);
  // Tells what was judged where no switch counts: on the way back every gate does.
  void judged(const GateResult& result);

 private:
  Listener& listener_;
  const Configuration& configuration_;
  Phase phase_ = Phase::preflight;
};

}  // namespace rotator
