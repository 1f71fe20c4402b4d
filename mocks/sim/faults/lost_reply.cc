// The effect is there and its caller does not learn of it.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind lost_reply = {
    .name = "lost_reply",
    .what = "Effect done, never answered.",
    .course = {.reply = Course::Reply::lost},
};

}  // namespace mocks::sim::fault
