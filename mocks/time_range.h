// TimeRange: a closed range of durations, from which each use draws one of its own: how long pods
// take to get ready, how late a provider's replicas follow, how long a user thinks.
#pragma once

#include "rotator/ports/clock.h"

namespace mocks {

struct TimeRange {
  ports::Duration low{0};
  ports::Duration high{0};  // included; not below `low`
};

}  // namespace mocks
