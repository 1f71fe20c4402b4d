// Result<T>: a value, or one Error that says in a sentence what went wrong.
//
// What the world can cause is an Error; what only our own bug can cause is a check() (see check.h).
// Exceptions stop where third-party code throws them. An ErrorCode exists only because some caller
// acts differently on it.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace ports {

enum class ErrorCode {
  // The call certainly had no effect: name not resolved, connection refused.
  unreachable,
  // One side refused the other's certificate. The call certainly had no effect, and asking again
  // at once mends nothing: the message says what would.
  untrusted,
  // The call may or may not have had its effect: the deadline passed, or the connection broke after
  // the request was sent.
  ambiguous,
  // The other side answered and said no, for good: a 4xx that a retry cannot mend.
  refused,
  // The other side said no because somebody else changed the thing: CAS mismatch, 409 Conflict.
  conflict,
  // The thing asked for does not exist.
  missing,
  // The other side asks for patience: 429, 503, sealed, no leader.
  busy,
  // The answer cannot be understood: not JSON, a member missing, a body too large.
  malformed,
  // Somebody asked this process to stop (SIGTERM, SIGINT) while it was waiting.
  interrupted,
  // The operator's input is wrong: a key, a unit, a file.
  configuration,
};

// The field-neutral name of a code, as it appears in JSON output: "unreachable", "ambiguous", ...
const char* to_string(ErrorCode code);

// One sentence: what was tried, on what, what came back, what to do. Never holds a secret:
// fingerprints only.
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::refused;
  std::string message = {};

  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

// fail(ErrorCode::missing, "no such key") converts to any Result<T>.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{.code = code, .message = std::move(message)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace ports
