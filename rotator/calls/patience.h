// Patience: how long and how often one call is repeated.
//
// Waits grow from first_wait, doubling, to longest_wait; a server that names its own time
// (Retry-After, RFC 9110 section 10.2.3) is obeyed, if the time that is left allows.
#pragma once

#include <optional>
#include <string>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"

namespace rotator {

inline constexpr ports::Duration first_wait = std::chrono::milliseconds(250);
inline constexpr ports::Duration longest_wait = std::chrono::seconds(4);
inline constexpr int most_attempts = 1000;  // a clock that stands still must not hold us for ever

// A call that may take so much longer is told of, once a second attempt has come to nothing or its
// server asks for as long a wait.
inline constexpr ports::Duration wait_untold = std::chrono::seconds(10);

// Who is told that a call is being repeated.
class RepeatListener {
 public:
  // Once a call: `why` is what its last attempt came to; it is repeated until `until` at the
  // latest, `left` from now.
  virtual void repeating(const std::string& why, ports::WallTime until, ports::Duration left) = 0;

 protected:
  ~RepeatListener() = default;
};

class Patience {
 public:
  // Nothing is repeated after `until`. The listener must outlive it and may be null.
  Patience(ports::Clock& clock, ports::Instant until, RepeatListener* told = nullptr);

  // When the attempt that starts now has to have ended.
  ports::Instant attempt_deadline(ports::Duration call_timeout) const;

  // Waits before the next attempt, for `asked` or by our own rule. `last` is what the last attempt
  // came to; it is returned, with what we did about it added, when no time is left. Error
  // interrupted when asked to stop.
  ports::Status wait(ports::Error last, std::optional<ports::Duration> asked = std::nullopt);

 private:
  ports::Clock& clock_;
  ports::Instant until_;
  RepeatListener* told_;  // null once it was told
  ports::Duration next_wait_ = first_wait;
  int attempts_ = 1;
};

// Retry-After in whole seconds; nothing when absent or a date.
std::optional<ports::Duration> retry_after(const ports::Response& response);

}  // namespace rotator
