// SafeWindow: the shortest overlap window that is safe for this fleet, as a sum of named terms. A
// pure function.
//
// The window runs from the creation of the new secret to the moment when the old one is disabled.
// It must hold: the provider's propagation and the probes that prove it, the rollout, the death of
// the last old pod, whatever is left of the agents' render interval by then (a container that
// restarts reads the file, so every file must have been rendered anew), and what may still be in
// flight. Every duration is in nanoseconds; negative inputs count as zero.
#pragma once

#include <string>
#include <vector>

#include "rotator/ports/clock.h"

namespace rotator {

struct FleetFacts {
  int replicas = 1;
  bool recreate = false;
  int max_surge = 1;        // pods
  int max_unavailable = 0;  // pods
  ports::Duration pod_ready{0};
  ports::Duration min_ready{0};          // minReadySeconds
  ports::Duration termination_grace{0};  // of one pod
  ports::Duration propagation{0};        // at the identity provider
  ports::Duration acceptance{0};         // the probes in a row
  ports::Duration vault_settle{0};
  ports::Duration agent_render_interval{0};
  ports::Duration longest_token_exchange{0};
  ports::Duration code_lifetime{0};
  ports::Duration refresh_in_flight{0};
};

struct WindowTerm {
  std::string name = {};  // "rollout", "agent render interval", ...
  ports::Duration duration{0};
  std::string why = {};  // one clause: the numbers it comes from
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
