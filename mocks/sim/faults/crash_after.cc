// The caller called and cannot remember.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind crash_after = {
    .name = "crash_after",
    .what = "The caller dies after the effect, before it sees the reply.",
    .course = {.reply = Course::Reply::caller_dies},
};

}  // namespace mocks::sim::fault
