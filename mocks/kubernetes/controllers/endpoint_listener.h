// EndpointListener: who sends traffic to the pods (a load balancer). Told when a pod enters and
// leaves the Service's ready endpoints, after the lag with which proxies follow the API.
#pragma once

#include "mocks/kubernetes/store/pod_id.h"

namespace mocks::kubernetes {

class EndpointListener {
 public:
  // In pairs for each pod, never twice the same in a row; both under the world's lock.
  virtual void endpoint_added(PodId pod) = 0;
  virtual void endpoint_removed(PodId pod) = 0;

 protected:
  ~EndpointListener() = default;
};

}  // namespace mocks::kubernetes
