#include "mocks/kubernetes/controllers/seed.h"

#include <charconv>
#include <utility>

#include "mocks/kubernetes/json/json_text.h"
#include "rotator/ports/check.h"

namespace mocks::kubernetes {
namespace {

constexpr std::string_view app_label = "app.kubernetes.io/name";

Quantity quantity_of(const std::string& text) {
  Quantity quantity{.value = 0, .percent = text.ends_with('%')};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), quantity.value);
  const auto left = static_cast<std::size_t>(text.data() + text.size() - end.ptr);
  ports::check(end.ec == std::errc() && left == (quantity.percent ? 1U : 0U),
               "a seeded quantity is a number or a percentage");
  return quantity;
}

void render_container(JsonText& json, const ContainerSpec& container) {
  json.open('{').member("image", container.image).member("imagePullPolicy", "IfNotPresent");
  json.member("name", container.name).key("resources").raw("{}");
  json.member("terminationMessagePath", "/dev/termination-log");
  json.member("terminationMessagePolicy", "File").close('}');
}

// As decoding would leave it: defaults filled in, keys sorted.
std::string template_spec(const PodTemplate& pod_template) {
  JsonText json;
  json.open('{').key("containers").open('[');
  for (const ContainerSpec& one : pod_template.containers) render_container(json, one);
  json.close(']').member("dnsPolicy", "ClusterFirst");
  if (!pod_template.init_containers.empty()) {
    json.key("initContainers").open('[');
    for (const ContainerSpec& one : pod_template.init_containers) render_container(json, one);
    json.close(']');
  }
  json.member("restartPolicy", "Always").member("schedulerName", "default-scheduler");
  json.key("securityContext").raw("{}");
  json.member("terminationGracePeriodSeconds", pod_template.grace_s).close('}');
  return json.take();
}

std::shared_ptr<const PodTemplate> make_template(const SeedDeployment& seed) {
  auto pod_template = std::make_shared<PodTemplate>();
  pod_template->labels.emplace(app_label, seed.name);
  pod_template->labels.emplace("app", seed.name);  // the label by which kubectl's users ask
  for (const auto& [key, value] : seed.template_annotations) {
    pod_template->annotations.insert_or_assign(key, value);
  }
  const auto add = [](const std::vector<std::string>& names, std::vector<ContainerSpec>& out) {
    for (const std::string& name : names) {
      out.push_back({.name = name, .image = "example.invalid/" + name + ":1.0"});
    }
  };
  add(seed.containers, pod_template->containers);
  add(seed.init_containers, pod_template->init_containers);
  pod_template->grace_s = seed.termination_grace_s;
  pod_template->spec = template_spec(*pod_template);
  finish_template(*pod_template);
  return pod_template;
}

std::shared_ptr<Deployment> make_deployment(Registry& registry, const SeedDeployment& seed,
                                            ports::WallTime since) {
  auto spec = std::make_shared<DeploymentSpec>();
  spec->replicas = seed.replicas;
  spec->selector.requirements.push_back(
      {.op = Requirement::Operator::in, .key = std::string(app_label), .values = {seed.name}});
  spec->selector.match_labels = 1;
  spec->pod_template = make_template(seed);
  spec->recreate = seed.recreate;
  spec->max_surge = quantity_of(seed.max_surge);
  spec->max_unavailable = quantity_of(seed.max_unavailable);
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

std::shared_ptr<Pod> make_pod(Registry& registry, const ReplicaSet& set, ports::WallTime since) {
  auto pod = std::make_shared<Pod>();
  auto identity = std::make_shared<Identity>(
      *registry.identify(Kind::pod, set.kubernetes_namespace(),
                         set.name() + '-' + registry.suffix(), set.name() + '-', &set));
  identity->created = since;
  pod->identity = std::move(identity);
  pod->id = pod->identity->serial;
  pod->generation = 1;
  pod->labels = set.labels;
  pod->annotations = SharedStrings(registry.admitted(set.pod_template->annotations));
  pod->revision = 1;
  pod->pod_template = set.pod_template;
  pod->simulated_node = registry.options().simulated_node;
  pod->phase = "Running";
  pod->seen = pod->initialized = pod->ready = true;
  pod->started = pod->initialized_at = pod->ready_changed = since;
  pod->containers.resize(set.pod_template->containers.size());
  for (ContainerState& container : pod->containers) {
    container.state = ContainerState::State::running;
    container.started = since;
    container.ready = true;
  }
  return pod;
}

}  // namespace

void put_namespace(Registry& registry, const std::string& name) {
  auto one = std::make_shared<Document>(Kind::kubernetes_namespace);
  one->identity = registry.identify(Kind::kubernetes_namespace, "", name);
  one->labels = SharedStrings(Strings{{"kubernetes.io/metadata.name", name}});
  one->members = R"("spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"})";
  registry.store().put(std::move(one));
}

std::vector<PodId> seed_rolled_out(Registry& registry, Kubelet& kubelet,
                                   const SeedDeployment& seed) {
  ports::check(!seed.name.empty() && !seed.containers.empty() && seed.replicas >= 0 &&
                   seed.replicas <= max_replicas,
               "a seeded Deployment has a name, a container and a size within bounds");
  if (registry.store().find(Kind::kubernetes_namespace, "", seed.kubernetes_namespace) == nullptr) {
    put_namespace(registry, seed.kubernetes_namespace);
  }
  const ports::WallTime since = registry.wall_second() - seed.age;
  auto service = std::make_shared<Document>(Kind::service);
  service->identity = registry.identify(Kind::service, seed.kubernetes_namespace,
                                        seed.service.empty() ? seed.name : seed.service);
  service->selector.emplace(app_label, seed.name);
  service->members =
      R"("spec":{"clusterIP":"10.96.0.10","selector":{")" + std::string(app_label) +
      "\":" + in_quotes(seed.name) +
      R"(},"sessionAffinity":"None","type":"ClusterIP"},"status":{"loadBalancer":{}})";
  registry.store().put(std::move(service));

  auto deployment = make_deployment(registry, seed, since);
  const auto set = make_set(registry, *deployment, since);
  deployment->status = {
      .observed_generation = 1,
      .replicas = seed.replicas,
      .updated = seed.replicas,
      .ready = seed.replicas,
      .available = seed.replicas,
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
                      .message = "ReplicaSet \"" + set->name() + "\" has successfully progressed.",
                      .updated = since,
                      .changed = since}}};
  registry.store().put(std::move(deployment));
  const ObjectPointer stored = registry.store().put(set);
  std::vector<PodId> pods;
  for (int i = 0; i < seed.replicas; ++i) {
    auto pod = make_pod(registry, static_cast<const ReplicaSet&>(*stored), since);
    pods.push_back(pod->id);
    kubelet.adopt(std::move(pod));
  }
  return pods;
}

}  // namespace mocks::kubernetes
