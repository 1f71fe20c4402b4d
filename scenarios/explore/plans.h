// Plans: what an exploration lets befall a rotation, as explicit rules over the calls that a run of
// it made. A plan can be printed, pasted into a scenario as its `faults:`, and read back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mocks/sim/draws.h"
#include "mocks/sim/fault_plan.h"
#include "rotator/ports/result.h"
#include "scenarios/explore/watch.h"

namespace scenarios::explore {

using Plan = std::vector<mocks::sim::FaultRule>;

// What may befall one call: a kind of fault with its parameters.
struct Mishap {
  const mocks::sim::FaultKind* kind = nullptr;
  ports::Duration delay{0};
  ports::Response response = {};
};

// Every kind (mocks/sim/faults/kinds.h): those that take a delay with a short and a long one, those
// that take a response with answers of each class that a caller treats in its own way, and with a
// success that is none.
const std::vector<Mishap>& all_mishaps();

// One call of a run, so that a rule finds it in another run: the nth that matches method and shape.
struct Place {
  std::string server = {};
  std::string method = {};
  std::string target = {};  // a glob
  std::uint64_t nth = 1;

  bool operator==(const Place&) const = default;
};

// Of each call its place, in the order of the calls.
std::vector<Place> places_of(const std::vector<MadeCall>& calls);

mocks::sim::FaultRule rule_of(std::string_view driver, const Place& place, const Mishap& mishap);

// What plans are drawn from.
struct Ground {
  std::string driver = "rotator";
  std::vector<Place> places = {};    // of a run; not empty
  std::vector<Mishap> mishaps = {};  // not empty
};

// Bounds of a drawn plan.
inline constexpr std::uint64_t most_rules = 5;
inline constexpr std::uint64_t most_times = 3;

// The plan of a seed: of the mishaps a subset that the seed draws (a swarm: with all kinds in every
// plan, the frequent ones hide the rare), then one to most_rules rules, each at a kind of call and
// then at one of these calls, both evenly. A pure function of both arguments.
Plan plan_of_seed(std::uint64_t seed, const Ground& ground);

// `plan` with one rule more, less, moved to another call or exchanged, over the places of the run
// that it made. A pure function of its arguments.
Plan mutated(const Plan& plan, std::uint64_t seed, const Ground& ground);

// A rule as a line of a scenario's `faults:`, without line break and indentation:
// "{kind: refuse, caller: rotator, server: vault, method: PUT, target: "/v1/*", nth: 2}".
std::string yaml_of(const mocks::sim::FaultRule& rule);
// The list in one line: "[{...}, {...}]".
std::string yaml_of(const Plan& plan);
// Reads such a list. Error of code configuration when it is none.
ports::Result<Plan> parse_plan(const std::string& text);

// The same rules, whatever their labels.
bool same(const Plan& a, const Plan& b);

}  // namespace scenarios::explore
