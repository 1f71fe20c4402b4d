// ReplicaSet: its typed state (apps/v1), as the Deployment controller makes it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

struct ReplicaSet final : Object {
  ReplicaSet() : Object(Kind::replica_set) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<ReplicaSet>(*this); }
  int replicas = 0;
  int min_ready_s = 0;
  std::shared_ptr<const PodTemplate> pod_template = {};
  std::shared_ptr<const LabelSelector> selector = {};  // the Deployment's, without the hash
  // Annotations of the Deployment controller.
  std::int64_t revision = 0;
  int desired_replicas = 0;
  int max_replicas = 0;
  struct Status {
    int replicas = 0, ready = 0, available = 0, terminating = 0;
    std::int64_t observed_generation = 0;
    std::vector<Condition> conditions = {};
    friend bool operator==(const Status&, const Status&) = default;
  } status = {};
};

}  // namespace mocks::kubernetes
