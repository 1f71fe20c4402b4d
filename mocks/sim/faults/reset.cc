// The connection breaks when the reply is due.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind reset = {
    .name = "reset",
    .what = "Effect done, connection broken before the reply.",
    .course = {.reply = Course::Reply::broken},
};

}  // namespace mocks::sim::fault
