// The caller had decided to call and did not.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind crash_before = {
    .name = "crash_before",
    .what = "The caller dies before the request leaves.",
    .course = {.request = Course::Request::caller_dies},
};

}  // namespace mocks::sim::fault
