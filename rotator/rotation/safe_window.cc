#include "rotator/rotation/safe_window.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/calls/times.h"

namespace rotator {
namespace {

using ports::Duration;

Duration positive(const Known& known) { return std::max(known.value, Duration(0)); }

Duration one_round(const FleetFacts& facts) {
  return positive(facts.pod_ready) + positive(facts.min_ready) + controllers_turn;
}

std::string rollout_reason(const FleetFacts& facts) {
  const auto a_round = to_text(one_round(facts));
  if (facts.recreate)
    return "Recreate: " + counted(facts.replicas, "pod") + " at once, gone within " +
           to_text(positive(facts.termination)) + ", and are ready anew in " + a_round;
  return counted(facts.replicas, "replica") + ", surge " + std::to_string(facts.max_surge) +
         ", unavailable " + std::to_string(facts.max_unavailable) + ": " +
         counted(rollout_rounds(facts), "round") + " of " + a_round;
}

// The sources of what is not zero.
std::string sources(std::initializer_list<const Known*> all) {
  std::string text;
  for (const auto* const known : all) {
    if (known->value <= Duration(0) || known->source.empty()) continue;
    text += (text.empty() ? "" : "; ") + known->source;
  }
  return text;
}

WindowTerm in_flight(const FleetFacts& facts) {
  if (positive(facts.refresh_in_flight) > positive(facts.longest_token_exchange))
    return {.name = "refresh in flight",
            .duration = positive(facts.refresh_in_flight),
            .why = "a refresh that an old pod began",
            .source = facts.refresh_in_flight.source};
  return {.name = "longest token exchange",
          .duration = positive(facts.longest_token_exchange),
          .why = "an exchange that an old pod began",
          .source = facts.longest_token_exchange.source};
}

}  // namespace

int rollout_rounds(const FleetFacts& facts) {
  if (facts.recreate) return 1;
  const int a_round =
      std::max(1, std::max(0, facts.max_surge) + std::max(0, facts.max_unavailable));
  return std::max(1, (std::max(0, facts.replicas) + a_round - 1) / a_round);
}

Duration rollout_time(const FleetFacts& facts) {
  const Duration replaced = one_round(facts) * rollout_rounds(facts);
  // Recreate waits for the old pods to die before it starts the first new one.
  return facts.recreate ? replaced + positive(facts.termination) : replaced;
}

SafeWindow safe_window(const FleetFacts& facts) {
  SafeWindow window;
  const auto add = [&window](std::string name, const Known& known, std::string why) {
    window.terms.push_back({.name = std::move(name),
                            .duration = positive(known),
                            .why = std::move(why),
                            .source = known.source});
  };
  add("identity provider propagation", facts.propagation,
      "until the token endpoint knows a created secret");
  add("acceptance", facts.acceptance, "probes in a row that accept the new secret");
  add("vault settle", facts.vault_settle, "for replicas of Vault that lag");
  add("rollout",
      {.value = rollout_time(facts),
       .source = facts.recreate ? sources({&facts.pod_ready, &facts.min_ready, &facts.termination})
                                : sources({&facts.pod_ready, &facts.min_ready})},
      rollout_reason(facts));
  Duration rolled = positive(facts.vault_settle) + rollout_time(facts);
  if (!facts.recreate) {
    add("termination", facts.termination, "of the last old pod");
    rolled += positive(facts.termination);
  }
  if (positive(facts.stale_until) > Duration(0))
    add("agent render interval",
        {.value = facts.stale_until.value - rolled, .source = facts.stale_until.source},
        "what is left of " + to_text(facts.stale_until.value) +
            " when the rollout is over: until every agent has rendered anew");
  window.terms.push_back(in_flight(facts));
  Duration longest(-1);
  for (const auto& term : window.terms) {
    window.total += term.duration;
    if (term.duration <= longest) continue;
    longest = term.duration;
    window.dominating = term.name;
  }
  return window;
}

}  // namespace rotator
