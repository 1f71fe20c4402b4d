// SafeWindow: the shortest overlap window that is safe for this fleet, as a sum of named terms. A
// pure function.
//
// The window runs from the creation of the new secret to the moment when the old one is disabled.
// It must hold: the provider's propagation and the probes that prove it, the rollout, the death of
// the last old pod, and what that pod may still have in flight. An authorization code is not in the
// sum: whichever pod redeems it presents its own secret (RFC 6749, section 4.1.3).
//
// A pod whose Vault Agent reads Vault at the pod's start holds the new value from its start on, and
// no term is needed for it. Where it may be given an older one, all of them must render anew: then
// what is left of the agents' render interval when the rollout is over counts too.
#pragma once

#include <string>
#include <vector>

#include "rotator/ports/clock.h"

namespace rotator {

// Between a pod that is available and the next one that is made, the controllers take their turns:
// well below this each (observed on Kubernetes 1.36: tens of milliseconds).
inline constexpr ports::Duration controllers_turn = std::chrono::seconds(1);

// A duration and where it is known from, for people: "rotation.probes", "the slowest of 4 pods".
// Negative counts as zero.
struct Known {
  ports::Duration value{0};
  std::string source = {};
};

struct FleetFacts {
  int replicas = 1;
  bool recreate = false;
  int max_surge = 1;        // pods
  int max_unavailable = 0;  // pods
  Known pod_ready = {};     // from a pod's creation
  Known min_ready = {};     // minReadySeconds
  Known termination = {};   // of one pod, at most
  Known propagation = {};   // at the identity provider
  Known acceptance = {};    // the probes in a row
  Known vault_settle = {};
  // How often an agent renders anew, where a pod may start with an older value; else zero.
  Known stale_until = {};
  Known longest_token_exchange = {};
  Known refresh_in_flight = {};
};

struct WindowTerm {
  std::string name = {};  // "rollout", "termination", ...
  ports::Duration duration{0};
  std::string why = {};     // one clause: what it is for, with its numbers
  std::string source = {};  // where the numbers are known from
};

struct SafeWindow {
  ports::Duration total{0};  // the sum of the terms
  std::vector<WindowTerm> terms = {};
  std::string dominating = {};  // the name of the longest term
};

// Rounds of replacement: ceil(replicas / (surge + unavailable)), at least 1.
int rollout_rounds(const FleetFacts& facts);
// From the restart until the workload says that it is complete; old pods may still be dying.
ports::Duration rollout_time(const FleetFacts& facts);
SafeWindow safe_window(const FleetFacts& facts);

}  // namespace rotator
