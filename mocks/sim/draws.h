// Draws: counter-based random numbers. draw(stream, entity, index) is a pure function of the seed
// and these three, so removing one fault or adding one pod moves no other draw.
//
// No libm and no std::*_distribution: their bits differ between machines. Probabilities are integer
// ratios.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"

namespace mocks::sim {

// What a draw is for. Adding one at the end changes no other's numbers.
enum class Stream : std::uint32_t {
  identifiers,  // ids, tokens, secrets that a mock makes up
  network_latency,
  agent_interval,  // Vault Agent's U(0.85, 0.95)
  agent_backoff,
  pod_ready_time,
  pod_termination,
  endpoint_lag,
  login_arrival,
  login_think_time,
  login_pod,
  propagation_lag,
  fault,
  rotator_random,  // what the rotator's Random port gives
  session,
  idp_answer_time,
};

class Draws {
 public:
  explicit constexpr Draws(std::uint64_t seed) : seed_(seed) {}

  constexpr std::uint64_t seed() const { return seed_; }

  // 64 uniform bits.
  constexpr std::uint64_t bits(Stream stream, std::uint64_t entity, std::uint64_t index) const {
    // Three rounds of a 64-bit finaliser (Stafford's variant 13 of MurmurHash3's), one for each
    // coordinate.
    std::uint64_t x = mix(seed_ + golden * (static_cast<std::uint64_t>(stream) + 1));
    x = mix(x ^ (entity + golden));
    return mix(x ^ (index * golden + 1));
  }

  // Uniform in [0, bound) without bias worth the name (multiply-shift; bias below bound / 2^64).
  // bound > 0.
  constexpr std::uint64_t below(std::uint64_t bound, Stream stream, std::uint64_t entity,
                                std::uint64_t index) const {
    return static_cast<std::uint64_t>((static_cast<Wide>(bits(stream, entity, index)) * bound) >>
                                      64U);
  }

  // Uniform in [low, high], both in nanoseconds.
  constexpr ports::Duration between(ports::Duration low, ports::Duration high, Stream stream,
                                    std::uint64_t entity, std::uint64_t index) const {
    const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
    return low + ports::Duration(static_cast<std::int64_t>(below(span, stream, entity, index)));
  }

  // True with probability numerator / denominator.
  constexpr bool chance(std::uint64_t numerator, std::uint64_t denominator, Stream stream,
                        std::uint64_t entity, std::uint64_t index) const {
    return below(denominator, stream, entity, index) < numerator;
  }

  // `length` characters of `alphabet`, for ids and secrets that a mock makes up.
  std::string text(std::size_t length, std::string_view alphabet, Stream stream,
                   std::uint64_t entity) const;

  static constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL;
  std::uint64_t seed_;
};

}  // namespace mocks::sim
