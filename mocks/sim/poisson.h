// Random arrivals, the same bits on every machine: natural logarithm and exponential in plain IEEE
// arithmetic (+ - * / only, no contraction), and exact samplers of the exponential and the Poisson
// law on counter-based draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mocks/sim/draws.h"
#include "rotator/ports/clock.h"

namespace mocks::sim {

// ln x for finite x > 0, and e^x for |x| <= 700; both within 1 unit in the last place of the C
// library's.
double natural_log(double x);
double natural_exp(double x);
// ln n!, within 1e-15 of its value or 1e-15, whichever is more.
double log_factorial(std::uint64_t n);

// Uniform in (0, 1], and in (0, 1) without ends, from 64 random bits.
constexpr double open_low_unit(std::uint64_t bits) {
  return (static_cast<double>(bits >> 11U) + 1.0) * 0x1p-53;
}
constexpr double open_unit(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12U) + 0.5) * 0x1p-52;
}

// A Poisson count of the given mean (0 <= mean <= 1e15): exact in law to double precision. Uses
// only the draws of (stream, entity, index). Inversion below a mean of 10, Hormann's PTRS above
// ("The transformed rejection method for generating Poisson random variables", 1993).
std::uint64_t poisson_count(double mean, Draws draws, Stream stream, std::uint64_t entity,
                            std::uint64_t index);

// The exponential gap before arrival `index` of a stream with `rate` arrivals per second
// (rate > 0): whole nanoseconds, at least 1, by inversion.
ports::Duration exponential_gap(double rate, Draws draws, Stream stream, std::uint64_t entity,
                                std::uint64_t index);

// `count` instants, independent and uniform in [from, to), in order, into `out` (which is
// overwritten): where the arrivals of a Poisson stream lie, given how many there are.
void uniform_instants(std::uint64_t count, ports::Instant from, ports::Instant to, Draws draws,
                      Stream stream, std::uint64_t entity, std::vector<ports::Instant>& out);

}  // namespace mocks::sim
