#include "mocks/users/counting.h"

#include <algorithm>
#include <optional>

namespace mocks::users {
namespace {

using ports::Duration;
using ports::Instant;

bool same_class(const portal::Environment& a, const portal::Environment& b) {
  if (a.client != b.client || a.cookie_keys != b.cookie_keys) return false;
  if (a.session_bound != b.session_bound) return false;
  return !a.session_bound || a.configuration == b.configuration;
}

// The environment that stands for all pods that receive logins at `at`; null when they differ in
// more than their secret, or one of them has no process, or there is none.
const portal::Environment* common_environment(const Timeline& timeline, Instant at) {
  const portal::Environment* common = nullptr;
  for (const PodId pod : timeline.endpoints(at)) {
    const auto run = timeline.run_at(pod, at);
    if (run == no_run) return nullptr;
    const auto& environment = timeline.environment(run);
    if (common == nullptr) common = &environment;
    if (common != &environment && !same_class(*common, environment)) return nullptr;
  }
  return common;
}

// Whether `pod` received logins at some instant in [from, to].
bool endpoint_within(const Timeline& timeline, PodId pod, Instant from, Instant to) {
  const auto& epochs = timeline.epochs();
  for (std::size_t i = epochs.size(); i-- > 0;) {
    if (epochs[i].from > to) continue;
    const auto members = timeline.members(epochs[i]);
    if (std::find(members.begin(), members.end(), pod) != members.end()) return true;
    if (epochs[i].from <= from) return false;
  }
  return false;
}

// A saturating sum: `forever` stays so.
Instant later(Instant at, Duration by) { return at == forever ? forever : at + by; }

std::vector<InstantSpan> merged(std::vector<InstantSpan> spans, Instant from, Instant to) {
  std::sort(spans.begin(), spans.end(),
            [](const InstantSpan& a, const InstantSpan& b) { return a.from < b.from; });
  std::vector<InstantSpan> out;
  for (auto span : spans) {
    span.from = std::max(span.from, from);
    span.to = std::min(span.to, to);
    if (span.from >= span.to) continue;
    if (!out.empty() && span.from <= out.back().to) {
      out.back().to = std::max(out.back().to, span.to);
    } else {
      out.push_back(span);
    }
  }
  return out;
}

// Where the set of serving processes changes.
std::vector<Instant> fleet_changes(const Timeline& timeline) {
  std::vector<Instant> changes;
  changes.reserve(timeline.epochs().size() + 2 * timeline.runs().size());
  for (const auto& epoch : timeline.epochs()) changes.push_back(epoch.from);
  for (const auto& run : timeline.runs()) {
    changes.push_back(run.from);
    if (run.to != forever) changes.push_back(run.to);
  }
  std::sort(changes.begin(), changes.end());
  changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
  return changes;
}

bool always_entangled(const Timeline& timeline, const JourneyOptions& options) {
  return timeline.routed() || options.returning.numerator != 0 ||
         options.redirect.high + options.exchange.high >= options.code_lifetime;
}

// The integral of P(D <= u) over u from -infinity to s, for D uniform in [low, high]: how much of
// the time before s is seen through the delay.
double seen_through(Duration s, const TimeRange& delay) {
  if (s <= delay.low) return 0;
  const auto into = static_cast<double>((s - delay.low).count());
  const auto width = static_cast<double>((delay.high - delay.low).count());
  if (s >= delay.high) return into - width / 2;
  return into * into / (2 * width);
}

// The measure of exchange instants in [from, to) whose callback, D earlier, lay in [begin, end).
double overlap(Instant begin, Instant end, Instant from, Instant to, const TimeRange& delay) {
  if (from - end >= delay.high || to - begin <= delay.low) return 0;
  return seen_through(to - begin, delay) - seen_through(to - end, delay) -
         seen_through(from - begin, delay) + seen_through(from - end, delay);
}

// Adds `weight`, shared among the endpoints of `epoch`, by the verdict on each at `at`.
void share_out(const Timeline& timeline, const Epoch& epoch, Instant picked, Instant at,
               double weight, OutcomeMeasure& out) {
  const auto members = timeline.members(epoch);
  const double each = weight / static_cast<double>(members.size());
  for (const PodId pod : members) {
    const auto run = timeline.run_at(pod, picked);
    if (run == no_run) {
      out[1 + static_cast<std::size_t>(Cause::pod_gone)] += each;
      continue;
    }
    const auto verdict = timeline.exchange(run, at);
    const double accepted =
        each * static_cast<double>(verdict.accepting) / static_cast<double>(verdict.replicas);
    out[0] += accepted;
    if (verdict.accepting < verdict.replicas)
      out[1 + static_cast<std::size_t>(verdict.cause)] += each - accepted;
  }
}

}  // namespace

std::vector<InstantSpan> entangled_spans(const Timeline& timeline, const JourneyOptions& options,
                                         Instant from, Instant to) {
  if (always_entangled(timeline, options)) return {InstantSpan{.from = from, .to = to}};
  const auto before = options.longest_before();
  const auto after = options.longest_after();
  std::vector<InstantSpan> spans;

  const auto changes = fleet_changes(timeline);
  const portal::Environment* previous = nullptr;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Instant until = i + 1 < changes.size() ? changes[i + 1] : forever;
    // What was before the record counts as what it began with.
    const auto* common = common_environment(timeline, changes[i]);
    if (common == nullptr) {
      spans.push_back({.from = changes[i] - after, .to = later(until, before)});
    } else if (previous != nullptr && previous != common && !same_class(*previous, *common)) {
      spans.push_back({.from = changes[i] - after, .to = changes[i] + before});
    }
    if (common != nullptr) previous = common;
  }
  if (changes.empty()) spans.push_back({.from = from, .to = to});

