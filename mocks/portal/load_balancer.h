// LoadBalancer: sends each request to one of the pods that it believes ready. It learns of a pod
// that enters or leaves the Service's endpoints after the lag with which proxies follow the API, so
// a terminating pod is sent logins for a while.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "mocks/kubernetes/workload.h"
#include "mocks/portal/timeline.h"
#include "mocks/scheduler.h"

namespace mocks::portal {

// One of `endpoints`, uniformly by 64 uniform bits. `preferred` (0 = none) is taken whatever the
// bits while it is among them: a sticky session. Nothing when there is no endpoint.
std::optional<PodId> pick_endpoint(std::span<const PodId> endpoints, std::uint64_t bits,
                                   PodId preferred = 0);

class LoadBalancer final : public kubernetes::EndpointListener {
 public:
  // Both must outlive it.
  LoadBalancer(Scheduler& scheduler, Timeline& timeline)
      : scheduler_(scheduler), timeline_(timeline) {}

  // EndpointListener: now, in the world's time.
  void endpoint_added(PodId pod) override;
  void endpoint_removed(PodId pod) override;

  std::span<const PodId> endpoints() const { return timeline_.endpoints(scheduler_.now()); }
  std::optional<PodId> pick(std::uint64_t bits, PodId preferred = 0) const;

 private:
  Scheduler& scheduler_;
  Timeline& timeline_;
};

}  // namespace mocks::portal
