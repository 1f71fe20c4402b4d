// Faults: what goes wrong with one call. Both wires ask here before a request reaches its server;
// mocks that call each other without a wire (a Vault Agent its Vault, a portal pod its identity
// provider) ask too. The answer is a Fate: what happens at each step of the call. Whoever carries a
// call follows those steps and knows no kind of fault by name.
#pragma once

#include <cstdint>
#include <string_view>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::sim {

// One call about to be made. The views live during consult() only.
struct Call {
  std::string_view caller = {};  // "rotator", "operator", "agent/<pod>", "portal/<pod>"
  std::string_view server = {};  // "idp", "vault", "kubernetes", "metrics"
  std::string_view method = {};
  std::string_view target = {};  // path and query
};

// The steps of a call, from its caller to the server and back. A default one is a call that nothing
// happens to.
struct Course {
  // Of the request. In all but the first there is no effect, and the later steps do not come.
  enum class Request : std::uint8_t {
    arrives,
    caller_dies,  // before it leaves
    refused,      // connection refused
    lost,         // the caller meets its deadline
    answered,     // Fate::response comes back instead
  };
  // Of the reply, after the effect.
  enum class Reply : std::uint8_t {
    arrives,
    caller_dies,  // before it sees the reply
    lost,         // the caller meets its deadline
    broken,       // the connection breaks before the reply
    cut_short,    // the body ends early, and then the connection breaks
  };
  Request request = Request::arrives;
  bool twice = false;  // the server gets the request twice, the caller the second reply
  Reply reply = Reply::arrives;

  bool operator==(const Course&) const = default;
};

// What happens to one call. "Nothing" is a value: Fate{}.
struct Fate {
  Course course = {};
  ports::Duration delay{0};       // before the request arrives
  ports::Response response = {};  // of Request::answered
};

class Faults {
 public:
  virtual ~Faults() = default;
  // Called once for each call, in the order in which they are made; `now` never goes back.
  virtual Fate consult(ports::Instant now, const Call& call) = 0;
};

// The plan of a quiet day.
class NoFaults final : public Faults {
 public:
  Fate consult(ports::Instant, const Call&) override { return {}; }
};

}  // namespace mocks::sim
