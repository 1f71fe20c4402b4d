// PodId: names a pod in calls, timers and Facts (their `subject`): 1, 2, 3... in order of creation
// within one API server, never used twice. Small enough for whoever only passes it on.
#pragma once

#include <cstdint>

namespace mocks::kubernetes {

using PodId = std::uint64_t;

}  // namespace mocks::kubernetes
