// PortalListener: who is told what the portal's pods do that no Fact tells: which process runs with
// what in its environment, and whom the load balancer sends requests to. The users' record of the
// world is one (mocks/users/timeline.h); the portal itself remembers nothing.
#pragma once

#include <cstdint>

#include "mocks/kubernetes/store/pod_id.h"
#include "mocks/portal/environment.h"
#include "rotator/ports/clock.h"

namespace mocks::portal {

using kubernetes::PodId;

// Called under the world's lock, at the instant it happens: `at` never goes back.
class PortalListener {
 public:
  // A portal process starts in `pod` and holds `environment` until it stops. One that ran there
  // before has ended with it.
  virtual void process_started(ports::Instant at, PodId pod, const Environment& environment) = 0;
  // Nothing happens when no process runs there.
  virtual void process_stopped(ports::Instant at, PodId pod) = 0;
  // The load balancer sends requests to `pod` from now on, and not any more: those of the redirect
  // URI that `route` is the name_of, or with 0 all those that are not routed. Repeating one changes
  // nothing.
  virtual void endpoint_added(ports::Instant at, PodId pod, std::uint64_t route) = 0;
  virtual void endpoint_removed(ports::Instant at, PodId pod, std::uint64_t route) = 0;

 protected:
  ~PortalListener() = default;
};

}  // namespace mocks::portal
