#include "rotator/ports/result.h"

namespace ports {

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::unreachable: return "unreachable";
    case ErrorCode::untrusted: return "untrusted";
    case ErrorCode::ambiguous: return "ambiguous";
    case ErrorCode::refused: return "refused";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::missing: return "missing";
    case ErrorCode::busy: return "busy";
    case ErrorCode::malformed: return "malformed";
    case ErrorCode::interrupted: return "interrupted";
    case ErrorCode::configuration: return "configuration";
  }
  return "unknown";
}

}  // namespace ports
