// Lock: the right to act. A Kubernetes Lease, kept alive over long waits and proved right before
// each effect; and the memory of having lost it, after which this rotator must not act any more.
#pragma once

#include <string>

#include "rotator/kubernetes/cluster.h"
#include "rotator/kubernetes/lease.h"
#include "rotator/rotation/configuration.h"
#include "rotator/rotation/context/teller.h"

namespace rotator {

// During long waits the lock is taken for this many lease durations: one call instead of many.
inline constexpr int long_lease = 4;

class Lock {
 public:
  // `holder` is unique to this process. All references must outlive this.
  Lock(Cluster& cluster, const Configuration& configuration, ports::Clock& clock, Teller& teller,
       std::string holder);

  // Waits until a dead rotator's lock has lapsed, also one taken for a long wait. Error conflict
  // when a living one holds it.
  ports::Status take() { return lease_.acquire(); }
  // Who has it now; nothing: nobody.
  ports::Result<std::optional<LeaseHolder>> look() { return lease_.holder(); }
  // Proves that the lock is ours at this moment: the caller acts at once. Error conflict: lost.
  ports::Status fence();
  // Renews when that is due, for longer when `until` is far; cheap otherwise. Error conflict: lost.
  ports::Status keep(ports::Instant until);
  // When keep() next has to be called.
  ports::Instant next_renewal() const { return lease_.next_renewal(); }
  // Gives it up. An Error is of no consequence: the lease lapses by itself.
  ports::Status give_back() { return lease_.release(); }

  bool held() const { return lease_.held(); }
  // Somebody else is in charge, as the lease or the journal showed.
  bool lost() const { return lost_; }
  void lose() { lost_ = true; }
  const std::string& holder() const { return holder_; }

 private:
  ports::Status remember_loss(ports::Status status);

  ports::Clock& clock_;
  ports::Duration duration_;
  std::string holder_;
  Lease lease_;
  bool lost_ = false;
};

}  // namespace rotator
