// Scheduler: how a mock learns the time and asks to be woken. The simulated one is the event queue
// (mocks/sim); the real one is a timer thread that takes the world's lock (mocks/wire).
//
// A timer names its target, a kind and a subject, so that a mock is woken by one `switch` and
// nothing is allocated.
#pragma once

#include <cstdint>

#include "rotator/ports/clock.h"

namespace mocks {

// Somebody who can be woken. `kind` and `subject` are the target's own: which of its timers, and
// for which of its objects.
class Timed {
 public:
  virtual void on_timer(std::uint32_t kind, std::uint64_t subject) = 0;

 protected:
  ~Timed() = default;
};

// Names one pending timer; 0 names none. Never used twice within a run.
using TimerId = std::uint64_t;

class Scheduler {
 public:
  virtual ~Scheduler() = default;

  virtual ports::Instant now() const = 0;
  virtual ports::WallTime wall_now() const = 0;

  // Wakes `target` at `when`, or at once if that has passed. Timers of one instant fire in the
  // order they were set. The target must live until the timer fires or is cancelled.
  virtual TimerId at(ports::Instant when, Timed& target, std::uint32_t kind,
                     std::uint64_t subject) = 0;

  // Takes back a timer; nothing happens if it has fired or never was.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace mocks
