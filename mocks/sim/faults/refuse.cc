// Nobody listens: the caller knows that there was no effect.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind refuse = {
    .name = "refuse",
    .what = "Connection refused, no effect.",
    .course = {.request = Course::Request::refused},
};

}  // namespace mocks::sim::fault
