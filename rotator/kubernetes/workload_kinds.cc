#include "rotator/kubernetes/workload_kinds.h"

namespace rotator {

const std::vector<const WorkloadKind*>& all_workload_kinds() {
  static const std::vector<const WorkloadKind*> all = {&workload_kinds::deployment};
  return all;
}

const WorkloadKind* find_workload_kind(std::string_view kind) {
  for (const auto* one : all_workload_kinds())
    if (one->kind == kind) return one;
  return nullptr;
}

}  // namespace rotator
