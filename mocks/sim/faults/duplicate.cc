// A retry below the caller: what is not idempotent has its effect twice.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind duplicate = {
    .name = "duplicate",
    .what = "The server gets it twice, the caller the second reply.",
    .course = {.twice = true},
};

}  // namespace mocks::sim::fault
