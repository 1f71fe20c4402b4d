// SystemClock: the Clock port on CLOCK_MONOTONIC and CLOCK_REALTIME. May be used by many threads.
#pragma once

#include "rotator/ports/clock.h"
#include "rotator/ports/stop_signal.h"

namespace ports {

class SystemClock final : public Clock {
 public:
  // `stop` wakes sleepers and is what interrupted() tells; it must outlive the clock.
  explicit SystemClock(StopSignal& stop) : stop_(stop) {}

  Instant now() const override;
  WallTime wall_now() const override;
  [[nodiscard]] Wake sleep_until(Instant when) override;
  bool interrupted() const override { return stop_.requested(); }

 private:
  StopSignal& stop_;
};

}  // namespace ports
