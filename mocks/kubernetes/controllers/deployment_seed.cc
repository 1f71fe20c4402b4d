// A Deployment that has been rolled out as the world begins, with its ReplicaSet.
#include <utility>

#include "mocks/kubernetes/controllers/deployment.h"
#include "mocks/kubernetes/controllers/seed.h"
#include "mocks/kubernetes/store/deployment.h"
#include "mocks/kubernetes/store/replica_set.h"

namespace mocks::kubernetes {
namespace {

std::shared_ptr<Deployment> make_deployment(Registry& registry, const WorkloadSeed& seed,
                                            ports::WallTime since) {
  auto spec = std::make_shared<DeploymentSpec>();
  spec->replicas = seed.replicas;
  spec->selector = seed_selector(seed);
  spec->pod_template = seed_template(seed);
  spec->recreate = seed.recreate;
  spec->max_surge = seed_quantity(seed.max_surge);
  spec->max_unavailable = seed_quantity(seed.max_unavailable);
  spec->min_ready_s = seed.min_ready_s;
  spec->progress_deadline_s = seed.progress_deadline_s;

  auto deployment = std::make_shared<Deployment>();
  auto identity = std::make_shared<Identity>(
      *registry.identify(Kind::deployment, seed.kubernetes_namespace, seed.name));
  identity->created = since;
  deployment->identity = std::move(identity);
  deployment->generation = 1;
  deployment->labels = SharedStrings(Strings{{std::string(app_label), seed.name}});
  Strings annotations{{"deployment.kubernetes.io/revision", "1"}};
  for (const auto& [key, value] : seed.annotations) annotations.insert_or_assign(key, value);
  deployment->annotations = SharedStrings(std::move(annotations));
  deployment->spec = std::move(spec);
  return deployment;
}

std::shared_ptr<ReplicaSet> make_set(Registry& registry, const Deployment& deployment,
                                     ports::WallTime since) {
  const DeploymentSpec& spec = *deployment.spec;
  auto set = std::make_shared<ReplicaSet>();
  auto identity = std::make_shared<Identity>(
      *registry.identify(Kind::replica_set, deployment.kubernetes_namespace(),
                         deployment.name() + '-' + spec.pod_template->hash, {}, &deployment));
  identity->created = since;
  set->identity = std::move(identity);
  set->generation = 1;
  set->labels = spec.pod_template->set_labels;
  set->replicas = spec.replicas;
  set->min_ready_s = spec.min_ready_s;
  set->pod_template = spec.pod_template;
  set->selector = std::make_shared<const LabelSelector>(spec.selector);
  set->revision = 1;
  set->desired_replicas = spec.replicas;
  set->max_replicas = spec.replicas + deployment.max_surge();
  // The Deployment's own annotations are copied, its revision is of the same name.
  Strings annotations = deployment.annotations.get();
  annotations["deployment.kubernetes.io/desired-replicas"] = std::to_string(spec.replicas);
  annotations["deployment.kubernetes.io/max-replicas"] = std::to_string(set->max_replicas);
  set->annotations = SharedStrings(std::move(annotations));
  set->status = {.replicas = spec.replicas,
                 .ready = spec.replicas,
                 .available = spec.replicas,
                 .observed_generation = 1};
  return set;
}

DeploymentStatus whole(int replicas, const std::string& set, ports::WallTime since) {
  return {.observed_generation = 1,
          .replicas = replicas,
          .updated = replicas,
          .ready = replicas,
          .available = replicas,
          .unavailable = 0,
          .terminating = 0,
          .conditions = {{.type = "Available",
                          .status = "True",
                          .reason = "MinimumReplicasAvailable",
                          .message = "Deployment has minimum availability.",
                          .updated = since,
                          .changed = since},
                         {.type = "Progressing",
                          .status = "True",
                          .reason = "NewReplicaSetAvailable",
                          .message = "ReplicaSet \"" + set + "\" has successfully progressed.",
                          .updated = since,
                          .changed = since}}};
}

}  // namespace

std::vector<PodId> DeploymentController::seed(const WorkloadSeed& seed, ports::WallTime since,
                                              Kubelet& kubelet) {
  auto deployment = make_deployment(registry_, seed, since);
  const auto set = make_set(registry_, *deployment, since);
  deployment->status = whole(seed.replicas, set->name(), since);
  registry_.store().put(std::move(deployment));
  const ObjectPointer stored = registry_.store().put(set);
  const std::string prefix = stored->name() + '-';
  std::vector<PodId> pods;
  for (int i = 0; i < seed.replicas; ++i) {
    auto pod = running_pod(registry_,
                           {.owner = stored.get(),
                            .name = prefix + registry_.suffix(),
                            .generate_name = prefix,
                            .labels = stored->labels,
                            .pod_template = set->pod_template},
                           since);
    pods.push_back(pod->id);
    kubelet.adopt(std::move(pod));
  }
  return pods;
}

}  // namespace mocks::kubernetes
