// WorkloadSeed: the workload that is rolled out as the world begins.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "mocks/kubernetes/store/kinds.h"
#include "rotator/ports/clock.h"

namespace mocks::kubernetes {

// Replicas and times are of every kind; a kind ignores how it would roll where it cannot.
struct WorkloadSeed {
  Kind kind = Kind::deployment;
  std::string kubernetes_namespace = "default";
  std::string name = {};
  int replicas = 1;
  std::string max_surge = "25%";        // as in the API: "25%" or "1"
  std::string max_unavailable = "25%";  // the same
  bool recreate = false;
  int min_ready_s = 0;
  int progress_deadline_s = 600;
  int termination_grace_s = 30;
  std::vector<std::string> containers = {"app"};
  std::vector<std::string> init_containers = {};
  std::vector<std::pair<std::string, std::string>> annotations = {};           // of the workload
  std::vector<std::pair<std::string, std::string>> template_annotations = {};  // of the template
  // The pods' app label where several workloads share it; empty = the workload's name.
  std::string app = {};
  // More labels of the pods, by which the workload and its Services know them beside the app label.
  std::vector<std::pair<std::string, std::string>> labels = {};
  // Name of a Service whose endpoints follow the pods; empty = the workload's name.
  std::string service = {};
  std::vector<std::string> more_services = {};   // with the same pods
  ports::Duration age = std::chrono::hours(24);  // since the pods became ready
};

}  // namespace mocks::kubernetes
