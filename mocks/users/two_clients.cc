#include "mocks/users/two_clients.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mocks::users {
namespace two_clients {
namespace {

using ports::Duration;
using ports::Instant;

constexpr double endless = std::numeric_limits<double>::infinity();

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

// The sum of two times, each uniform in its range.
class Delay {
 public:
  explicit Delay(const TimeRange& a, const TimeRange& b = {})
      : low_(seconds(a.low + b.low)), a_(seconds(a.high - a.low)), b_(seconds(b.high - b.low)) {}

  // The chance that it is at most `x`: quadratic between the bends.
  double within(double x) const {
    const double y = x - low_;
    if (y < 0) return 0;
    if (y >= a_ + b_) return 1;
    if (a_ == 0 || b_ == 0) return y / (a_ + b_);
    const auto square = [](double z) { return z > 0 ? z * z : 0; };
    return (square(y) - square(y - a_) - square(y - b_)) / (2 * a_ * b_);
  }
  std::array<double, 4> bends() const { return {low_, low_ + a_, low_ + b_, low_ + a_ + b_}; }

 private:
  double low_, a_, b_;
};

struct Share {
  std::uint64_t client = 0;
  double redirects = 0;  // of the requests that reach the epoch's pods, those to this client's
  double redeems = 0;    // the same, of exchanges that nothing else refuses
};

// One epoch of the endpoints; in seconds since the beginning of the integral.
struct Stretch {
  double begin = -endless;
  double end = endless;
  std::vector<Share> shares = {};
};

std::vector<std::uint64_t> clients_by_pod(const Timeline& timeline) {
  std::vector<std::uint64_t> clients;
  for (RunIndex run = 0; run < timeline.runs().size(); ++run) {
    const auto pod = timeline.run(run).pod;
    if (pod >= clients.size()) clients.resize(pod + 1);
    clients[pod] = timeline.environment(run).client;
  }
  return clients;
}

std::vector<Stretch> stretches(const Timeline& timeline, const std::vector<double>& accepted,
                               Instant origin) {
  const auto clients = clients_by_pod(timeline);
  const auto& epochs = timeline.epochs();
  std::vector<Stretch> all;
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    Stretch stretch;
    if (e > 0) stretch.begin = seconds(epochs[e].from - origin);
    if (e + 1 < epochs.size()) stretch.end = seconds(epochs[e + 1].from - origin);
    const double each = 1.0 / std::max<double>(1, epochs[e].count);
    for (const PodId pod : timeline.members(epochs[e])) {
      if (pod >= clients.size() || clients[pod] == 0) continue;  // nothing ever ran in it
      auto share = std::find_if(stretch.shares.begin(), stretch.shares.end(),
                                [&](const Share& one) { return one.client == clients[pod]; });
      if (share == stretch.shares.end())
        share = stretch.shares.insert(share, Share{.client = clients[pod]});
      share->redirects += each;
      share->redeems += each * (pod < accepted.size() ? accepted[pod] : 1);
    }
    all.push_back(std::move(stretch));
  }
  return all;
}

// The chance that a login which was redirected in one stretch and called back in the other is of
// two clients, and fails by that.
double crossing(const Stretch& redirected, const Stretch& called_back) {
  double chance = 0;
  for (const auto& from : redirected.shares)
    for (const auto& to : called_back.shares)
      if (from.client != to.client) chance += from.redirects * to.redeems;
  return chance;
}

// Where the integrand below changes its polynomial.
std::vector<double> knots(const std::vector<Stretch>& all, const Delay& before,
                          const Delay& exchange, double length) {
  const double first = -exchange.bends().back();
  const double last = length - exchange.bends().front();
  std::vector<double> out = {first, last};
  for (const double bend : exchange.bends()) {
    out.push_back(-bend);
    out.push_back(length - bend);
  }
  for (const auto& stretch : all) {
    out.push_back(stretch.begin);
    for (const double bend : before.bends()) out.push_back(stretch.begin + bend);
  }
  std::erase_if(out, [&](double x) { return x < first || x > last; });
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace
}  // namespace two_clients

bool clients_mix(const Timeline& timeline, const JourneyOptions& options) {
  if (timeline.routed() || options.sticky_sessions) return false;
  const auto clients = two_clients::clients_by_pod(timeline);
  std::uint64_t one = 0;
  for (const auto client : clients) {
    if (client == 0) continue;
    if (one != 0 && client != one) return true;
    one = client;
  }
  return false;
}

double seconds_between_clients(const Timeline& timeline, const JourneyOptions& options,
                               const std::vector<double>& accepted, ports::Instant from,
                               ports::Instant to) {
  using two_clients::Delay;
  const auto all = two_clients::stretches(timeline, accepted, from);
  const Delay before(options.think, options.redirect);
  const Delay exchange(options.exchange);
  const double length = two_clients::seconds(to - from);
  const auto bends = two_clients::knots(all, before, exchange, length);
  double sum = 0;
  for (std::size_t k = 0; k + 1 < bends.size(); ++k) {
    const double middle = (bends[k] + bends[k + 1]) / 2;
    const double half = (bends[k + 1] - bends[k]) / 2;
    if (half <= 0) continue;
    const auto called_back = std::find_if(all.begin(), all.end(), [&](const auto& stretch) {
      return stretch.begin <= middle && middle < stretch.end;
    });
    if (called_back == all.end()) continue;
    // Callbacks at `x`: a line for those whose exchange lies in [from, to), a parabola for those
    // that were redirected in a stretch. Two points integrate their product, a cubic, exactly
    // (Gauss and Legendre).
    const auto density = [&](double x) {
      double chance = 0;
      for (const auto& redirected : all) {
        const double there =
            before.within(x - redirected.begin) - before.within(x - redirected.end);
        if (there > 0) chance += there * two_clients::crossing(redirected, *called_back);
      }
      return chance * (exchange.within(length - x) - exchange.within(-x));
    };
    const double off = half / std::sqrt(3.0);
    sum += half * (density(middle - off) + density(middle + off));
  }
  return sum;
}

}  // namespace mocks::users
