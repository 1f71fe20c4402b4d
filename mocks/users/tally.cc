#include "mocks/users/tally.h"

#include <algorithm>

#include "rotator/ports/check.h"

namespace mocks::users {

void Tally::begin_phase(ports::Instant at, std::string_view label) {
  ports::check(phases_.size() < max_tally_phases, "a run has few phases");
  if (!phases_.empty()) {
    ports::check(phases_.back().from <= at, "phases begin in order of time");
    phases_.back().to = at;
  }
  phases_.push_back(TallyPhase{.label = std::string(label), .from = at});
}

void Tally::record(ports::Instant when, std::optional<Cause> outcome, std::uint64_t times) {
  total_.add(outcome, times);
  for (auto phase = phases_.rbegin(); phase != phases_.rend(); ++phase) {
    if (when < phase->from) continue;
    // Phases of no length end where they begin: the latest that has begun is the one.
    phase->logins.add(outcome, times);
    break;
  }
}

void Tally::record_refresh(std::optional<Cause> outcome, std::uint64_t times) {
  refreshes_.add(outcome, times);
}

std::vector<ports::Instant> Tally::boundaries(ports::Instant from, ports::Instant to) const {
  std::vector<ports::Instant> out;
  for (const auto& phase : phases_)
    if (from < phase.from && phase.from < to) out.push_back(phase.from);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace mocks::users
