// Gates: the six questions that must all be answered yes before the old secret is retired. Each is
// a pure judgement over what was looked at; none makes a call.
#pragma once

#include <optional>

#include "rotator/idp/token_probe.h"
#include "rotator/rotation/fleet_proof.h"
#include "rotator/rotation/gate.h"

namespace rotator {

// No pod of an older template is left, Terminating ones included.
GateResult judge_old_pods_gone(const FleetProof& fleet);

// Every live pod's file shows the value with fingerprint `expected`. A pod that was not injected,
// or shows another value, fails; one that cannot be looked into, or a fleet that changed while it
// was looked at, or no pod at all, is unknown.
GateResult judge_every_pod_on(const FleetProof& fleet, const ports::Fingerprint& expected);

// The same, and the file shows a second secret with fingerprint `fallback` beside it. Asks of a
// fleet that was looked at for it (FleetQuestion::fallback).
GateResult judge_every_pod_on_both(const FleetProof& fleet, const ports::Fingerprint& expected,
                                   const ports::Fingerprint& fallback);

// Every process started after its file was written (see fleet.h for why that proves what the
// process holds). A file written after the start fails.
GateResult judge_process_newer_than_file(const FleetProof& fleet);

// `accepted` probes in a row of `needed`; `last` is the answer that broke the row.
GateResult judge_accepted(int accepted, int needed, const std::optional<ProbeAnswer>& last);

GateResult judge_window(ports::Instant now, ports::Instant ends);

// What is known of login failures since `watched_since`.
struct Quiet {
  std::optional<ports::Instant> watched_since = {};  // nothing = never looked
  std::optional<ports::Instant> last_trouble = {};   // a failure seen
  bool blind = false;                                // the last look gave no answer
};
GateResult judge_quiet(ports::Instant now, ports::Duration period, const Quiet& quiet);
// When judge_quiet will pass if nothing more happens.
ports::Instant quiet_at(ports::Duration period, const Quiet& quiet);

}  // namespace rotator
