// A call that takes longer on its way to the server.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind slow = {
    .name = "slow",
    .what = "It arrives late, by `delay`.",
    .takes = FaultKind::Takes::delay,
};

}  // namespace mocks::sim::fault
