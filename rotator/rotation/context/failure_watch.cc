#include "rotator/rotation/context/failure_watch.h"

#include "rotator/calls/counted.h"

namespace rotator {

FailureWatch::FailureWatch(Systems& systems, const Values& values,
                           const Configuration& configuration, ports::Clock& clock, Teller& teller)
    : systems_(systems),
      values_(values),
      configuration_(configuration),
      clock_(clock),
      teller_(teller) {
  if (configuration.rotation.failure_signal)
    query_.emplace(systems.http(), clock, *configuration.rotation.failure_signal);
}

ports::Result<std::int64_t> FailureWatch::begin() {
  const auto count = query_->count();
  if (!count) return ports::fail(count.error());
  count_ = *count;
  quiet_ = {.watched_since = clock_.now()};
  next_look_ = clock_.now() + configuration_.rotation.failure_signal->every;
  return *count;
}

void FailureWatch::recall(std::optional<std::int64_t> count_then) {
  if (!query_) return;
  count_ = count_then;
  look();
}

void FailureWatch::forgive() {
  seen_ = 0;
  quiet_.last_trouble.reset();
}

void FailureWatch::look() {
  if (!query_) return look_by_probes();
  const auto now = clock_.now();
  next_look_ = now + configuration_.rotation.failure_signal->every;
  const auto count = query_->count();
  if (!count) {
    quiet_.blind = true;
    teller_.note(Severity::warning, count.error().message);
    return;
  }
  quiet_.blind = false;
  if (!quiet_.watched_since) quiet_.watched_since = now;
  // A counter that fell was reset: what it shows now came since.
  const auto grown = count_ ? (*count >= *count_ ? *count - *count_ : *count) : 0;
  count_ = *count;
  if (grown == 0) return;
  seen_ += grown;
  quiet_.last_trouble = now;
  teller_.note(Severity::warning, counted(grown, "new login failure"));
}

// In the phases where both secrets must work. An old one that lapses by itself is not asked for:
// the way back, which its refusal would lead to, is closed by then.
void FailureWatch::look_by_probes() {
  const auto now = clock_.now();
  next_look_ = now + configuration_.rotation.soak_check_every;
  bool sure = true;
  for (const auto* value : {&values_.new_value(), &values_.old_value()}) {
    if (value->empty()) continue;
    if (value == &values_.old_value() &&
        (no_way_back_ || systems_.capability().slots == Capability::Slots::current_and_retiring))
      continue;
    const auto answer = systems_.probe().ask(*value);
    if (answer && answer->acceptance == Acceptance::refused) quiet_.last_trouble = now;
    sure = sure && answer && answer->acceptance != Acceptance::unknown;
  }
  quiet_.blind = !sure;
  if (!quiet_.watched_since) quiet_.watched_since = now;
}

void FailureWatch::probe_no_more() {
  if (!query_) rest();
}

void FailureWatch::watch_from_now() {
  if (!quiet_.watched_since) quiet_.watched_since = clock_.now();
}

bool FailureWatch::breached() const {
  return query_ && !no_way_back_ && seen_ > configuration_.rotation.stop_after_failures;
}

}  // namespace rotator
