// The request is lost on its way, and the caller waits in vain.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind hang = {
    .name = "hang",
    .what = "No effect, never answered: the caller meets its deadline.",
    .course = {.request = Course::Request::lost},
};

}  // namespace mocks::sim::fault
