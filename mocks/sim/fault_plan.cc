#include "mocks/sim/fault_plan.h"

#include <utility>

#include "mocks/sim/glob.h"
#include "rotator/ports/check.h"

namespace mocks::sim {
namespace {

// "12.5s" without floating point: seconds with up to nine decimals, none of them a trailing zero.
std::string seconds(ports::Duration duration) {
  constexpr std::int64_t per_second = 1'000'000'000;
  const std::int64_t ns = duration.count();
  std::string text = std::to_string(ns / per_second);
  const std::int64_t rest = ns % per_second;
  if (rest != 0) {
    std::string decimals = std::to_string(per_second + rest).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += '.' + decimals;
  }
  return text + 's';
}

bool matches(const FaultRule& rule, ports::Instant now, const Call& call) {
  return now >= rule.from && now < rule.to && glob_matches(rule.server, call.server) &&
         glob_matches(rule.caller, call.caller) && glob_matches(rule.method, call.method) &&
         glob_matches(rule.target, call.target);
}

// The draws of one random plan: rule `rule`, property `what`.
class PlanDraws {
 public:
  explicit PlanDraws(Draws draws) : draws_(draws) {}

  std::uint64_t between(std::uint64_t low, std::uint64_t high, std::uint64_t rule,
                        std::uint64_t what) const {
    ports::check(low <= high, "a range of a fault profile is upside down");
    return low + draws_.below(high - low + 1, Stream::fault, plan_entity, rule * properties + what);
  }

  template <typename T>
  const T& one_of(const std::vector<T>& list, std::uint64_t rule, std::uint64_t what) const {
    ports::check(!list.empty(), "a list of a fault profile is empty");
    return list[between(0, list.size() - 1, rule, what)];
  }

 private:
  static constexpr std::uint64_t plan_entity = name_of("random_plan");
  static constexpr std::uint64_t properties = 16;
  Draws draws_;
};

}  // namespace

std::string describe(const FaultRule& rule) {
  std::string line = rule.label.empty() ? "" : rule.label + ": ";
  line += rule.kind->name;
  if (rule.kind->takes == FaultKind::Takes::response) {
    line += ' ' + std::to_string(rule.response.status);
    for (const ports::Header& header : rule.response.headers)
      line += ' ' + header.name + ": " + header.value;
  }
  if (rule.delay.count() != 0) line += " by " + seconds(rule.delay);
  line += ", " + rule.caller + " -> " + rule.server + ' ' + rule.method + ' ' + rule.target;
  line += ", from match " + std::to_string(rule.nth);
  line += rule.count == 0 ? " on" : " at most " + std::to_string(rule.count) + " times";
  if (rule.from != ports::Instant{}) line += ", from " + seconds(rule.from.time_since_epoch());
  if (rule.to != ports::Instant::max()) line += ", until " + seconds(rule.to.time_since_epoch());
  if (rule.chance_numerator != rule.chance_denominator)
    line += ", with chance " + std::to_string(rule.chance_numerator) + '/' +
            std::to_string(rule.chance_denominator);
  return line;
}

std::vector<FaultRule> since(ports::Instant begin, std::vector<FaultRule> rules) {
  for (auto& rule : rules) {
    rule.from += begin.time_since_epoch();
    if (rule.to != ports::Instant::max()) rule.to += begin.time_since_epoch();
  }
  return rules;
}

FaultPlan::FaultPlan(Observer& observer, Draws draws, std::vector<FaultRule> rules)
    : observer_(observer), draws_(draws) {
  for (FaultRule& rule : rules) add(std::move(rule));
}

void FaultPlan::add(FaultRule rule) {
  ports::check(rule.nth >= 1, "a fault rule counts its matches from 1");
  ports::check(rule.chance_denominator >= 1, "a fault rule's chance has the denominator 0");
  std::string line = sim::describe(rule);
  const std::uint64_t entity = name_of(rule.label.empty() ? line : rule.label);
  states_.push_back({.entity = entity,
                     .number = static_cast<std::int64_t>(number_of(*rule.kind)),
                     .line = std::move(line)});
  rules_.push_back(std::move(rule));
}

std::size_t FaultPlan::remove(std::string_view label) {
  std::size_t removed = 0;
  for (std::size_t i = rules_.size(); i-- > 0;) {
    if (rules_[i].label != label) continue;
    rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(i));
    states_.erase(states_.begin() + static_cast<std::ptrdiff_t>(i));
    ++removed;
  }
  return removed;
}

Fate FaultPlan::consult(ports::Instant now, const Call& call) {
  const FaultRule* fires = nullptr;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const FaultRule& rule = rules_[i];
    State& state = states_[i];
    if (!matches(rule, now, call)) continue;
    const std::uint64_t match = ++state.matched;
    if (fires != nullptr || match < rule.nth) continue;
    if (rule.count != 0 && state.fired >= rule.count) continue;
    if (!draws_.chance(rule.chance_numerator, rule.chance_denominator, Stream::fault, state.entity,
                       match))
      continue;
    ++state.fired;
    fires = &rule;
    observer_.observe(now, {.kind = FactKind::fault_fired,
                            .subject = name_of(call.server),
                            .object = name_of(call.caller),
                            .number = state.number,
                            .text = state.line});
  }
  if (fires == nullptr) return {};
  return {.course = fires->kind->course, .delay = fires->delay, .response = fires->response};
}

std::vector<std::size_t> FaultPlan::never_fired() const {
  std::vector<std::size_t> idle;
  for (std::size_t i = 0; i < states_.size(); ++i)
    if (states_[i].fired == 0) idle.push_back(i);
  return idle;
}

std::string FaultPlan::describe() const {
  std::string text;
  for (const State& state : states_) text += state.line + '\n';
  return text;
}

std::vector<FaultRule> random_plan(Draws draws, const FaultProfile& profile) {
  enum : std::uint64_t { kind, pattern, nth, count, delay, status, retry_after, size };
  const PlanDraws plan(draws);
  const std::uint64_t rules = plan.between(profile.rules_low, profile.rules_high, 0, size);
  std::vector<FaultRule> result;
  for (std::uint64_t i = 0; i < rules; ++i) {
    const CallPattern& calls = plan.one_of(profile.calls, i, pattern);
    FaultRule rule{.label = "fault " + std::to_string(i + 1),
                   .kind = plan.one_of(profile.kinds, i, kind),
                   .caller = calls.caller,
                   .server = calls.server,
                   .method = calls.method,
                   .target = calls.target,
                   .nth = plan.between(1, profile.nth_high, i, nth),
                   .count = plan.between(1, profile.count_high, i, count)};
    if (rule.kind->takes == FaultKind::Takes::delay)
      rule.delay = ports::Duration(static_cast<std::int64_t>(
          plan.between(static_cast<std::uint64_t>(profile.delay_low.count()),
                       static_cast<std::uint64_t>(profile.delay_high.count()), i, delay)));
    if (rule.kind->takes == FaultKind::Takes::response) {
      rule.response.status = plan.one_of(profile.statuses, i, status);
      if (rule.response.status == 429 || rule.response.status == 503)
        rule.response.headers.push_back(
            {.name = "Retry-After",
             .value = std::to_string(plan.between(0, profile.retry_after_high_s, i, retry_after))});
    }
    result.push_back(std::move(rule));
  }
  return result;
}

}  // namespace mocks::sim
