// Timestamps as the APIs write them (RFC 3339), and durations as reports do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"

namespace rotator {

// "2026-01-02T03:04:05.123456789Z" or with an offset; 0 to 9 digits of a second are kept, more are
// dropped. Nothing when it is no such timestamp.
std::optional<ports::WallTime> parse_rfc3339(std::string_view text);

// A duration as Go writes it: "768h0m0s", "1.5s", "-1s", "0s". Nothing when it is none, or longer
// than a Duration holds.
std::optional<ports::Duration> parse_go_duration(std::string_view text);

// "2026-01-02T03:04:05.123456Z", always six digits: Kubernetes MicroTime takes nothing else.
std::string micro_time(ports::WallTime time);
// The same with three digits.
std::string milli_time(ports::WallTime time);

double in_seconds(ports::Duration duration);

// "1h30m", "1m30s", "1s500ms", for messages, as a configuration may write it: to the second from a
// minute on, else to the millisecond, and no less than that. Zero is "0s".
std::string to_text(ports::Duration duration);

}  // namespace rotator
