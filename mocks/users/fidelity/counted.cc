#include "mocks/users/fidelity/counted.h"

#include <algorithm>
#include <array>
#include <optional>

#include "mocks/sim/poisson.h"

namespace mocks::users {
namespace {

// A class's weight among the classes of one piece, of 2^48 in all.
std::uint64_t weight_of(double part, double whole) {
  return static_cast<std::uint64_t>(part / whole * 0x1p48);
}

}  // namespace

void CountedLogins::settle(ports::Instant now) { count_until(std::min(end_, now)); }

void CountedLogins::catch_up(ports::Instant now) {
  // A login that stands alone is decided with its landing; an entangled one needs the whole record.
  const auto& journey = setting_.protocol.options();
  const auto decided = std::min(end_, now - journey.longest_landing());
  const auto entangled = entangled_spans(setting_.timeline, journey, counted_, decided);
  if (entangled.empty()) {
    count_until(decided, entangled);
  } else {
    count_until(std::max(entangled.front().from, std::min(end_, now - journey.longest_after())));
  }
}

void CountedLogins::count_until(ports::Instant to) {
  if (to <= counted_) return;
  count_until(to, entangled_spans(setting_.timeline, setting_.protocol.options(), counted_, to));
}

void CountedLogins::count_until(ports::Instant to, const std::vector<InstantSpan>& entangled) {
  if (to <= counted_) return;
  const ports::Instant from = counted_;
  counted_ = to;
  auto cuts = setting_.tally.boundaries(from, to);
  for (const auto& span : entangled) {
    cuts.push_back(span.from);
    cuts.push_back(span.to);
  }
  cuts.push_back(from);
  cuts.push_back(to);
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  auto span = entangled.begin();
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    while (span != entangled.end() && span->to <= cuts[i]) ++span;
    if (span != entangled.end() && span->from <= cuts[i]) {
      play_piece(cuts[i], cuts[i + 1]);
    } else {
      count_piece(cuts[i], cuts[i + 1]);
    }
  }
}

// Logins that stand alone: a sample of the outcomes.
void CountedLogins::count_piece(ports::Instant from, ports::Instant to) {
  ++pieces_;
  const auto measure =
      measure_outcomes(setting_.timeline, setting_.protocol.options().exchange, from, to);
  double whole = 0;
  for (const double part : measure) whole += part;
  if (whole <= 0) return;
  std::array<std::uint64_t, 1 + cause_count> weights = {};
  std::array<std::uint8_t, 1 + cause_count> outcomes = {};
  std::size_t classes = 0;
  for (std::size_t outcome = 0; outcome < measure.size(); ++outcome) {
    if (measure[outcome] <= 0) continue;
    weights[classes] = weight_of(measure[outcome], whole);
    outcomes[classes++] = static_cast<std::uint8_t>(outcome);
  }
  const auto draw = [&](double per_second, auto&& record) {
    if (per_second <= 0) return;
    // One second that holds as many logins as the piece does.
    const sim::LoginInterval interval{
        .from = {},
        .to = ports::Instant(std::chrono::seconds(1)),
        .rate = per_second * whole / 1e9,
        .weights = {weights.data(), classes},
        .outcomes = {outcomes.data(), classes},
    };
    sim::OutcomeCounts counts = {};
    sample(interval, counts);
    if (counts[0] > 0) record(std::optional<Cause>(), counts[0]);
    for (std::size_t i = 0; i < cause_count; ++i)
      if (counts[1 + i] > 0) record(std::optional(static_cast<Cause>(i)), counts[1 + i]);
  };
  draw(setting_.per_second, [&](std::optional<Cause> cause, std::uint64_t times) {
    setting_.tally.record(from, cause, times);
  });
  draw(setting_.refreshes_per_second, [&](std::optional<Cause> cause, std::uint64_t times) {
    setting_.tally.record_refresh(cause, times);
  });
}

// Entangled logins: how many there are, when, and each one's course.
void CountedLogins::play_piece(ports::Instant from, ports::Instant to) {
  const std::uint64_t piece = ++pieces_;
  const Protocol& protocol = setting_.protocol;
  RecordedProvider provider(setting_.timeline, protocol);
  const double length = static_cast<double>((to - from).count()) / 1e9;
  const auto each = [&](std::uint64_t entity, double per_second, auto&& play) {
    const auto count = sim::poisson_count(per_second * length, setting_.draws,
                                          sim::Stream::login_arrival, entity | piece, 0);
    sim::uniform_instants(count, from, to, setting_.draws, sim::Stream::login_pod, entity | piece,
                          instants_);
    for (std::size_t i = 0; i < instants_.size(); ++i)
      play(entity | (piece << stream_shift) | i, instants_[i]);
  };
  each(counted_entity, setting_.per_second, [&](std::uint64_t id, ports::Instant at) {
    setting_.tally.record(at, protocol.play(id, at, setting_.timeline, provider));
  });
  each(counted_entity | refresh_entity, setting_.refreshes_per_second,
       [&](std::uint64_t id, ports::Instant at) {
         setting_.tally.record_refresh(protocol.play_refresh(id, at, setting_.timeline));
       });
}

}  // namespace mocks::users
