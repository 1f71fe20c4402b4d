#include "mocks/sim/poisson.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "rotator/ports/check.h"

// Of <cmath> only sqrt, floor and abs are used: IEEE 754 fixes every bit of their results.

namespace mocks::sim {
namespace {

// ln 2 in two parts; the first has 37 bits, so that its products with exponents are exact.
constexpr double ln2_high = 0x1.62e42fefap-1;
constexpr double ln2_low = 0x1.cf79abc9e3b3ap-40;
constexpr double half_ln_two_pi = 9.18938533204672741780e-01;

// The numbers of one sampled value: as many as a rejection loop asks for, all from one draw.
class Tape {
 public:
  explicit Tape(std::uint64_t key) : state_(key) {}
  std::uint64_t next() { return Draws::mix(state_ += 0x9e3779b97f4a7c15ULL); }

 private:
  std::uint64_t state_;
};

// ln n! - ((n + 1/2) ln n - n + ln(2 pi) / 2) for n >= 1, to about 1e-15.
double stirling_error(double n) {
  constexpr double few = 16;
  if (n < few)
    return log_factorial(static_cast<std::uint64_t>(n)) -
           ((n + 0.5) * natural_log(n) - n + half_ln_two_pi);
  const double square = n * n;
  return (1.0 / 12 -
          (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square) /
              square) /
         n;
}

// x ln(x / mean) + mean - x without cancellation where the two are close (Loader, "Fast and
// Accurate Computation of Binomial Probabilities", 2000).
double deviance(double x, double mean) {
  if (std::abs(x - mean) >= 0.1 * (x + mean)) return x * natural_log(x / mean) + mean - x;
  const double v = (x - mean) / (x + mean);
  double sum = (x - mean) * v;
  double term = 2 * x * v;
  for (int j = 3;; j += 2) {
    term *= v * v;
    const double next = sum + term / j;
    if (next == sum) return sum;
    sum = next;
  }
}

// ln P(count = k) for k >= 0 and mean > 0.
double log_probability(double k, double mean) {
  if (k == 0) return -mean;
  return -stirling_error(k) - deviance(k, mean) - half_ln_two_pi - 0.5 * natural_log(k);
}

// Walks the distribution function upwards from 0.
std::uint64_t by_inversion(double mean, Tape& tape) {
  constexpr std::uint64_t beyond = 200;  // P(count > 200) < 1e-180 for mean < 10
  const double u = open_unit(tape.next());
  double probability = natural_exp(-mean);
  double sum = probability;
  std::uint64_t k = 0;
  while (u > sum && k < beyond) {
    ++k;
    probability *= mean / static_cast<double>(k);
    sum += probability;
  }
  return k;
}

// Names as in Hormann's paper.
std::uint64_t by_transformed_rejection(double mean, Tape& tape) {
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = open_unit(tape.next()) - 0.5;
    const double v = open_unit(tape.next());
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return static_cast<std::uint64_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (natural_log(v * inverse_alpha / (a / (us * us) + b)) <= log_probability(k, mean))
      return static_cast<std::uint64_t>(k);
  }
}

}  // namespace

// ln(1 + f) = 2 artanh(s) with s = f / (2 + f), by its series: |s| < 0.172. Since 2 s = f - s f,
// the sum is f with a small correction, and loses nothing where f is small.
double natural_log(double x) {
  constexpr int terms = 11;
  std::int64_t exponent = 0;
  if (x < std::numeric_limits<double>::min()) {  // subnormal
    x *= 0x1p54;
    exponent = -54;
  }
  // x = 2^exponent (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
  constexpr std::uint64_t one = 0x3ff0000000000000ULL;
  constexpr std::uint64_t root_of_half = 0x3fe6a09e00000000ULL;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) + (one - root_of_half);
  exponent += static_cast<std::int64_t>(bits >> 52U) - 1023;
  const double f = std::bit_cast<double>((bits & 0x000fffffffffffffULL) + root_of_half) - 1.0;
  const double s = f / (2.0 + f);
  const double square = s * s;
  double series = 0;  // 2/3 s^2 + 2/5 s^4 + ...
  for (int term = terms; term > 0; --term) series = (series + 2.0 / (2 * term + 1)) * square;
  const auto k = static_cast<double>(exponent);
  const double half_square = 0.5 * f * f;
  return k * ln2_high + (f - (half_square - (s * (half_square + series) + k * ln2_low)));
}

// e^x = 2^k e^r with |r| <= ln 2 / 2, by its Taylor series.
double natural_exp(double x) {
  constexpr double inverse_ln2 = 0x1.71547652b82fep+0;
  constexpr int terms = 13;
  ports::check(std::abs(x) <= 700, "natural_exp is for |x| <= 700");
  const auto k = static_cast<std::int64_t>(inverse_ln2 * x + (x < 0 ? -0.5 : 0.5));
  const double high = x - static_cast<double>(k) * ln2_high;
  const double low = static_cast<double>(k) * ln2_low;
  const double r = high - low;
  double series = 0;  // r^2/2! + r^3/3! + ...
  for (int term = terms; term > 1; --term) series = (series + 1.0) * r / term;
  series *= r;
  const double y = 1 + (high + (series - low));
  return y * std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52U);
}

double log_factorial(std::uint64_t n) {
  constexpr std::uint64_t exact = 20;  // 20! is the last to fit 64 bits
  if (n <= exact) {
    std::uint64_t product = 1;
    for (std::uint64_t i = 2; i <= n; ++i) product *= i;
    return natural_log(static_cast<double>(product));
  }
  const auto x = static_cast<double>(n);
  return (x + 0.5) * natural_log(x) - x + half_ln_two_pi + stirling_error(x);
}

std::uint64_t poisson_count(double mean, Draws draws, Stream stream, std::uint64_t entity,
                            std::uint64_t index) {
  constexpr double greatest = 1e15;
  constexpr double small = 10;
  ports::check(mean >= 0 && mean <= greatest, "a Poisson mean out of range");
  if (mean == 0) return 0;
  Tape tape(draws.bits(stream, entity, index));
  return mean < small ? by_inversion(mean, tape) : by_transformed_rejection(mean, tape);
}

ports::Duration exponential_gap(double rate, Draws draws, Stream stream, std::uint64_t entity,
                                std::uint64_t index) {
  ports::check(rate > 0, "a rate of arrivals must be positive");
  constexpr double longest = 9e18;  // nanoseconds, 285 years
  const double ns = -natural_log(open_low_unit(draws.bits(stream, entity, index))) * 1e9 / rate;
  return ports::Duration(
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(ns, longest))));
}

void uniform_instants(std::uint64_t count, ports::Instant from, ports::Instant to, Draws draws,
                      Stream stream, std::uint64_t entity, std::vector<ports::Instant>& out) {
  ports::check(from < to || count == 0, "instants drawn from an empty interval");
  out.clear();
  out.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    out.push_back(
        draws.between(ports::Duration{0}, to - from - ports::Duration{1}, stream, entity, i) +
        from);
  std::sort(out.begin(), out.end());
}

}  // namespace mocks::sim
