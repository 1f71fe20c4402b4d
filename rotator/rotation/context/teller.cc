#include "rotator/rotation/context/teller.h"

#include "rotator/calls/times.h"
#include "rotator/rotation/journal.h"

namespace rotator {

void Teller::began(Phase phase, const std::string& rotation_id) {
  phase_ = phase;
  listener_.phase_began(phase, rotation_id);
}

void Teller::ended(bool succeeded, ports::Duration took, const std::string& message) {
  listener_.phase_ended(phase_, succeeded, took, message);
}

void Teller::waiting(const std::string& what, ports::Duration at_most) {
  listener_.waiting(phase_, what, at_most);
}

void Teller::repeating(const std::string& why, ports::WallTime until, ports::Duration left) {
  note(Severity::info, why + "; is tried again until " + to_rfc3339(until).substr(0, 19) +
                           "Z at the latest, " + to_text(left) + " from now");
}

void Teller::note(Severity severity, const std::string& message) {
  listener_.noted(severity, message);
}

bool Teller::gate(GateResult result) {
  if (!configuration_.gate_enabled(result.gate)) {
    result.disabled = true;
    result.verdict = Judgement::unknown;
    result.reason = "switched off by unsafe.disabled_gates";
  }
  listener_.gate_evaluated(phase_, result);
  return result.open();
}

void Teller::judged(const GateResult& result) { listener_.gate_evaluated(phase_, result); }

}  // namespace rotator
