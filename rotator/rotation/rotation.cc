#include "rotator/rotation/rotation.h"

#include "rotator/rotation/engine.h"

namespace rotator {

const char* to_string(Ending ending) {
  switch (ending) {
    case Ending::done: return "done";
    case Ending::rolled_back: return "rolled_back";
    case Ending::refused: return "refused";
    case Ending::unknown: return "unknown";
    case Ending::stopped: return "stopped";
    case Ending::misconfigured: return "misconfigured";
    case Ending::locked: return "locked";
    case Ending::interrupted: return "interrupted";
  }
  return "unknown";
}

int exit_code(Ending ending) {
  switch (ending) {
    case Ending::done: return 0;
    case Ending::rolled_back:
    case Ending::refused: return 1;
    case Ending::unknown: return 2;
    case Ending::stopped: return 3;
    case Ending::misconfigured: return 65;
    case Ending::locked: return 75;
    case Ending::interrupted: return 130;
  }
  return 70;
}

Judgement DoctorReport::verdict() const {
  Judgement worst = Judgement::pass;
  for (const auto& finding : findings) {
    if (finding.verdict == Judgement::fail) return Judgement::fail;
    if (finding.verdict == Judgement::unknown) worst = Judgement::unknown;
  }
  return worst;
}

Rotation::Rotation(const RotationPorts& ports, const Configuration& configuration,
                   Credentials credentials, Listener& listener)
    : engine_(std::make_unique<Engine>(ports, configuration, std::move(credentials), listener)) {}
Rotation::~Rotation() = default;

ports::Result<Plan> Rotation::plan() { return engine_->plan(); }
Outcome Rotation::run() { return engine_->run(); }
Outcome Rotation::resume() { return engine_->resume(); }
Outcome Rotation::rollback() { return engine_->rollback(); }
ports::Result<StatusReport> Rotation::status() { return engine_->status(); }
ports::Result<DoctorReport> Rotation::doctor() { return engine_->doctor(); }

}  // namespace rotator
