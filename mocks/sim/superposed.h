// Superposed: many independent Poisson streams of logins drawn as one. While nothing changes (same
// pods with the same shares, same verdict for each), each login is one draw: which class it falls
// into. No event, no branch and no memory for each login.
//
// The caller cuts time at every change of state into intervals. A class is whatever decides the
// verdict, for instance a pod, or a pair of pods (authorize on one, callback on another).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mocks/sim/draws.h"
#include "rotator/ports/clock.h"

namespace mocks::sim {

// Bound on the classes of one interval.
inline constexpr std::size_t max_login_classes = 4096;
// Verdict values: an outcome of 0 .. max_outcomes - 1 for each class; what they mean (success,
// which cause of failure) is the caller's.
inline constexpr std::size_t max_outcomes = 16;

// Picks a class with probability weight / sum of weights in constant time (Walker's alias method on
// integers; bias below classes / 2^64). Built once for each interval.
class ClassPicker {
 public:
  // At least one weight must be positive; the sum must stay below 2^52.
  explicit ClassPicker(std::span<const std::uint64_t> weights);

  // The class that 64 uniform bits pick.
  std::size_t pick(std::uint64_t bits) const;

 private:
  friend class Superposed;
  struct Column {
    std::uint64_t threshold = 0;  // below it: `own`, else `other`
    std::uint32_t own = 0;
    std::uint32_t other = 0;
  };
  std::vector<Column> columns_;
};

// One interval in which nothing changes.
struct LoginInterval {
  ports::Instant from = {};
  ports::Instant to = {};
  double rate = 0;                              // logins per second of the whole stream
  std::span<const std::uint64_t> weights = {};  // of each class
  std::span<const std::uint8_t> outcomes = {};  // of each class, below max_outcomes
};

using OutcomeCounts = std::array<std::uint64_t, max_outcomes>;

class Superposed {
 public:
  // Uses only the draws of Stream::login_arrival and Stream::login_pod of `entity`.
  Superposed(Draws draws, std::uint64_t entity) : draws_(draws), entity_(entity) {}

  // Draws how many logins the interval has (Poisson) and each one's class, and adds them to
  // `counts` by outcome. Intervals of one stream are told apart by their order: call once for each.
  // Returns the number of logins. Exact in law.
  std::uint64_t tally(const LoginInterval& interval, OutcomeCounts& counts);

  // As tally, in law the same, but draws one Poisson count for each class instead of one class for
  // each login: constant cost. (Fidelity `counts`.)
  std::uint64_t count(const LoginInterval& interval, OutcomeCounts& counts);

 private:
  Draws draws_;
  std::uint64_t entity_;
  std::uint64_t interval_ = 0;
};

}  // namespace mocks::sim
