#include "rotator/ports/system_clock.h"

#include <poll.h>

#include <algorithm>
#include <ctime>

namespace ports {
namespace {

Duration read_clock(clockid_t which) {
  timespec time{};
  clock_gettime(which, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Instant SystemClock::now() const { return Instant(read_clock(CLOCK_MONOTONIC)); }

WallTime SystemClock::wall_now() const { return WallTime(read_clock(CLOCK_REALTIME)); }

Wake SystemClock::sleep_until(Instant when) {
  for (;;) {
    const Duration left = when - now();
    if (left <= Duration::zero()) return Wake::reached;
    // A day at a time: an Instant::max() must not overflow timespec, and the loop costs nothing.
    const Duration nap = std::min<Duration>(left, std::chrono::hours(24));
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(nap);
    const timespec wait{.tv_sec = whole.count(), .tv_nsec = (nap - whole).count()};
    pollfd asked{.fd = stop_.descriptor(), .events = POLLIN, .revents = 0};
    if (ppoll(&asked, 1, &wait, nullptr) == 1) return Wake::interrupted;
  }
}

}  // namespace ports
