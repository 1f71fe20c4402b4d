// Phase: where a rotation stands, and Listener: who wants to know.
//
//   preflight -> create -> store -> rollout -> verify -> overlap -> disable -> soak -> delete ->
//   confirm, and from any of them before delete: rollback.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"
#include "rotator/rotation/configuration.h"

namespace rotator {

enum class Phase {
  preflight,  // looks, changes nothing
  create,     // the second secret at the identity provider, until its token endpoint accepts it
  store,      // the new value as a new KV version
  rollout,    // the rolling restart, until the Deployment says that it is complete
  verify,     // old pods gone, every pod and process on the new value; else another restart
  overlap,    // both secrets valid until window and quiet period have passed
  disable,    // the old secret made inactive, reversibly
  soak,       // watching; any new failure enables it again
  removal,    // "delete": the old secret removed for good
  confirm,    // the old one refused, exactly one secret left
  rollback,   // KV back to the old value, rollout, verify, the new secret removed
};
// The names above; "delete" for removal.
const char* to_string(Phase phase);
std::optional<Phase> parse_phase(std::string_view text);

// Three-valued: what cannot be evaluated is unknown, and unknown never passes.
enum class Verdict { pass, fail, unknown };
const char* to_string(Verdict verdict);

struct GateResult {
  Gate gate = Gate::old_pods_gone;
  Verdict verdict = Verdict::unknown;
  bool disabled = false;    // switched off by configuration; then nothing was looked at
  std::string reason = {};  // one sentence; names pods and fingerprints, never a secret
  // Whether it lets the rotation go on.
  bool open() const { return disabled || verdict == Verdict::pass; }
};

enum class Severity { debug, info, warning, error };
const char* to_string(Severity severity);

// Told what happens as it happens, on the rotation's own thread or fiber. May make calls of its own
// but not into the rotation. Every text is free of secrets.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void phase_began(Phase /*phase*/, const std::string& /*rotation_id*/) {}
  virtual void phase_ended(Phase /*phase*/, bool /*succeeded*/, ports::Duration /*took*/,
                           const std::string& /*message*/) {}
  // About to wait for `what`, no longer than `at_most`.
  virtual void waiting(Phase /*phase*/, const std::string& /*what*/, ports::Duration /*at_most*/) {}
  virtual void gate_evaluated(Phase /*phase*/, const GateResult& /*result*/) {}
  virtual void noted(Severity /*severity*/, const std::string& /*message*/) {}
};

// "1h30m", "1m30s", "500ms", for messages: to the second from a minute on, else to the millisecond.
// Zero is "0s".
std::string to_text(ports::Duration duration);

}  // namespace rotator
