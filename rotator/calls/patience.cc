#include "rotator/calls/patience.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace rotator {

Patience::Patience(ports::Clock& clock, ports::Instant until, RepeatListener* told)
    : clock_(clock), until_(until), told_(told) {}

ports::Instant Patience::attempt_deadline(ports::Duration call_timeout) const {
  return std::min(clock_.now() + call_timeout, until_);
}

ports::Status Patience::wait(ports::Error last, std::optional<ports::Duration> asked) {
  if (clock_.interrupted())
    return ports::fail(ports::ErrorCode::interrupted, last.message + " (asked to stop)");
  const auto pause = asked ? std::max(*asked, first_wait) : next_wait_;
  if (pause >= until_ - clock_.now() || attempts_ >= most_attempts) {
    if (attempts_ > 1) last.message += " (tried " + std::to_string(attempts_) + " times)";
    return ports::fail(std::move(last));
  }
  next_wait_ = std::min(2 * next_wait_, longest_wait);
  const auto left = until_ - clock_.now();
  if (told_ != nullptr && left >= wait_untold && (attempts_ > 1 || pause >= wait_untold))
    std::exchange(told_, nullptr)->repeating(last.message, clock_.wall_now() + left, left);
  ++attempts_;
  if (clock_.sleep_until(clock_.now() + pause) == ports::Wake::interrupted)
    return ports::fail(ports::ErrorCode::interrupted, last.message + " (asked to stop)");
  return {};
}

std::optional<ports::Duration> retry_after(const ports::Response& response) {
  const auto header = ports::find_header(response.headers, "Retry-After");
  if (!header) return std::nullopt;
  int seconds = 0;
  const auto [end, error] =
      std::from_chars(header->data(), header->data() + header->size(), seconds);
  if (error != std::errc() || end != header->data() + header->size() || seconds < 0)
    return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace rotator
