// ReplicaSet: its typed state (apps/v1), as the Deployment controller makes it: one a template,
// named by the template's hash. One version is immutable, like every object's in the store.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

struct ReplicaSet final : Object {
  ReplicaSet() : Object(Kind::replica_set) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<ReplicaSet>(*this); }
  int replicas = 0;     // spec: wanted
  int min_ready_s = 0;  // ready for so long = available
  std::shared_ptr<const PodTemplate> pod_template = {};
  std::shared_ptr<const LabelSelector> selector = {};  // the Deployment's, without the hash
  // Annotations of the Deployment controller.
  std::int64_t revision = 0;  // deployment.kubernetes.io/revision
  int desired_replicas = 0;   // of the whole Deployment
  int max_replicas = 0;       // ... and its surge: what a proportional scaling starts from
  // As the ReplicaSet controller saw its pods last.
  struct Status {
    int replicas = 0, ready = 0, available = 0, terminating = 0;
    std::int64_t observed_generation = 0;
    std::vector<Condition> conditions = {};
    friend bool operator==(const Status&, const Status&) = default;
  } status = {};
};

}  // namespace mocks::kubernetes
