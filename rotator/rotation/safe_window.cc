#include "rotator/rotation/safe_window.h"

#include <algorithm>

#include "rotator/calls/times.h"

namespace rotator {
namespace {

using ports::Duration;

Duration positive(Duration duration) { return std::max(duration, Duration(0)); }

Duration one_round(const FleetFacts& facts) {
  return positive(facts.pod_ready) + positive(facts.min_ready);
}

std::string rollout_reason(const FleetFacts& facts) {
  if (facts.recreate)
    return "Recreate: all " + std::to_string(facts.replicas) + " pods stop, then get ready in " +
           to_text(one_round(facts));
  return std::to_string(facts.replicas) + " replicas, surge " + std::to_string(facts.max_surge) +
         ", unavailable " + std::to_string(facts.max_unavailable) + ": " +
         std::to_string(rollout_rounds(facts)) + " rounds of " + to_text(one_round(facts)) +
         " (ready and minReadySeconds)";
}

WindowTerm in_flight(const FleetFacts& facts) {
  WindowTerm term{.name = "longest token exchange",
                  .duration = positive(facts.longest_token_exchange),
                  .why = "an exchange that an old pod began"};
  if (positive(facts.code_lifetime) > term.duration)
    term = {.name = "authorization code lifetime",
            .duration = facts.code_lifetime,
            .why = "a code that was issued during the rollout"};
  if (positive(facts.refresh_in_flight) > term.duration)
    term = {.name = "refresh in flight",
            .duration = facts.refresh_in_flight,
            .why = "a refresh that an old pod began"};
  return term;
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
  return facts.recreate ? replaced + positive(facts.termination_grace) : replaced;
}

SafeWindow safe_window(const FleetFacts& facts) {
  SafeWindow window;
  const auto add = [&window](std::string name, Duration duration, std::string why) {
    window.terms.push_back(
        {.name = std::move(name), .duration = positive(duration), .why = std::move(why)});
  };
  add("identity provider propagation", facts.propagation,
      "until the token endpoint knows a created secret, as far as the vendor says");
  add("acceptance", facts.acceptance, "probes in a row that accept the new secret");
  add("vault settle", facts.vault_settle, "for replicas of Vault that lag");
  add("rollout", rollout_time(facts), rollout_reason(facts));
  add("termination", facts.recreate ? Duration(0) : facts.termination_grace,
      "grace period of the last old pod");
  const Duration rolled = positive(facts.vault_settle) + rollout_time(facts) +
                          (facts.recreate ? Duration(0) : positive(facts.termination_grace));
  add("agent render interval", facts.agent_render_interval - rolled,
      "what is left of " + to_text(positive(facts.agent_render_interval)) +
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
