#include "scenarios/explore/shrink.h"

#include <algorithm>
#include <utility>

namespace scenarios::explore {
namespace {

using mocks::sim::FaultRule;

// Tries changes of a plan and keeps what stays wrong.
class Shrinker {
 public:
  Shrinker(Plan plan, const StillWrong& still_wrong)
      : plan_(std::move(plan)), still_wrong_(still_wrong) {}

  ports::Result<Plan> shrink() {
    fewer();
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      once(i);
      sooner(i);
      earlier(i);
    }
    if (error_) return ports::fail(*error_);
    return std::move(plan_);
  }

 private:
  // Whether `other` is wrong too; then it is the plan from now on.
  bool take(Plan other) {
    if (error_ || ++runs_ > most_shrink_runs) return false;
    const auto wrong = still_wrong_(other);
    if (!wrong) {
      error_ = wrong.error();
      return false;
    }
    if (!*wrong) return false;
    plan_ = std::move(other);
    return true;
  }

  // ddmin over the rules: complements of ever finer parts.
  void fewer() {
    std::size_t parts = 2;
    if (!plan_.empty() && take({})) return;
    while (plan_.size() > 1) {
      if (drop_one_part(parts)) {
        parts = std::max<std::size_t>(parts - 1, 2);
        continue;
      }
      if (parts >= plan_.size()) return;
      parts = std::min(parts * 2, plan_.size());
    }
  }

  bool drop_one_part(std::size_t parts) {
    for (std::size_t part = 0; part < parts; ++part) {
      const auto begin = plan_.size() * part / parts;
      const auto end = plan_.size() * (part + 1) / parts;
      auto rest = plan_;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(begin),
                 rest.begin() + static_cast<std::ptrdiff_t>(end));
      if (begin < end && take(std::move(rest))) return true;
    }
    return false;
  }

  template <typename Change>
  bool with(std::size_t rule, const Change& change) {
    auto other = plan_;
    change(other[rule]);
    return take(std::move(other));
  }

  void once(std::size_t i) {
    if (plan_[i].count != 1) with(i, [](FaultRule& rule) { rule.count = 1; });
  }

  void sooner(std::size_t i) {
    constexpr auto unit = std::chrono::seconds(1);
    while (plan_[i].delay > unit)
      if (!with(i, [&](FaultRule& rule) {
            rule.delay = std::max<ports::Duration>(
                std::chrono::floor<std::chrono::seconds>(rule.delay / 2), unit);
          }))
        return;
  }

  void earlier(std::size_t i) {
    if (plan_[i].nth > 1 && with(i, [](FaultRule& rule) { rule.nth = 1; })) return;
    while (plan_[i].nth > 1)
      if (!with(i, [](FaultRule& rule) { rule.nth /= 2; })) return;
  }

  Plan plan_;
  const StillWrong& still_wrong_;
  int runs_ = 0;
  std::optional<ports::Error> error_;
};

// The plans that differ from it in one thing, nearest first, each with what differs.
std::vector<Neighbour> neighbours(const Plan& plan) {
  std::vector<Neighbour> all;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const auto rule = "rule " + std::to_string(i + 1);
    auto later = plan;
    ++later[i].nth;
    all.push_back({.plan = std::move(later), .differs = rule + " hits the call of its kind after"});
    if (plan[i].nth == 1) continue;
    auto before = plan;
    --before[i].nth;
    all.push_back(
        {.plan = std::move(before), .differs = rule + " hits the call of its kind before"});
  }
  for (std::size_t i = 0; i < plan.size(); ++i) {
    auto without = plan;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    all.push_back({.plan = std::move(without),
                   .differs = plan.size() == 1 ? "without any fault"
                                               : "without rule " + std::to_string(i + 1)});
  }
  return all;
}

ports::Result<std::optional<Neighbour>> passing_neighbour(const Court& court, const Plan& plan,
                                                          std::uint64_t seed) {
  for (auto& neighbour : neighbours(plan)) {
    const auto trial = court.play(neighbour.plan, seed);
    if (!trial) return ports::fail(trial.error());
    // A rule that hits nothing is as good as none.
    if (trial->finding || trial->rules_idle > 0) continue;
    neighbour.ended = trial->ended;
    return std::optional(std::move(neighbour));
  }
  return std::optional<Neighbour>();
}

// How many lines tell of what happened up to the instant at which it went wrong.
std::size_t lines_until(const Finding& finding, const std::vector<TimelineEntry>& timeline) {
  const auto after = std::find_if(timeline.begin(), timeline.end(), [&](const auto& entry) {
    return finding.at_s ? entry.at_s > *finding.at_s : entry.what == "phase after";
  });
  return static_cast<std::size_t>(after - timeline.begin());
}

}  // namespace

ports::Result<Plan> shrunk(const Plan& plan, const StillWrong& still_wrong) {
  return Shrinker(plan, still_wrong).shrink();
}

ports::Result<OneRun> play_one(const Court& court, const Plan& plan, std::uint64_t seed) {
  auto trial = court.play_with_timeline(plan, seed);
  if (!trial) return ports::fail(trial.error());
  auto timeline = std::exchange(trial->timeline, {});
  const auto end = trial->finding ? lines_until(*trial->finding, timeline) : timeline.size();
  const auto begin = end > tail_length ? end - tail_length : 0;
  OneRun one{.scenario = court.scenario().name, .trial = std::move(*trial)};
  for (std::size_t i = 0; i < end; ++i)
    if (i >= begin || timeline[i].what.starts_with("fault fired"))
      one.tail.push_back(std::move(timeline[i]));
  return one;
}

ports::Result<Explained> explain(const Court& court, const Trial& trial) {
  Explained explained{.finding = *trial.finding, .seed = trial.seed, .drawn = trial.plan};
  auto minimal = shrunk(trial.plan, [&](const Plan& plan) -> ports::Result<bool> {
    const auto other = court.play(plan, trial.seed);
    if (!other) return ports::fail(other.error());
    return other->finding && other->finding->resembles(*trial.finding);
  });
  if (!minimal) return ports::fail(minimal.error());
  explained.minimal = std::move(*minimal);
  auto least = play_one(court, explained.minimal, trial.seed);
  if (!least) return ports::fail(least.error());
  if (least->trial.finding) explained.finding = *least->trial.finding;
  explained.tail = std::move(least->tail);
  auto neighbour = passing_neighbour(court, explained.minimal, trial.seed);
  if (!neighbour) return ports::fail(neighbour.error());
  explained.neighbour = std::move(*neighbour);
  return explained;
}

}  // namespace scenarios::explore
