#include "rotator/rotation/step.h"

namespace rotator {

using ports::ErrorCode;

bool may_pass(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::untrusted ||
         code == ErrorCode::ambiguous || code == ErrorCode::busy || code == ErrorCode::malformed;
}

}  // namespace rotator
