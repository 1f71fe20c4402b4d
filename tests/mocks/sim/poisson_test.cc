// The own logarithm and exponential beside the system's, and the laws of the samplers beside their
// exact probabilities. Seeds are fixed; each bound is stated with how likely chance breaks it.
#include "mocks/sim/poisson.h"

#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

BOOST_AUTO_TEST_SUITE(poisson)

using mocks::sim::Draws;
using mocks::sim::natural_exp;
using mocks::sim::natural_log;
using mocks::sim::poisson_count;
using mocks::sim::Stream;

namespace {

// Distance in units in the last place.
std::int64_t ulps(double a, double b) {
  return std::abs(std::bit_cast<std::int64_t>(a) - std::bit_cast<std::int64_t>(b));
}

double exact_log_pmf(double k, double mean) {
  return k * std::log(mean) - mean - std::lgamma(k + 1);
}

}  // namespace

BOOST_AUTO_TEST_CASE(logarithm_agrees_with_the_systems_within_one_ulp) {
  const Draws draws(11);
  std::int64_t worst = 0;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    // Any positive finite exponent, and mantissas; then values around 1, where ln cancels.
    const std::uint64_t bits = draws.bits(Stream::login_arrival, 0, i);
    const double any =
        std::bit_cast<double>((bits & ~(std::uint64_t{1} << 63U)) % 0x7ff0000000000000ULL);
    if (any > 0) worst = std::max(worst, ulps(natural_log(any), std::log(any)));
    const double near = 0.5 + mocks::sim::open_low_unit(bits);
    if (near != 1) worst = std::max(worst, ulps(natural_log(near), std::log(near)));
  }
  BOOST_TEST(worst <= 1);
  BOOST_TEST(natural_log(1.0) == 0.0);
  BOOST_TEST(ulps(natural_log(5e-324), std::log(5e-324)) <= 1);
}

BOOST_AUTO_TEST_CASE(exponential_function_agrees_with_the_systems_within_one_ulp) {
  const Draws draws(12);
  std::int64_t worst = 0;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const double unit = mocks::sim::open_unit(draws.bits(Stream::login_arrival, 0, i));
    const double wide = (unit - 0.5) * 1400;
    const double narrow = unit - 0.5;
    worst = std::max(worst, ulps(natural_exp(wide), std::exp(wide)));
    worst = std::max(worst, ulps(natural_exp(narrow), std::exp(narrow)));
  }
  BOOST_TEST(worst <= 1);
  BOOST_TEST(natural_exp(0) == 1.0);
}

// Reference bits: the same on every machine, optimisation level and sanitizer.
BOOST_AUTO_TEST_CASE(results_have_the_same_bits_everywhere) {
  std::uint64_t hash = 0;
  const Draws draws(13);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const double u = mocks::sim::open_unit(draws.bits(Stream::login_arrival, 0, i));
    hash = Draws::mix(hash ^ std::bit_cast<std::uint64_t>(natural_log(u)));
    hash = Draws::mix(hash ^ std::bit_cast<std::uint64_t>(natural_exp(u * 100 - 50)));
    hash = Draws::mix(hash ^ poisson_count(u * 100, draws, Stream::login_arrival, 1, i));
  }
  BOOST_TEST(hash == 175600895780409411ULL);
}

BOOST_AUTO_TEST_CASE(log_factorial_agrees_with_the_systems_gamma_function) {
  for (std::uint64_t n = 0; n < 5'000; ++n) {
    const double expected = std::lgamma(static_cast<double>(n) + 1);
    BOOST_REQUIRE(std::abs(mocks::sim::log_factorial(n) - expected) <=
                  2e-15 * std::max(1.0, expected));
  }
}

// For each count k of 400,000 draws the number seen is binomial(n, pmf(k)); all stay within 5
// standard deviations plus 1 (chance of a false alarm about 1e-4 over all means and counts; the
// seed is fixed, so it either happens always or never).
BOOST_AUTO_TEST_CASE(counts_follow_the_poisson_law) {
  constexpr std::uint64_t n = 400'000;
  for (const double mean : {0.01, 0.7, 3.0, 9.99, 10.0, 17.3, 50.0, 400.0}) {
    const Draws draws(21);
    std::map<std::uint64_t, double> seen;
    for (std::uint64_t i = 0; i < n; ++i)
      ++seen[poisson_count(mean, draws, Stream::login_arrival, 0, i)];
    const auto last = static_cast<std::uint64_t>(mean + 12 * std::sqrt(mean) + 12);
    for (std::uint64_t k = 0; k <= last; ++k) {
      const double expected = n * std::exp(exact_log_pmf(static_cast<double>(k), mean));
      const double bound = 5 * std::sqrt(expected) + 1;
      BOOST_TEST(std::abs(seen[k] - expected) <= bound, "mean " << mean << ", count " << k
                                                                << ": seen " << seen[k]
                                                                << ", expected " << expected);
    }
    BOOST_TEST(seen.rbegin()->first <= last);
  }
}

