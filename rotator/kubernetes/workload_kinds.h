// The kinds of workload that this rotator can restart. A new one is its own file here, a line below
// and a line in workload_kinds.cc; its key in the configuration, its permissions, its calls and its
// name in every sentence follow from its row.
#pragma once

#include <string_view>
#include <vector>

#include "rotator/kubernetes/workload.h"

namespace rotator {

namespace workload_kinds {
extern const WorkloadKind deployment;
}  // namespace workload_kinds

// In the order in which they are offered. The first is the one that a journal does not name.
const std::vector<const WorkloadKind*>& all_workload_kinds();
// By the word that objects carry, "Deployment"; null for one that this rotator does not know.
const WorkloadKind* find_workload_kind(std::string_view kind);

}  // namespace rotator
