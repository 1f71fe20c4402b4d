// Seeding: what is in the cluster as the world begins, put there without simulating how it came.
// The pieces that every kind of workload is seeded from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/controllers/controller.h"

namespace mocks::kubernetes {

// The label by which a seeded Service and a seeded workload know their pods.
inline constexpr std::string_view app_label = "app.kubernetes.io/name";

void put_namespace(Registry& registry, const std::string& name);

// The namespace unless it is there, a Service, and behind it the workload by its controller, as
// rolled out `seed.age` ago. Returns its pods in order.
std::vector<PodId> seed_rolled_out(Registry& registry, Kubelet& kubelet,
                                   const Controllers& controllers, const WorkloadSeed& seed);

// The template that `seed` describes, as decoding would leave it.
std::shared_ptr<const PodTemplate> seed_template(const WorkloadSeed& seed);
// What selects the pods of that template.
LabelSelector seed_selector(const WorkloadSeed& seed);
// "25%" or "1"; anything else is a bug of the caller.
Quantity seed_quantity(const std::string& text);

struct SeededPod {
  const Object* owner = nullptr;  // its controller, stored
  std::string name = {};
  std::string generate_name = {};
  SharedStrings labels = {};
  std::shared_ptr<const PodTemplate> pod_template = {};
};
// A pod of revision 1 that has been running and ready since then. Not stored yet.
std::shared_ptr<Pod> running_pod(Registry& registry, const SeededPod& seeded,
                                 ports::WallTime since);

}  // namespace mocks::kubernetes
