// Stage: where a play is performed. What the drama (play.h) and its acts (acts.h) need of a wire:
// its world, its time, its network, its users, the driver's process and other people. Two implement
// it:
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

// What a process of the rotator is told to do.
enum class Command { run, resume, rollback };
const char* to_string(Command command);

class Stage {
 public:
  virtual World& world() = 0;
  // The time that the timeline is written in.
  virtual mocks::Scheduler& scheduler() = 0;
  // Of the network between all who call.
  virtual mocks::sim::Conditions& conditions() = 0;

  // What users do from now on is counted under this label.
  virtual void begin_phase(const std::string& label) = 0;
  // A human does this act, one of the guide's commands, beside the driver.
  virtual void human(const Step& step) = 0;

  // A process of the driver begins: of the rotator, with this command, or somebody who follows the
  // guide by hand. Only when none runs. How it ends is told to Play::driver_ended, or, when
  // somebody killed it, to Play::driver_killed.
  virtual void start_process(Command command) = 0;
  // kill -9 and SIGTERM. Only while one runs.
  virtual void kill_process() = 0;
  virtual void interrupt_process() = 0;

 protected:
  ~Stage() = default;
};

}  // namespace scenarios
