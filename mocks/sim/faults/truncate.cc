// The body ends early: a stream breaks within its first piece, a whole body cannot be had.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind truncate = {
    .name = "truncate",
    .what = "Effect done, the body ends early.",
    .course = {.reply = Course::Reply::cut_short},
};

}  // namespace mocks::sim::fault
