// The kinds of workload that this rotator can restart. A new one is its own file here, a line below
// and a line in workload_kinds.cc; its key in the configuration, its permissions, its calls and its
// name in every sentence follow from its row.
#pragma once

#include <vector>

#include "rotator/kubernetes/workload.h"

namespace rotator {

namespace workload_kinds {
extern const WorkloadKind deployment;
}  // namespace workload_kinds

// In the order in which they are offered. The first is the one that a journal does not name.
const std::vector<const WorkloadKind*>& all_workload_kinds();

}  // namespace rotator
