// Deployment: its typed state (apps/v1). One version is immutable, like every object's in the
// store; spec and template are shared between versions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

// Defaults are the API server's own
// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/).
struct DeploymentSpec {
  int replicas = 1;
  LabelSelector selector = {};
  std::shared_ptr<const PodTemplate> pod_template = {};
  bool recreate = false;  // strategy Recreate; else RollingUpdate
  Quantity max_surge = {.value = 25, .percent = true};
  Quantity max_unavailable = {.value = 25, .percent = true};
  int min_ready_s = 0;  // ready for so long = available
  int revision_history_limit = 10;
  int progress_deadline_s = 600;
  bool paused = false;  // a new template is not rolled out
  // Its JSON, made by the first reader and shared by all versions with this spec.
  mutable std::string rendered = {};
};
inline constexpr int no_deadline = 2147483647;  // progressDeadlineSeconds that disables it

// What the controller saw last, in pods.
struct DeploymentStatus {
  std::int64_t observed_generation = 0;  // the newest specification that it has acted on
  int replicas = 0, updated = 0, ready = 0, available = 0, unavailable = 0;
  std::optional<int> terminating = {};  // servers that do not know it show none
  std::vector<Condition> conditions = {};
  friend bool operator==(const DeploymentStatus&, const DeploymentStatus&) = default;
};

struct Deployment final : Workload {
  Deployment() : Workload(Kind::deployment) {}
  std::shared_ptr<Object> clone() const override { return std::make_shared<Deployment>(*this); }
  std::shared_ptr<const DeploymentSpec> spec = {};
  DeploymentStatus status = {};
  int wanted() const override { return spec->replicas; }
  int present() const override { return status.replicas; }
  const LabelSelector& selector() const override { return spec->selector; }
  // The next version, with so many replicas wanted.
  std::shared_ptr<Workload> resized(int replicas) const override;
  int max_surge() const;        // resolved; 0 for Recreate
  int max_unavailable() const;  // resolved; 0 for Recreate
};

}  // namespace mocks::kubernetes
