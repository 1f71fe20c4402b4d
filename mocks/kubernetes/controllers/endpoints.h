// Endpoints: which pods a Service's traffic may go to. The API objects (Endpoints, EndpointSlice)
// follow the pods within milliseconds; the load balancer follows with the drawn endpoint lag.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mocks/kubernetes/controllers/endpoint_listener.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

class EndpointsController final : public Follower, public Timed {
 public:
  // Follows the registry's store, which must outlive it.
  explicit EndpointsController(Registry& registry);
  // Told when a pod enters and leaves the load balancer of the Service of that name, or without a
  // name of any; must outlive it. The first one's changes are told as facts.
  void add_listener(EndpointListener& listener, std::string service);

  // The pods listed now enter the load balancer at once, as the world begins.
  void settle();
  // Whether the first load balancer sends users to the pod now.
  bool listed(PodId pod) const;

  void on_change(const Change& change) override;
  void on_timer(std::uint32_t kind, std::uint64_t subject) override;

 private:
  enum Timer : std::uint32_t { sync, proxy };
  struct Record {
    bool listed = false;      // by the load balancer
    bool pending = false;     // a change is on its way to it
    std::uint64_t draws = 0;  // of its lag, so far
  };
  // A load balancer and what it knows.
  struct Balancer {
    std::string service = {};  // that it stands for; empty = any
    EndpointListener* listener = nullptr;
    std::vector<Record> records = {};  // by PodId, from 1

    Record& record(PodId pod);
  };
  // Ready, not terminating, and selected by a Service of that balancer.
  bool wanted(const Balancer& balancer, const Pod& pod) const;
  void follow(std::size_t balancer);
  void write(const Document& service);
  void list(std::size_t balancer, PodId pod, bool value);

  Registry& registry_;
  std::vector<Balancer> balancers_ = std::vector<Balancer>(1);
  bool sync_pending_ = false;
};

}  // namespace mocks::kubernetes
