#include "mocks/users/tally.h"

#include <algorithm>

#include "rotator/ports/check.h"

namespace mocks::users {

void Tally::begin_phase(ports::Instant at, std::string_view label) {
  ports::check(phases_.size() < max_tally_spans, "a run has few phases");
  if (!phases_.empty()) {
    ports::check(phases_.back().from <= at, "phases begin in order of time");
    phases_.back().to = at;
  }
  phases_.push_back(TallySpan{.label = std::string(label), .from = at});
}

std::size_t Tally::open_window(ports::Instant from, std::string_view label, ports::Instant to) {
  ports::check(windows_.size() < max_tally_spans, "a run has few windows");
  windows_.push_back(TallySpan{.label = std::string(label), .from = from, .to = to});
  return windows_.size() - 1;
}

void Tally::close_window(std::size_t window, ports::Instant at) {
  ports::check(window < windows_.size(), "a window is closed that was never opened");
  windows_[window].to = at;
}

void Tally::record(ports::Instant when, std::optional<Cause> outcome, std::uint64_t times) {
  total_.add(outcome, times);
  for (auto phase = phases_.rbegin(); phase != phases_.rend(); ++phase) {
    if (when < phase->from) continue;
    // Phases of no length end where they begin: the latest that has begun is the one.
    phase->logins.add(outcome, times);
    break;
  }
  for (auto& window : windows_)
    if (window.from <= when && when < window.to) window.logins.add(outcome, times);
}

void Tally::record_refresh(std::optional<Cause> outcome, std::uint64_t times) {
  refreshes_.add(outcome, times);
}

std::vector<ports::Instant> Tally::boundaries(ports::Instant from, ports::Instant to) const {
  std::vector<ports::Instant> out;
  const auto note = [&](ports::Instant at) {
    if (from < at && at < to) out.push_back(at);
  };
  for (const auto& phase : phases_) note(phase.from);
  for (const auto& window : windows_) {
    note(window.from);
    note(window.to);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace mocks::users
