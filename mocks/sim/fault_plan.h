// FaultPlan: the faults of a run as data. A list of rules, printed one a line; the network consults
// it for every call, and every firing becomes a fact. A seed expands into an explicit plan, so a
// run can be replayed and shrunk by its rules alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/facts.h"
#include "mocks/sim/draws.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/sim/faults/kinds.h"
#include "rotator/ports/clock.h"

namespace mocks::sim {

// One fault. It matches a call when every glob (glob.h) matches and the instant lies in
// [from, to). Of its matches it skips the first nth - 1, then fires with probability
// chance_numerator / chance_denominator at each, at most `count` times.
struct FaultRule {
  std::string label = {};  // the rule's stable name: its chance draws hang on it alone
  const FaultKind* kind = &fault::refuse;
  std::string caller = "*";
  std::string server = "*";
  std::string method = "*";
  std::string target = "*";
  std::uint64_t nth = 1;    // 1 is the first match
  std::uint64_t count = 1;  // 0: without limit
  ports::Instant from = {};
  ports::Instant to = ports::Instant::max();
  std::uint64_t chance_numerator = 1;
  std::uint64_t chance_denominator = 1;
  ports::Duration delay{0};
  ports::Response response = {};  // of a kind that takes one
};

// One line, without line break: what, on which call, when, how often.
std::string describe(const FaultRule& rule);

// The same rules for a run that began at `begin`, where they say when since then.
std::vector<FaultRule> since(ports::Instant begin, std::vector<FaultRule> rules);

class FaultPlan final : public Faults {
 public:
  // Each firing is told to `observer` as fault_fired: subject name_of(server), object
  // name_of(caller), number number_of(kind), text describe(rule).
  FaultPlan(Observer& observer, Draws draws, std::vector<FaultRule> rules = {});

  // Opposites. remove() takes the rules of this label; how many there were.
  void add(FaultRule rule);
  std::size_t remove(std::string_view label);

  // The first rule that fires decides. Every rule that matches counts the match, so that removing
  // one moves no other.
  Fate consult(ports::Instant now, const Call& call) override;

  const std::vector<FaultRule>& rules() const { return rules_; }
  // How often rule `i` has fired.
  std::uint64_t fired(std::size_t i) const { return states_[i].fired; }
  // Indices of the rules that never fired: a plan that tested less than it says.
  std::vector<std::size_t> never_fired() const;
  // The whole plan, one rule a line.
  std::string describe() const;

 private:
  struct State {
    std::uint64_t entity = 0;
    std::int64_t number = 0;  // of the kind
    std::uint64_t matched = 0;
    std::uint64_t fired = 0;
    std::string line = {};
  };

  Observer& observer_;
  Draws draws_;
  std::vector<FaultRule> rules_;
  std::vector<State> states_;
};

// Which calls a random plan may hit.
struct CallPattern {
  std::string caller = "*";
  std::string server = "*";
  std::string method = "*";
  std::string target = "*";
};

// What a random plan is drawn from: each field a range or a list, drawn uniformly.
struct FaultProfile {
  std::uint64_t rules_low = 1;
  std::uint64_t rules_high = 4;
  std::vector<const FaultKind*> kinds = {all_kinds.begin(), all_kinds.end()};
  std::vector<CallPattern> calls = {{.caller = "rotator", .server = "*"}};
  std::uint64_t nth_high = 12;   // nth from 1 to this
  std::uint64_t count_high = 3;  // count from 1 to this
  // Of kinds that take a delay.
  ports::Duration delay_low = std::chrono::milliseconds{100};
  ports::Duration delay_high = std::chrono::seconds{20};
  // Of kinds that take a response.
  std::vector<int> statuses = {429, 500, 502, 503};
  std::uint64_t retry_after_high_s = 5;  // Retry-After of 429 and 503, from 0 to this
};

// The rules that this seed draws from this profile: a pure function of both.
std::vector<FaultRule> random_plan(Draws draws, const FaultProfile& profile);

}  // namespace mocks::sim
