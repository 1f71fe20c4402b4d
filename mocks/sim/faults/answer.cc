// Somebody in between answers, as a gateway or a rate limit does.
#include "mocks/sim/faults/kinds.h"

namespace mocks::sim::fault {

constinit const FaultKind answer = {
    .name = "answer",
    .what = "`status`, `body` and `retry_after` come back instead, no effect.",
    .course = {.request = Course::Request::answered},
    .takes = FaultKind::Takes::response,
};

}  // namespace mocks::sim::fault
