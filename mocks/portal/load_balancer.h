// LoadBalancer: a Service in front of the portal's pods, as far as its users feel it: which pods
// requests may reach, and the rule by which one of them is picked. It holds no requests itself: the
// users' logins are played, and pick by the rule from the record that this class writes.
//
// The cluster tells it of a pod that enters or leaves the endpoints after the lag with which
// proxies follow the API, so a terminating pod is sent logins for a while.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "mocks/kubernetes/controllers/endpoint_listener.h"
#include "mocks/portal/listener.h"
#include "mocks/scheduler.h"

namespace mocks::portal {

// The pod that a request reaches: one of `endpoints`, uniformly by 64 uniform bits. `preferred`
// (0 = none) is taken whatever the bits while it is among them: a sticky session. Nothing when
// there is no endpoint.
std::optional<PodId> pick_endpoint(std::span<const PodId> endpoints, std::uint64_t bits,
                                   PodId preferred = 0);

class LoadBalancer final : public kubernetes::EndpointListener {
 public:
  // Both must outlive it. `record` is told each change at the scheduler's present. `route`: name_of
  // the redirect URI whose calls come here; 0 = all those that are not routed elsewhere.
  LoadBalancer(Scheduler& scheduler, PortalListener& record, std::uint64_t route = 0)
      : scheduler_(scheduler), record_(record), route_(route) {}

  // EndpointListener: requests may reach the pod from now on, and not any more.
  void endpoint_added(PodId pod) override { record_.endpoint_added(scheduler_.now(), pod, route_); }
  void endpoint_removed(PodId pod) override {
    record_.endpoint_removed(scheduler_.now(), pod, route_);
  }

 private:
  Scheduler& scheduler_;
  PortalListener& record_;
  std::uint64_t route_;
};

}  // namespace mocks::portal
