#include "scenarios/explore/plans.h"

#include <algorithm>
#include <array>
#include <map>

#include "mocks/sim/glob.h"
#include "rotator/cli/yaml_section.h"
#include "rotator/ports/check.h"
#include "scenarios/scenario.h"

namespace scenarios::explore {
namespace {

using mocks::sim::Draws;
using mocks::sim::FaultKind;
using mocks::sim::FaultRule;

constexpr std::array delays = {std::chrono::seconds(2), std::chrono::seconds(40)};
// 200: something in between answers in the server's place, and nothing has happened.
constexpr std::array statuses = {429, 503, 400, 401, 403, 404, 409, 200};

// The draws of one plan, in order.
class Dice {
 public:
  Dice(std::uint64_t seed, std::string_view what) : draws_(seed), entity_(mocks::name_of(what)) {}

  // From 0 to bound - 1.
  std::uint64_t below(std::uint64_t bound) {
    return draws_.below(bound, mocks::sim::Stream::fault, entity_, ++index_);
  }
  template <typename T>
  const T& one_of(const std::vector<T>& list) {
    ports::check(!list.empty(), "a plan is drawn from nothing");
    return list[below(list.size())];
  }

 private:
  Draws draws_;
  std::uint64_t entity_;
  std::uint64_t index_ = 0;
};

bool same_kind(const Place& a, const Place& b) {
  return a.server == b.server && a.method == b.method && a.target == b.target;
}

// A kind of call first, then one of these calls: what is done once is met as often as what is done
// a hundred times.
const Place& drawn_place(const std::vector<Place>& places, Dice& dice) {
  std::vector<const Place*> kinds;
  for (const auto& place : places)
    if (std::none_of(kinds.begin(), kinds.end(),
                     [&](const Place* known) { return same_kind(*known, place); }))
      kinds.push_back(&place);
  const auto& kind = *dice.one_of(kinds);
  std::vector<const Place*> calls;
  for (const auto& place : places)
    if (same_kind(place, kind)) calls.push_back(&place);
  return *dice.one_of(calls);
}

FaultRule drawn_rule(const Ground& ground, const std::vector<Mishap>& mishaps, Dice& dice) {
  const auto& mishap = dice.one_of(mishaps);
  auto rule = rule_of(ground.driver, drawn_place(ground.places, dice), mishap);
  if (dice.below(4) == 0) rule.count = 1 + dice.below(most_times);
  return rule;
}

std::string in_quotes(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

bool same(const FaultRule& a, const FaultRule& b) {
  return yaml_of(a) == yaml_of(b) && a.chance_numerator == b.chance_numerator &&
         a.chance_denominator == b.chance_denominator;
}

}  // namespace

const std::vector<Mishap>& all_mishaps() {
  static const std::vector<Mishap> all = [] {
    std::vector<Mishap> mishaps;
    for (const auto* const kind : mocks::sim::all_kinds) switch (kind->takes) {
        case FaultKind::Takes::nothing: mishaps.push_back({.kind = kind}); break;
        case FaultKind::Takes::delay:
          for (const auto delay : delays) mishaps.push_back({.kind = kind, .delay = delay});
          break;
        case FaultKind::Takes::response:
          for (const auto status : statuses) {
            Mishap mishap{.kind = kind, .response = {.status = status}};
            if (status == 200) mishap.response.body = "{}";
            if (status == 429) mishap.response.headers = {{"Retry-After", "2"}};
            mishaps.push_back(std::move(mishap));
          }
      }
    return mishaps;
  }();
  return all;
}

std::vector<Place> places_of(const std::vector<MadeCall>& calls) {
  struct Seen {
    Place place = {};  // nth: matches so far
  };
  std::map<std::string, Seen> kinds;
  std::vector<const Seen*> of_call;
  for (const auto& call : calls) {
    auto shape = shape_of(call.target);
    auto& seen = kinds[call.server + " " + call.method + " " + shape];
    if (seen.place.method.empty())
      seen.place = {
          .server = call.server, .method = call.method, .target = std::move(shape), .nth = 0};
    of_call.push_back(&seen);
  }
  // A shape may match calls of another shape as well; a rule counts them all.
  std::vector<Place> places;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    for (auto& [name, seen] : kinds)
      if (seen.place.server == calls[i].server && seen.place.method == calls[i].method &&
          mocks::sim::glob_matches(seen.place.target, calls[i].target))
        ++seen.place.nth;
    places.push_back(of_call[i]->place);
  }
  return places;
}

FaultRule rule_of(std::string_view driver, const Place& place, const Mishap& mishap) {
  return {.kind = mishap.kind,
          .caller = std::string(driver),
          .server = place.server,
          .method = place.method,
          .target = place.target,
          .nth = place.nth,
          .delay = mishap.delay,
          .response = mishap.response};
}

Plan plan_of_seed(std::uint64_t seed, const Ground& ground) {
  Dice dice(seed, "explore");
  std::vector<Mishap> subset;
  for (const auto& mishap : ground.mishaps)
    if (dice.below(2) == 0) subset.push_back(mishap);
  if (subset.empty()) subset.push_back(dice.one_of(ground.mishaps));
  Plan plan;
  for (auto rules = 1 + dice.below(most_rules); rules > 0; --rules)
    plan.push_back(drawn_rule(ground, subset, dice));
  return plan;
}

Plan mutated(const Plan& plan, std::uint64_t seed, const Ground& ground) {
  enum : std::uint64_t { add, remove, move, exchange, kinds };
  Dice dice(seed, "mutate");
  auto next = plan;
  const auto what = dice.below(kinds);
  if (what == add || next.empty()) {
    if (next.size() == most_rules) next.erase(next.begin());
    next.push_back(drawn_rule(ground, ground.mishaps, dice));
    return next;
  }
  const auto at = dice.below(next.size());
  auto& rule = next[at];
  const auto other = drawn_rule(ground, ground.mishaps, dice);
  if (what == remove && next.size() > 1) {
    next.erase(next.begin() + static_cast<std::ptrdiff_t>(at));
    return next;
  }
  if (what == exchange) {
    rule.kind = other.kind;
    rule.delay = other.delay;
    rule.response = other.response;
    return next;
  }
  rule.server = other.server;
  rule.method = other.method;
  rule.target = other.target;
  rule.nth = other.nth;
  return next;
}

std::string yaml_of(const FaultRule& rule) {
  std::string text = "{kind: " + std::string(rule.kind->name);
  const auto add = [&](const char* key, const std::string& value) {
    text += std::string(", ") + key + ": " + value;
  };
  if (rule.kind->takes == FaultKind::Takes::response) {
    add("status", std::to_string(rule.response.status));
    if (!rule.response.body.empty()) add("body", in_quotes(rule.response.body));
    if (!rule.response.headers.empty()) add("retry_after", rule.response.headers.front().value);
  }
  if (rule.delay > ports::Duration(0)) add("delay", rotator::format_duration(rule.delay));
  if (rule.caller != "*") add("caller", in_quotes(rule.caller));
  if (rule.server != "*") add("server", in_quotes(rule.server));
  if (rule.method != "*") add("method", in_quotes(rule.method));
  if (rule.target != "*") add("target", in_quotes(rule.target));
  if (rule.nth != 1) add("nth", std::to_string(rule.nth));
  if (rule.count != 1) add("count", std::to_string(rule.count));
  return text + "}";
}

std::string yaml_of(const Plan& plan) {
  std::string text;
  for (const auto& rule : plan) text += (text.empty() ? "" : ", ") + yaml_of(rule);
  return "[" + text + "]";
}

ports::Result<Plan> parse_plan(const std::string& text) {
  if (text.find('\n') != std::string::npos || !text.starts_with('['))
    return ports::fail(
        ports::ErrorCode::configuration,
        "a plan is one line, \"[{kind: refuse, server: vault}]\", with the keys of a "
        "scenario's faults");
  auto scenario = parse_scenario(
      "purpose: a plan\nsource: the command line\nfaults: " + text + "\n", "the plan");
  if (!scenario) return ports::fail(scenario.error());
  for (auto& rule : scenario->faults) {
    rule.label.clear();
    if (rule.kind->takes != FaultKind::Takes::response) rule.response = {};
  }
  return std::move(scenario->faults);
}

bool same(const Plan& a, const Plan& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const FaultRule& one, const FaultRule& other) { return same(one, other); });
}

}  // namespace scenarios::explore
