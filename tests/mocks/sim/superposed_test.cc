// Superposed logins: the shares of classes, and that drawing logins and drawing counts are one law.
#include "mocks/sim/superposed.h"

#include <rapidcheck.h>
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <vector>

BOOST_AUTO_TEST_SUITE(superposed)

using mocks::sim::ClassPicker;
using mocks::sim::Draws;
using mocks::sim::LoginInterval;
using mocks::sim::OutcomeCounts;
using mocks::sim::Superposed;
using ports::Instant;

namespace {

// The share of [0, 2^64) that picks each class, by asking at the middle of 2^16 equal parts.
std::vector<double> shares(const ClassPicker& picker, std::size_t classes) {
  constexpr std::uint64_t parts = 1U << 16U;
  std::vector<double> share(classes);
  for (std::uint64_t i = 0; i < parts; ++i)
    share[picker.pick((i << 48U) + (std::uint64_t{1} << 47U))] += 1.0 / parts;
  return share;
}

}  // namespace

BOOST_AUTO_TEST_CASE(picks_every_class_in_proportion_to_its_weight) {
  BOOST_TEST(rc::check([](const std::vector<std::uint16_t>& drawn) {
    std::vector<std::uint64_t> weights(drawn.begin(), drawn.end());
    weights.push_back(1);
    double sum = 0;
    for (const std::uint64_t weight : weights) sum += static_cast<double>(weight);
    const std::vector<double> share = shares(ClassPicker(weights), weights.size());
    // Each class owns at most one run of every column: 2 ends a column, 2^-16 apart.
    for (std::size_t i = 0; i < weights.size(); ++i)
      RC_ASSERT(std::abs(share[i] - static_cast<double>(weights[i]) / sum) <=
                2.0 * static_cast<double>(weights.size()) / 65536);
  }));
}

BOOST_AUTO_TEST_CASE(never_picks_a_class_without_weight) {
  const std::vector<std::uint64_t> weights{0, 5, 0, 3, 0};
  const ClassPicker picker(weights);
  const Draws draws(3);
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const std::size_t picked = picker.pick(draws.bits(mocks::sim::Stream::login_pod, 0, i));
    BOOST_REQUIRE((picked == 1 || picked == 3));
  }
  BOOST_TEST((picker.pick(0) == 1 || picker.pick(0) == 3));
  BOOST_TEST((picker.pick(~std::uint64_t{0}) == 1 || picker.pick(~std::uint64_t{0}) == 3));
}

// 1e6 logins expected: of each outcome within 5 standard deviations of a Poisson count, and the two
// ways to draw agree with the same expectation.
BOOST_AUTO_TEST_CASE(tallies_and_counts_have_the_expected_numbers) {
  const std::vector<std::uint64_t> weights{3, 1, 4, 2};
  const std::vector<std::uint8_t> outcomes{0, 1, 0, 2};
  const LoginInterval interval{.from = Instant(std::chrono::seconds{10}),
                               .to = Instant(std::chrono::seconds{110}),
                               .rate = 10'000,
                               .weights = weights,
                               .outcomes = outcomes};
  const std::array<double, 4> expected{7e5, 1e5, 2e5, 0};
  for (const bool tally : {true, false}) {
    Superposed stream(Draws(5), 1);
    OutcomeCounts counts{};
    const std::uint64_t logins =
        tally ? stream.tally(interval, counts) : stream.count(interval, counts);
    BOOST_TEST(logins == counts[0] + counts[1] + counts[2]);
    for (std::size_t i = 0; i < expected.size(); ++i)
      BOOST_TEST(std::abs(static_cast<double>(counts[i]) - expected[i]) <=
                 5 * std::sqrt(expected[i]));
  }
}

// Over many short intervals each outcome's count has variance equal to its mean, and outcomes do
// not move together: what a Poisson stream split by class must show.
BOOST_AUTO_TEST_CASE(outcomes_are_independent_poisson_counts) {
  const std::vector<std::uint64_t> weights{3, 1};
  const std::vector<std::uint8_t> outcomes{0, 1};
  const LoginInterval interval{.from = {},
                               .to = Instant(std::chrono::seconds{1}),
                               .rate = 40,
                               .weights = weights,
                               .outcomes = outcomes};
  constexpr int n = 100'000;
  for (const bool tally : {true, false}) {
    Superposed stream(Draws(6), 1);
    std::array<double, 2> squares{};
    double product = 0;
    for (int i = 0; i < n; ++i) {
      OutcomeCounts counts{};
      if (tally)
        stream.tally(interval, counts);
      else
        stream.count(interval, counts);
      const double a = static_cast<double>(counts[0]) - 30;
      const double b = static_cast<double>(counts[1]) - 10;
      squares[0] += a * a;
      squares[1] += b * b;
      product += a * b;
    }
    BOOST_TEST(std::abs(squares[0] / n - 30) <= 5 * 30 * std::sqrt(2.1 / n));
    BOOST_TEST(std::abs(squares[1] / n - 10) <= 5 * 10 * std::sqrt(2.1 / n));
    BOOST_TEST(std::abs(product / n) <= 5 * std::sqrt(30.0 * 10.0 / n));
  }
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_numbers) {
  const std::vector<std::uint64_t> weights{1, 2};
  const std::vector<std::uint8_t> outcomes{0, 1};
  const auto run = [&](std::uint64_t seed, std::uint64_t entity) {
    Superposed stream(Draws(seed), entity);
    OutcomeCounts counts{};
    for (int i = 0; i < 3; ++i)
      stream.tally({.from = {},
                    .to = Instant(std::chrono::seconds{1}),
                    .rate = 100'000,
                    .weights = weights,
                    .outcomes = outcomes},
                   counts);
    return counts;
  };
  BOOST_TEST((run(1, 1) == run(1, 1)));
  BOOST_TEST((run(1, 1) != run(2, 1)));
  BOOST_TEST((run(1, 1) != run(1, 2)));
}

BOOST_AUTO_TEST_CASE(nothing_comes_of_no_time_no_rate) {
  const std::vector<std::uint64_t> weights{1};
  const std::vector<std::uint8_t> outcomes{0};
  Superposed stream(Draws(1), 1);
  OutcomeCounts counts{};
  LoginInterval interval{
      .from = {}, .to = {}, .rate = 1e6, .weights = weights, .outcomes = outcomes};
  BOOST_TEST(stream.tally(interval, counts) == 0U);
  interval.to = Instant(std::chrono::hours{1});
  interval.rate = 0;
  BOOST_TEST(stream.tally(interval, counts) == 0U);
  BOOST_TEST(stream.count(interval, counts) == 0U);
  BOOST_TEST(counts[0] == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
