// WorkQueue: what a controller still has to look at, each object once, and when. As client-go's
// queue, any number of changes before it looks are one look.
#pragma once

#include <cstdint>
#include <map>

#include "mocks/scheduler.h"

namespace mocks::kubernetes {

class WorkQueue {
 public:
  // Both must outlive it.
  WorkQueue(Scheduler& scheduler, Timed& target) : scheduler_(scheduler), target_(target) {}
  // Wakes the target with (kind, serial) at `when`, or earlier if that is already planned.
  void add(ports::Instant when, std::uint32_t kind, std::uint64_t serial);
  // To be called when a timer has fired.
  void taken(std::uint64_t serial) { waiting_.erase(serial); }

 private:
  struct Waiting {
    TimerId timer = 0;
    ports::Instant when = {};
  };
  Scheduler& scheduler_;
  Timed& target_;
  std::map<std::uint64_t, Waiting> waiting_;
};

}  // namespace mocks::kubernetes
