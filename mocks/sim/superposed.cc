#include "mocks/sim/superposed.h"

#include <chrono>
#include <numeric>

#include "mocks/sim/poisson.h"
#include "rotator/ports/check.h"

namespace mocks::sim {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL;

// A column of the alias table with verdicts instead of classes.
struct Column {
  std::uint64_t threshold = 0;
  std::uint32_t own = 0;
  std::uint32_t other = 0;
};

double expected_logins(const LoginInterval& interval) {
  const auto ns = static_cast<double>((interval.to - interval.from).count());
  return interval.rate * (ns * 1e-9);
}

void check_interval(const LoginInterval& interval) {
  ports::check(interval.from <= interval.to, "an interval of logins upside down");
  ports::check(interval.weights.size() == interval.outcomes.size(),
               "an interval of logins needs one outcome for each weight");
  for (const std::uint8_t outcome : interval.outcomes)
    ports::check(outcome < max_outcomes, "an outcome out of range");
}

// Draws logins [first, first + count) of the stream `key` and counts their outcomes. Four logins a
// turn, each with counters of its own: no increment waits for the one before.
void draw_logins(std::uint64_t key, std::uint64_t count, std::span<const Column> table,
                 OutcomeCounts& counts) {
  constexpr std::size_t lanes = 4;
  std::array<OutcomeCounts, lanes> tallies{};
  const Column* const columns = table.data();
  const std::uint64_t size = table.size();
  const auto outcome = [&](std::uint64_t login) {
    const Wide product = static_cast<Wide>(Draws::mix(key + login * golden)) * size;
    const Column& column = columns[static_cast<std::uint64_t>(product >> 64U)];
    // Both verdicts are at hand, so the choice is no branch.
    const std::uint32_t own = column.own;
    const std::uint32_t other = column.other;
    return static_cast<std::uint64_t>(product) < column.threshold ? own : other;
  };
  std::uint64_t login = 0;
  for (; login + lanes <= count; login += lanes) {
    ++tallies[0][outcome(login)];
    ++tallies[1][outcome(login + 1)];
    ++tallies[2][outcome(login + 2)];
    ++tallies[3][outcome(login + 3)];
  }
  for (; login < count; ++login) ++tallies[0][outcome(login)];
  for (const OutcomeCounts& lane : tallies)
    for (std::size_t i = 0; i < max_outcomes; ++i) counts[i] += lane[i];
}

}  // namespace

// Walker's alias method (1977) in integers: every class gets as many shares of its column as its
// weight has, columns hold W shares each, and those that are too full fill up the others.
ClassPicker::ClassPicker(std::span<const std::uint64_t> weights) {
  constexpr std::uint64_t greatest_sum = std::uint64_t{1} << 52U;
  const std::uint64_t classes = weights.size();
  ports::check(classes > 0 && classes <= max_login_classes, "too few or too many login classes");
  std::uint64_t sum = 0;
  for (const std::uint64_t weight : weights) {
    ports::check(weight < greatest_sum, "a login class's weight out of range");
    sum += weight;
  }
  ports::check(sum > 0 && sum < greatest_sum, "the weights of login classes sum out of range");

  columns_.resize(classes);
  std::vector<std::uint64_t> shares(classes);
  std::vector<std::uint32_t> under;
  std::vector<std::uint32_t> over;
  for (std::uint32_t i = 0; i < classes; ++i) {
    shares[i] = weights[i] * classes;
    (shares[i] < sum ? under : over).push_back(i);
  }
  while (!under.empty()) {
    const std::uint32_t low = under.back();
    under.pop_back();
    // The shares of all open columns average the sum, so where one is short another is not.
    const std::uint32_t high = over.back();
    columns_[low] = {.threshold = static_cast<std::uint64_t>((Wide{shares[low]} << 64U) / sum),
                     .own = low,
                     .other = high};
    shares[high] -= sum - shares[low];
    if (shares[high] < sum) {
      over.pop_back();
      under.push_back(high);
    }
  }
  for (const std::uint32_t full : over) columns_[full] = {.own = full, .other = full};
}

std::size_t ClassPicker::pick(std::uint64_t bits) const {
  const Wide product = static_cast<Wide>(bits) * columns_.size();
  const Column& column = columns_[static_cast<std::uint64_t>(product >> 64U)];
  return static_cast<std::uint64_t>(product) < column.threshold ? column.own : column.other;
}

std::uint64_t Superposed::tally(const LoginInterval& interval, OutcomeCounts& counts) {
  check_interval(interval);
  const std::uint64_t number = interval_++;
  const std::uint64_t logins =
      poisson_count(expected_logins(interval), draws_, Stream::login_arrival, entity_, number);
  if (logins == 0) return 0;
  const ClassPicker picker(interval.weights);
  std::vector<Column> table;
  table.reserve(picker.columns_.size());
  for (const ClassPicker::Column& column : picker.columns_)
    table.push_back({.threshold = column.threshold,
                     .own = interval.outcomes[column.own],
                     .other = interval.outcomes[column.other]});
  draw_logins(draws_.bits(Stream::login_pod, entity_, number), logins, table, counts);
  return logins;
}

std::uint64_t Superposed::count(const LoginInterval& interval, OutcomeCounts& counts) {
  check_interval(interval);
  const std::uint64_t number = interval_++;
  const std::uint64_t sum =
      std::accumulate(interval.weights.begin(), interval.weights.end(), std::uint64_t{0});
  if (sum == 0) return 0;
  const double expected = expected_logins(interval);
  // Independent Poisson streams add up to one: a count for each outcome is enough.
  OutcomeCounts weights{};
  for (std::size_t i = 0; i < interval.weights.size(); ++i)
    weights[interval.outcomes[i]] += interval.weights[i];
  std::uint64_t logins = 0;
  for (std::size_t outcome = 0; outcome < max_outcomes; ++outcome) {
    const double mean =
        expected * (static_cast<double>(weights[outcome]) / static_cast<double>(sum));
    const std::uint64_t drawn = poisson_count(mean, draws_, Stream::login_arrival, entity_,
                                              number * max_outcomes + outcome);
    counts[outcome] += drawn;
    logins += drawn;
  }
  return logins;
}

}  // namespace mocks::sim
