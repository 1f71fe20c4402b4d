// How Boost.Test prints the rotation's enumerations.
#pragma once

#include <ostream>

#include "rotator/rotation/rotation.h"

namespace rotator {

inline std::ostream& operator<<(std::ostream& out, Ending ending) {
  return out << to_string(ending);
}
inline std::ostream& operator<<(std::ostream& out, Phase phase) { return out << to_string(phase); }
inline std::ostream& operator<<(std::ostream& out, Judgement verdict) {
  return out << to_string(verdict);
}
inline std::ostream& operator<<(std::ostream& out, Disposition disposition) {
  return out << to_string(disposition);
}

}  // namespace rotator
