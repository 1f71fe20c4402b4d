// Process: a simulated operating-system process with one thread. It gives a fiber a name, virtual
// time to wait in, and what an operator can do to a process: interrupt (SIGTERM), kill (SIGKILL),
// pause and resume (SIGSTOP, SIGCONT).
//
// Its program only ever runs from the event queue, never from inside a mock, so a mock is not
// entered twice. The ports of sim_ports.h and the clients of network.h are bound to a Process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mocks/scheduler.h"
#include "mocks/sim/fiber.h"
#include "rotator/ports/clock.h"

namespace mocks::sim {

class Process final : private Timed {
 public:
  // `name` says who it is to the network and the fault plan: "rotator", "operator".
  Process(Scheduler& scheduler, std::string name);
  // Kills the program if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  const std::string& name() const { return name_; }

  // Starts `program` as the next event of this instant. Not while another one runs. Clears an
  // interrupt: it is a new process of the same name.
  void start(Fiber::Body program);

  // True from start() until the program has returned or was killed.
  bool running() const { return fiber_.has_value() && !fiber_->ended(); }
  // True when the last program ended by kill().
  bool killed() const { return fiber_.has_value() && fiber_->killed(); }

  // Asks it to stop: wakes it from Clock::sleep_until and Stream::next. Calls under way go on.
  void interrupt();
  bool interrupted() const { return interrupted_; }

  // Ends it where it waits, with no further effect; not from the program itself.
  void kill();

  // While paused it does not run, whatever it waits for; what has come meanwhile it sees at
  // resume(). Calls of both do not nest.
  void pause() { paused_ = true; }
  void resume();
  bool paused() const { return paused_; }

  // --- For ports, on the process's own fiber -------------------------------------------------
  Scheduler& scheduler() const { return scheduler_; }
  // True on a fiber that unwinds after kill(): a port must refuse without any effect.
  bool unwinding() const { return fiber_.has_value() && fiber_->killed(); }
  // Waits until `until`, or until wake() or wake_at(); may return early: check and wait again.
  // Instant::max() means until woken.
  void wait(ports::Instant until);

  // --- For ports, from a timer ---------------------------------------------------------------
  // Runs it now if it waits. Only at the top of on_timer(), never from inside a mock.
  void wake();
  // Moves the end of the present wait to `when` if that is earlier. From anywhere.
  void wake_at(ports::Instant when);

 private:
  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void set_timer(ports::Instant when);
  void drop_timer();

  Scheduler& scheduler_;
  std::string name_;
  std::optional<Fiber> fiber_;
  TimerId timer_ = 0;
  ports::Instant timer_at_{};
  bool waiting_ = false;
  bool interrupted_ = false;
  bool paused_ = false;
  bool woken_while_paused_ = false;
};

}  // namespace mocks::sim
