// Faults: what goes wrong with one call. Both wires ask here before a request reaches its server;
// mocks that call each other without a wire (a Vault Agent its Vault, a portal pod its identity
// provider) ask too.
#pragma once

#include <string_view>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::sim {

// One call about to be made. The views live during consult() only.
struct Call {
  std::string_view caller = {};  // "rotator", "operator", "agent/<pod>", "portal/<pod>"
  std::string_view server = {};  // "idp", "vault", "kubernetes", "portal"
  std::string_view method = {};
  std::string_view target = {};  // path and query
};

// What happens to it. "No fault" is a value: Verdict{}.
struct Verdict {
  enum class Kind {
    pass,          // goes through, after `delay`
    refuse,        // connection refused, no effect
    hang,          // no effect, never answered: the caller meets its deadline
    answer,        // `response` comes back instead, no effect
    lost_reply,    // effect done, never answered
    reset,         // effect done, connection broken before the answer
    truncate,      // effect done, the body ends early
    duplicate,     // the server gets it twice, the caller the second answer
    crash_before,  // the caller dies before the request leaves
    crash_after,   // the caller dies after the effect, before it sees the answer
  };
  Kind kind = Kind::pass;
  ports::Duration delay{0};
  ports::Response response = {};
};

class Faults {
 public:
  virtual ~Faults() = default;
  virtual Verdict consult(ports::Instant now, const Call& call) = 0;
};

// The plan of a quiet day.
class NoFaults final : public Faults {
 public:
  Verdict consult(ports::Instant, const Call&) override { return {}; }
};

}  // namespace mocks::sim
