// Tally: logins tried and failed, by cause, over the whole run and by phase.
//
// A login belongs to the instant at which its first token exchange reaches the identity provider
// (or would have, had it not failed earlier), whenever its outcome is known. Phases follow each
// other and cover the run.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/users/cause.h"
#include "rotator/ports/clock.h"

namespace mocks::users {

// Bound on the phases of one run.
inline constexpr std::size_t max_tally_phases = 10'000;

// [from, to); `to` is Instant::max() while it is open.
struct TallyPhase {
  std::string label = {};
  ports::Instant from = {};
  ports::Instant to = ports::Instant::max();
  Count logins = {};
};

class Tally {
 public:
  // Phases: `at` never goes back. The phase before the first is not recorded by itself.
  void begin_phase(ports::Instant at, std::string_view label);

  // One login, or `times` of them. None for a success.
  void record(ports::Instant when, std::optional<Cause> outcome, std::uint64_t times = 1);
  // The same for refreshes, which count in the total only.
  void record_refresh(std::optional<Cause> outcome, std::uint64_t times = 1);

  const Count& total() const { return total_; }
  const Count& refreshes() const { return refreshes_; }
  const std::vector<TallyPhase>& phases() const { return phases_; }

  // Every instant in (from, to) at which a phase begins, ascending, no instant
  // twice: between two of them all logins count alike.
  std::vector<ports::Instant> boundaries(ports::Instant from, ports::Instant to) const;

 private:
  Count total_;
  Count refreshes_;
  std::vector<TallyPhase> phases_;
};

}  // namespace mocks::users
