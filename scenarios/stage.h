// Stage: where a play is performed. What the drama (play.h) and its acts (acts.h) need of a wire:
// its world, its time, its network, its rotator's process and its people. Two implement it:
// stage_sim.cc (virtual time, the rotator's library on a fiber) and stage_wire.cc (real HTTPS, the
// rotator's executable as a child process).
//
// Everything is called under the world's lock where the stage has one, and returns at once: what
// takes time happens after it.
#pragma once

#include "mocks/scheduler.h"
#include "mocks/sim/faults/conditions.h"
#include "scenarios/scenario.h"
#include "scenarios/world.h"

namespace scenarios {

class Stage {
 public:
  virtual World& world() = 0;
  // The time that the timeline is written in.
  virtual mocks::Scheduler& scheduler() = 0;
  // Of the network between all who call.
  virtual mocks::sim::Conditions& conditions() = 0;

  // A human does this act, one of the guide's commands, beside the driver.
  virtual void human(const Step& step) = 0;

  // kill -9; nothing when no process runs. A new one may follow (Play::next_after).
  virtual void kill_rotator() = 0;
  // SIGTERM; nothing when no process runs.
  virtual void interrupt_rotator() = 0;
  // A new process that goes on where the last one was; nothing when one runs.
  virtual void start_rotator() = 0;

 protected:
  ~Stage() = default;
};

}  // namespace scenarios