// Mean and variance of counts too many to be compared one by one: both are `mean`. The mean of n
// counts varies by sqrt(mean / n), their variance by mean * sqrt(2 / n); 5 deviations each.
BOOST_AUTO_TEST_CASE(large_counts_have_the_mean_and_variance_of_the_law) {
  constexpr std::uint64_t n = 100'000;
  for (const double mean : {1e4, 1e6, 1e9, 1e12}) {
    const Draws draws(22);
    double sum = 0;
    double squares = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      const double off =
          static_cast<double>(poisson_count(mean, draws, Stream::login_arrival, 0, i)) - mean;
      sum += off;
      squares += off * off;
    }
    BOOST_TEST(std::abs(sum / n) <= 5 * std::sqrt(mean / n));
    BOOST_TEST(std::abs(squares / n - mean) <= 5 * mean * std::sqrt(2.0 / n));
  }
}

BOOST_AUTO_TEST_CASE(a_count_depends_on_its_own_coordinates_alone) {
  const Draws draws(23);
  const auto count = poisson_count(1000, draws, Stream::login_arrival, 4, 5);
  BOOST_TEST(count == poisson_count(1000, Draws(23), Stream::login_arrival, 4, 5));
  BOOST_TEST(count != poisson_count(1000, draws, Stream::login_arrival, 4, 6));
  BOOST_TEST(poisson_count(0, draws, Stream::login_arrival, 4, 5) == 0U);
}

// Gaps of rate 1000/s below x have the share 1 - exp(-1000 x); each share within 5 deviations.
BOOST_AUTO_TEST_CASE(gaps_follow_the_exponential_law) {
  constexpr std::uint64_t n = 400'000;
  const Draws draws(24);
  std::vector<double> gaps;
  for (std::uint64_t i = 0; i < n; ++i)
    gaps.push_back(static_cast<double>(
        mocks::sim::exponential_gap(1000, draws, Stream::login_arrival, 0, i).count()));
  std::sort(gaps.begin(), gaps.end());
  BOOST_TEST(gaps.front() >= 1);
  for (const double x : {1e3, 1e4, 1e5, 5e5, 1e6, 2e6, 5e6, 1e7}) {
    const double share = 1 - std::exp(-x / 1e6);
    const auto below =
        static_cast<double>(std::lower_bound(gaps.begin(), gaps.end(), x) - gaps.begin());
    BOOST_TEST(std::abs(below - n * share) <= 5 * std::sqrt(n * share * (1 - share)));
  }
}

BOOST_AUTO_TEST_CASE(uniform_instants_are_sorted_within_bounds_and_evenly_spread) {
  constexpr std::uint64_t n = 100'000;
  const ports::Instant from{ports::Duration{1'000}};
  const ports::Instant to{ports::Duration{11'000}};
  std::vector<ports::Instant> instants;
  mocks::sim::uniform_instants(n, from, to, Draws(25), Stream::login_arrival, 0, instants);
  BOOST_TEST(instants.size() == n);
  BOOST_TEST(std::is_sorted(instants.begin(), instants.end()));
  BOOST_TEST((instants.front() >= from && instants.back() < to));
  for (int tenth = 1; tenth < 10; ++tenth) {
    const auto below =
        std::lower_bound(instants.begin(), instants.end(), from + ports::Duration{1'000 * tenth}) -
        instants.begin();
    const double share = tenth / 10.0;
    BOOST_TEST(std::abs(static_cast<double>(below) - n * share) <=
               5 * std::sqrt(n * share * (1 - share)));
  }
  mocks::sim::uniform_instants(0, from, from, Draws(25), Stream::login_arrival, 0, instants);
  BOOST_TEST(instants.empty());
}

BOOST_AUTO_TEST_SUITE_END()
