#include "rotator/kubernetes/workload_kinds.h"

namespace rotator {

const std::vector<const WorkloadKind*>& all_workload_kinds() {
  static const std::vector<const WorkloadKind*> all = {&workload_kinds::deployment};
  return all;
}

}  // namespace rotator
