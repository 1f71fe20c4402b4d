#include "rotator/rotation/context/lock.h"

#include <algorithm>
#include <utility>

namespace rotator {

Lock::Lock(Cluster& cluster, const Configuration& configuration, ports::Clock& clock,
           Teller& teller, std::string holder)
    : clock_(clock),
      duration_(configuration.kubernetes.lease_duration),
      holder_(std::move(holder)),
      lease_(cluster, {.name = configuration.lease_name(),
                       .holder = holder_,
                       .duration = duration_,
                       .renew_every = duration_ / 3,
                       .acquire_patience = (long_lease + 2) * duration_,
                       .on_wait = [&teller](const std::string& what, ports::Duration at_most) {
                         teller.waiting(what, at_most);
                       }}) {}

ports::Status Lock::fence() { return remember_loss(lease_.still_ours()); }

ports::Status Lock::keep(ports::Instant until) {
  const auto now = clock_.now();
  if (now < lease_.next_renewal()) return {};
  const auto left = until - now;
  if (left <= duration_) return remember_loss(lease_.keep());
  return remember_loss(
      lease_.keep_for(std::min<ports::Duration>(left, long_lease * duration_) + duration_));
}

ports::Status Lock::remember_loss(ports::Status status) {
  if (!status && status.error().code == ports::ErrorCode::conflict) lose();
  return status;
}

}  // namespace rotator
