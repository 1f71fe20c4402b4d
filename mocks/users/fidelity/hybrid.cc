#include "mocks/users/fidelity/hybrid.h"

#include <algorithm>

#include "mocks/users/counting.h"

namespace mocks::users {

HybridLogins::HybridLogins(const LoginSetting& setting)
    : setting_(setting), counted_(setting), events_(setting, this), refreshes_(setting) {
  setting_.timeline.set_listener(this);
}

HybridLogins::~HybridLogins() { setting_.timeline.set_listener(nullptr); }

void HybridLogins::start(ports::Instant at) {
  running_ = true;
  counted_.start(at);
  on_change(at);
}

void HybridLogins::stop(ports::Instant at) {
  running_ = false;
  counted_.stop(at);
  events_.stop(at);
  refreshes_.stop();
}

void HybridLogins::settle(ports::Instant now) {
  events_.settle();
  if (!streaming_) counted_.settle(now);
}

void HybridLogins::catch_up(ports::Instant now) {
  if (!streaming_) counted_.catch_up(now);
}

void HybridLogins::on_change(ports::Instant at) {
  if (!running_) return;
  const auto& journey = setting_.protocol.options();
  if (!failure_possible(setting_.timeline, journey, at)) return;
  stream_end_ = forever;
  if (streaming_) return;
  // Whoever landed before was let in.
  const auto from = std::max(counted_.counted(), at - journey.longest_landing());
  counted_.count_until(from);
  streaming_ = true;
  events_.begin(from);
  refreshes_.begin(from);
}

bool HybridLogins::ends_before(ports::Instant exchange) {
  const auto& journey = setting_.protocol.options();
  const auto now = setting_.scheduler.now();
  if (stream_end_ == forever && !failure_possible(setting_.timeline, journey, now))
    stream_end_ = now + journey.longest_before();
  if (exchange < stream_end_) return false;
  // Whoever reaches the identity provider from here on is counted again.
  counted_.resume(stream_end_);
  refreshes_.end(stream_end_);
  stream_end_ = forever;
  streaming_ = false;
  return true;
}

}  // namespace mocks::users
