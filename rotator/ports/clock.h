// The clock port: the only way the product learns the time or waits.
//
// Two kinds of time that never mix. WallTime is UTC, for timestamps that others read (Lease
// renewTime, journal); it may jump. Instant is monotonic, for deadlines and durations; it never
// goes back. Durations are nanoseconds in 64 bits.
#pragma once

#include <chrono>
#include <cstdint>

namespace ports {

using Duration = std::chrono::nanoseconds;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

// Tag of the monotonic time line. It has no now(): only a Clock knows that.
struct Monotonic {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Duration;
  using time_point = std::chrono::time_point<Monotonic, Duration>;
};
using Instant = std::chrono::time_point<Monotonic, Duration>;

enum class Wake {
  reached,      // the instant has come
  interrupted,  // somebody asked this process to stop; it has not necessarily come
};

class Clock {
 public:
  virtual ~Clock() = default;

  virtual Instant now() const = 0;
  virtual WallTime wall_now() const = 0;

  // Waits until now() >= when, or until the process is asked to stop. Returns at once when either
  // already holds.
  [[nodiscard]] virtual Wake sleep_until(Instant when) = 0;

  // True once the process was asked to stop (SIGTERM, SIGINT). Stays true.
  virtual bool interrupted() const = 0;
};

}  // namespace ports