  for (const auto& run : timeline.runs()) {
    if (run.to == forever) continue;
    const auto longest = options.exchange.high + options.answer.high;
    if (endpoint_within(timeline, run.pod, run.to - longest, run.to))
      spans.push_back({.from = run.to - options.answer.high, .to = run.to + options.exchange.high});
  }

  const auto& switches = timeline.provider_switches();
  for (std::size_t i = 0; i < switches.size(); ++i) {
    if (switches[i].on) continue;
    const Instant until = i + 1 < switches.size() ? switches[i + 1].at : forever;
    spans.push_back({.from = switches[i].at, .to = later(until, before)});
  }
  return merged(std::move(spans), from, to);
}

bool failure_possible(const Timeline& timeline, const JourneyOptions& options, Instant at) {
  if (always_entangled(timeline, options)) return true;
  if (!timeline.provider_up(at) || common_environment(timeline, at) == nullptr) return true;
  const auto longest = options.exchange.high + options.answer.high;
  for (const auto& run : timeline.runs())
    if (run.to <= at && at - run.to <= longest &&
        endpoint_within(timeline, run.pod, run.to - longest, run.to))
      return true;
  // Every pod whose exchange may be on its way.
  const Instant earliest = at - options.exchange.high;
  const auto& epochs = timeline.epochs();
  for (std::size_t i = epochs.size(); i-- > 0;) {
    if (epochs[i].from > at) continue;
    for (const PodId pod : timeline.members(epochs[i])) {
      const auto run = timeline.run_at(pod, std::max(epochs[i].from, earliest));
      if (run == no_run) return true;
      const auto verdict = timeline.exchange(run, at);
      if (verdict.accepting < verdict.replicas) return true;
    }
    if (epochs[i].from <= earliest) break;
  }
  return false;
}

OutcomeMeasure measure_outcomes(const Timeline& timeline, const TimeRange& exchange, Instant from,
                                Instant to) {
  OutcomeMeasure out = {};
  const auto& epochs = timeline.epochs();
  const auto& cuts = timeline.verdict_changes();
  auto cut = std::upper_bound(cuts.begin(), cuts.end(), from);
  while (from < to) {
    const Instant until = cut == cuts.end() ? to : std::min(to, *cut++);
    const Instant earliest = from - exchange.high;
    std::size_t i = epochs.size();
    while (i > 0 && epochs[i - 1].from >= until - exchange.low) --i;
    // Epochs from the latest that a callback can lie in back to the earliest. The fleet before the
    // first counts as the first.
    while (i-- > 0) {
      const Instant begin = i == 0 ? std::min(epochs[i].from, earliest) : epochs[i].from;
      const Instant end = i + 1 < epochs.size() ? epochs[i + 1].from : std::max(until, begin);
      const double weight = overlap(begin, end, from, until, exchange);
      if (weight > 0 && epochs[i].count > 0)
        share_out(timeline, epochs[i], std::max(epochs[i].from, earliest), from, weight, out);
      if (begin <= earliest) break;
    }
    from = until;
  }
  return out;
}

}  // namespace mocks::users
