// Rotation: rotates one OIDC client secret without one failed login. What stands behind the
// `rotator` executable; the harness runs the same class in a simulated world.
//
// How it goes on is a strategy's table of phases (strategies/), walked by the driver (driver.h).
// Every phase first looks at the world and then acts, so that a run that died anywhere is finished
// or rolled back by resume(). Before each external effect the intent is in the journal (check-and-
// set) and the Lease is proved to be ours. Nothing is retired before every gate is open.
#pragma once

#include <memory>

#include "rotator/ports/result.h"
#include "rotator/rotation/configuration.h"
#include "rotator/rotation/doctor.h"
#include "rotator/rotation/listener.h"
#include "rotator/rotation/outcome.h"
#include "rotator/rotation/plan.h"
#include "rotator/rotation/rotation_ports.h"
#include "rotator/rotation/status.h"

namespace rotator {

class Rotation {
 public:
  // `configuration` is copied; ports and listener must outlive the rotation.
  Rotation(const RotationPorts& ports, const Configuration& configuration, Credentials credentials,
           Listener& listener);
  ~Rotation();
  Rotation(const Rotation&) = delete;
  Rotation& operator=(const Rotation&) = delete;

  // Looks and changes nothing. An Error only when not even a list of findings could be made.
  ports::Result<Plan> plan();
  // A whole rotation. Continues one that a crash left unfinished, by the strategy that began it.
  Outcome run();
  // Continues an unfinished or stopped rotation from wherever its journal says; `done` at once when
  // there is none.
  Outcome resume();
  // Takes an unfinished or stopped rotation back; refused once the old secret may have been
  // deleted.
  Outcome rollback();
  ports::Result<StatusReport> status();
  ports::Result<DoctorReport> doctor();

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

}  // namespace rotator
