// Lease: the lock that lets one rotator act (coordination.k8s.io/v1), by client-go's
// leader-election rules: another holder's lease is ours to take only after its resourceVersion has
// not changed for leaseDurationSeconds of *our* clock.
//
// A lease is not a fence. still_ours() reads it back and compares holder and resourceVersion; it is
// called immediately before every irreversible act.
#pragma once

#include <string>

#include "rotator/kubernetes/cluster.h"

namespace rotator {

struct LeaseOptions {
  std::string name = {};
  std::string holder = {};  // unique to this process
  ports::Duration duration = std::chrono::seconds(15);
  ports::Duration renew_every = std::chrono::seconds(5);
  ports::Duration acquire_patience =
      std::chrono::seconds(30);  // how long acquire() waits for another holder's lease to lapse
};

class Lease {
 public:
  Lease(Cluster& cluster, LeaseOptions options);

  // Takes the lease. Error conflict when another holder keeps it alive; the message names holder
  // and age.
  ports::Status acquire();
  // Renews when renew_every has passed since the last renewal; cheap otherwise. Error conflict when
  // it was lost.
  ports::Status keep();
  // When keep() next has to be called.
  ports::Instant next_renewal() const { return next_renewal_; }
  // Reads the lease and renews it; Error conflict unless it is still this holder's and unchanged
  // since our last write.
  ports::Status still_ours();
  // Gives it up: empty holderIdentity. Errors are of no consequence: it lapses by itself.
  ports::Status release();
  bool held() const { return held_; }

 private:
  Cluster& cluster_;
  LeaseOptions options_;
  std::string resource_version_;
  std::string acquire_time_;
  std::int64_t transitions_ = 0;
  ports::Instant renewed_ = {};
  ports::Instant next_renewal_ = {};
  bool held_ = false;
};

}  // namespace rotator
