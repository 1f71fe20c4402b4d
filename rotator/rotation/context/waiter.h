// Waiter: lets time pass without losing anything: keeps the lock and the Vault token, looks for
// login failures when that is due, and wakes up for what the wait is for.
#pragma once

#include <optional>

#include "rotator/kubernetes/cluster.h"
#include "rotator/rotation/context/exposure.h"
#include "rotator/rotation/context/failure_watch.h"
#include "rotator/rotation/context/lock.h"
#include "rotator/rotation/context/systems.h"
#include "rotator/rotation/context/teller.h"

namespace rotator {

// No wait is shorter: what failed at once must not be tried again at once.
inline constexpr ports::Duration shortest_wait = std::chrono::milliseconds(20);

class Waiter {
 public:
  // All must outlive this.
  Waiter(Systems& systems, Lock& lock, FailureWatch& failures, const Exposure& exposure,
         ports::Clock& clock, Teller& teller)
      : systems_(systems),
        lock_(lock),
        failures_(failures),
        exposure_(exposure),
        clock_(clock),
        teller_(teller) {}

  // Until `until`; true when a failure was seen, which ends the wait early. Error conflict when the
  // lock was lost, interrupted when this process was asked to stop, busy when a leaked secret is
  // due before that.
  ports::Result<bool> wait(ports::Instant until);
  // The same, and true as well as soon as that subject of `workload` changed.
  ports::Result<bool> wait_for_change(const Workload& workload, Subject subject,
                                      ports::Instant until);

 private:
  struct Change {
    const Workload& workload;
    Subject subject;
  };
  ports::Result<bool> pass(ports::Instant until, const Change* change);

  Systems& systems_;
  Lock& lock_;
  FailureWatch& failures_;
  const Exposure& exposure_;
  ports::Clock& clock_;
  Teller& teller_;
};

}  // namespace rotator
