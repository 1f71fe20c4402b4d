#include "mocks/kubernetes/controllers/work_queue.h"

namespace mocks::kubernetes {

void WorkQueue::add(ports::Instant when, std::uint32_t kind, std::uint64_t serial) {
  const auto [found, added] = waiting_.try_emplace(serial);
  if (!added) {
    if (found->second.when <= when) return;
    scheduler_.cancel(found->second.timer);
  }
  found->second = {.timer = scheduler_.at(when, target_, kind, serial), .when = when};
}

}  // namespace mocks::kubernetes
