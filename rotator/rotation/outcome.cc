#include "rotator/rotation/outcome.h"

namespace rotator {

const char* to_string(Ending ending) {
  switch (ending) {
    case Ending::done: return "done";
    case Ending::rolled_back: return "rolled_back";
    case Ending::refused: return "refused";
    case Ending::unknown: return "unknown";
    case Ending::stopped: return "stopped";
    case Ending::misconfigured: return "misconfigured";
    case Ending::locked: return "locked";
    case Ending::interrupted: return "interrupted";
  }
  return "unknown";
}

int exit_code(Ending ending) {
  switch (ending) {
    case Ending::done: return 0;
    case Ending::rolled_back:
    case Ending::refused: return 1;
    case Ending::unknown: return 2;
    case Ending::stopped: return 3;
    case Ending::misconfigured: return 65;
    case Ending::locked: return 75;
    case Ending::interrupted: return 130;
  }
  return 70;
}

}  // namespace rotator
