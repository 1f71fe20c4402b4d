#include "mocks/kubernetes/controllers/seed.h"

#include <charconv>
#include <utility>

#include "mocks/kubernetes/json/json_text.h"
#include "rotator/ports/check.h"

namespace mocks::kubernetes {
namespace {

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

const std::string& app_of(const WorkloadSeed& seed) {
  return seed.app.empty() ? seed.name : seed.app;
}

void put_service(Registry& registry, const WorkloadSeed& seed, const std::string& name) {
  // Addresses count up from the first.
  const auto address = 10 + registry.store().all(Kind::service).size();
  auto service = std::make_shared<Document>(Kind::service);
  service->identity = registry.identify(Kind::service, seed.kubernetes_namespace, name);
  service->selector.emplace(app_label, app_of(seed));
  for (const auto& [key, value] : seed.labels) service->selector.insert_or_assign(key, value);
  JsonText spec;
  spec.open('{').member("clusterIP", "10.96.0." + std::to_string(address));
  spec.key("selector").open('{');
  for (const auto& [key, value] : service->selector) spec.given_key(key).text(value);
  spec.close('}').member("sessionAffinity", "None").member("type", "ClusterIP").close('}');
  service->members = "\"spec\":" + spec.take() + R"(,"status":{"loadBalancer":{}})";
  registry.store().put(std::move(service));
}

}  // namespace

std::shared_ptr<const PodTemplate> seed_template(const WorkloadSeed& seed) {
  auto pod_template = std::make_shared<PodTemplate>();
  pod_template->labels.emplace(app_label, app_of(seed));
  pod_template->labels.emplace("app", app_of(seed));  // the label by which kubectl's users ask
  for (const auto& [key, value] : seed.labels) pod_template->labels.insert_or_assign(key, value);
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

LabelSelector seed_selector(const WorkloadSeed& seed) {
  LabelSelector selector;
  selector.requirements.push_back(
      {.op = Requirement::Operator::in, .key = std::string(app_label), .values = {app_of(seed)}});
  for (const auto& [key, value] : seed.labels)
    selector.requirements.push_back(
        {.op = Requirement::Operator::in, .key = key, .values = {value}});
  selector.match_labels = selector.requirements.size();
  return selector;
}

Quantity seed_quantity(const std::string& text) {
  Quantity quantity{.value = 0, .percent = text.ends_with('%')};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), quantity.value);
  const auto left = static_cast<std::size_t>(text.data() + text.size() - end.ptr);
  ports::check(end.ec == std::errc() && left == (quantity.percent ? 1U : 0U),
               "a seeded quantity is a number or a percentage");
  return quantity;
}

std::shared_ptr<Pod> running_pod(Registry& registry, const SeededPod& seeded,
                                 ports::WallTime since) {
  const PodTemplate& pod_template = *seeded.pod_template;
  auto pod = std::make_shared<Pod>();
  auto identity = std::make_shared<Identity>(
      *registry.identify(Kind::pod, seeded.owner->kubernetes_namespace(), seeded.name,
                         seeded.generate_name, seeded.owner));
  const std::uint64_t serial = identity->serial;
  const auto& options = registry.options();
  // It started as others will, and was ready at `since`.
  identity->created =
      since - std::chrono::ceil<std::chrono::seconds>(
                  registry.draw(options.pod_start, sim::Stream::pod_ready_time, serial, 0) +
                  registry.draw(options.pod_ready, sim::Stream::pod_ready_time, serial, 1));
  pod->identity = std::move(identity);
  pod->id = serial;
  pod->generation = 1;
  pod->labels = seeded.labels;
  pod->annotations = SharedStrings(registry.admitted(pod_template.annotations));
  pod->revision = 1;
  pod->pod_template = seeded.pod_template;
  pod->simulated_node = registry.options().simulated_node;
  pod->phase = "Running";
  pod->seen = pod->initialized = pod->ready = true;
  pod->started = pod->initialized_at = pod->identity->created;
  pod->ready_changed = since;
  pod->containers.resize(pod_template.containers.size());
  for (ContainerState& container : pod->containers) {
    container.state = ContainerState::State::running;
    container.started = pod->started;
    container.ready = true;
  }
  return pod;
}

void put_namespace(Registry& registry, const std::string& name) {
  auto one = std::make_shared<Document>(Kind::kubernetes_namespace);
  one->identity = registry.identify(Kind::kubernetes_namespace, "", name);
  one->labels = SharedStrings(Strings{{"kubernetes.io/metadata.name", name}});
  one->members = R"("spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"})";
  registry.store().put(std::move(one));
}

std::vector<PodId> seed_rolled_out(Registry& registry, Kubelet& kubelet,
                                   const Controllers& controllers, const WorkloadSeed& seed) {
  ports::check(!seed.name.empty() && !seed.containers.empty() && seed.replicas >= 0 &&
                   seed.replicas <= max_replicas,
               "a seeded workload has a name, a container and a size within bounds");
  if (registry.store().find(Kind::kubernetes_namespace, "", seed.kubernetes_namespace) == nullptr) {
    put_namespace(registry, seed.kubernetes_namespace);
  }
  put_service(registry, seed, seed.service.empty() ? seed.name : seed.service);
  for (const auto& name : seed.more_services) put_service(registry, seed, name);
  return controllers.of(seed.kind).seed(seed, registry.wall_second() - seed.age, kubelet);
}

}  // namespace mocks::kubernetes
