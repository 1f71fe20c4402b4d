#include "mocks/kubernetes/codec/pod_template.h"

#include <array>
#include <span>

#include "mocks/kubernetes/codec/names.h"
#include "mocks/kubernetes/codec/spec_parts.h"

namespace mocks::kubernetes {
namespace {

using detail::Fields;
using detail::text_at;

// Every member that a pod's spec and its containers may have (core/v1 PodSpec, Container).
constexpr std::array<std::string_view, 38> pod_fields = {"volumes",
                                                         "ephemeralContainers",
                                                         "restartPolicy",
                                                         "activeDeadlineSeconds",
                                                         "dnsPolicy",
                                                         "nodeSelector",
                                                         "serviceAccountName",
                                                         "serviceAccount",
                                                         "automountServiceAccountToken",
                                                         "nodeName",
                                                         "hostNetwork",
                                                         "hostPID",
                                                         "hostIPC",
                                                         "shareProcessNamespace",
                                                         "securityContext",
                                                         "imagePullSecrets",
                                                         "hostname",
                                                         "subdomain",
                                                         "affinity",
                                                         "schedulerName",
                                                         "tolerations",
                                                         "hostAliases",
                                                         "priorityClassName",
                                                         "priority",
                                                         "dnsConfig",
                                                         "readinessGates",
                                                         "runtimeClassName",
                                                         "enableServiceLinks",
                                                         "preemptionPolicy",
                                                         "overhead",
                                                         "topologySpreadConstraints",
                                                         "setHostnameAsFQDN",
                                                         "os",
                                                         "hostUsers",
                                                         "schedulingGates",
                                                         "resourceClaims",
                                                         "resources",
                                                         "hostnameOverride"};
constexpr std::array<std::string_view, 22> container_fields = {"command",
                                                               "args",
                                                               "workingDir",
                                                               "ports",
                                                               "envFrom",
                                                               "env",
                                                               "resources",
                                                               "resizePolicy",
                                                               "restartPolicy",
                                                               "volumeMounts",
                                                               "volumeDevices",
                                                               "livenessProbe",
                                                               "readinessProbe",
                                                               "startupProbe",
                                                               "lifecycle",
                                                               "terminationMessagePath",
                                                               "terminationMessagePolicy",
                                                               "imagePullPolicy",
                                                               "securityContext",
                                                               "stdin",
                                                               "stdinOnce",
                                                               "tty"};

// A member that the API adds where a client gives none, or null.
struct Default {
  std::string_view name;
  std::string_view json;
};
using Defaults = std::span<const Default>;  // sorted by name

constexpr std::array<Default, 1> of_http_get = {{{"scheme", R"("HTTP")"}}};
constexpr std::array<Default, 1> of_port = {{{"protocol", R"("TCP")"}}};
constexpr std::array<Default, 4> of_probe = {{{"failureThreshold", "3"},
                                              {"periodSeconds", "10"},
                                              {"successThreshold", "1"},
                                              {"timeoutSeconds", "1"}}};
constexpr std::array<Default, 5> of_pod = {{{"dnsPolicy", R"("ClusterFirst")"},
                                            {"restartPolicy", R"("Always")"},
                                            {"schedulerName", R"("default-scheduler")"},
                                            {"securityContext", "{}"},
                                            {"terminationGracePeriodSeconds", "30"}}};

// Writes `object` with its defaults; `write_member` writes the value of each member that it has.
template <typename WriteMember>
void write_with(Defaults defaults, JsonText& json, const JsonView& object,
                WriteMember write_member) {
  json.open('{');
  auto next = defaults.begin();
  for (const auto& [name, value] : object.members()) {
    for (; next != defaults.end() && next->name < name; ++next) {
      json.given_key(next->name).raw(next->json);
    }
    const bool is_default = next != defaults.end() && next->name == name;
    json.given_key(name);
    if (is_default && value.is_null()) {
      json.raw(next->json);
    } else {
      write_member(name, value);
    }
    if (is_default) ++next;
  }
  for (; next != defaults.end(); ++next) json.given_key(next->name).raw(next->json);
  json.close('}');
}

// The same for what may be no object, or a list of what may be none: that is written as it is.
template <typename WriteMember>
void write_any_with(Defaults defaults, JsonText& json, const JsonView& value,
                    WriteMember write_member) {
  if (value.is_object()) {
    write_with(defaults, json, value, write_member);
  } else {
    json.value(value);
  }
}
template <typename WriteElement>
void write_list(JsonText& json, const JsonView& list, WriteElement write_element) {
  if (!list.is_array()) {
    json.value(list);
    return;
  }
  json.open('[');
  for (const JsonView& element : list.elements()) write_element(element);
  json.close(']');
}

void write_container(JsonText& json, const JsonView& container) {
  const auto as_given = [&](std::string_view, const JsonView& value) { json.value(value); };
  const std::string_view image = text_at(container, "image");
  const std::size_t colon = image.rfind(':');
  const bool latest = colon == std::string_view::npos || image.substr(colon) == ":latest";
  const std::array<Default, 4> defaults = {
      {{"imagePullPolicy", latest ? R"("Always")" : R"("IfNotPresent")"},
       {"resources", "{}"},
       {"terminationMessagePath", R"("/dev/termination-log")"},
       {"terminationMessagePolicy", R"("File")"}}};
  write_any_with(defaults, json, container, [&](std::string_view name, const JsonView& value) {
    if (name == "ports") {
      write_list(json, value,
                 [&](const JsonView& port) { write_any_with(of_port, json, port, as_given); });
    } else if (name == "readinessProbe" || name == "livenessProbe" || name == "startupProbe") {
      write_any_with(of_probe, json, value, [&](std::string_view of, const JsonView& member) {
        write_any_with(of == "httpGet" ? Defaults(of_http_get) : Defaults(), json, member,
                       as_given);
      });
    } else {
      json.value(value);
    }
  });
}

// A pod template's spec as it is kept: defaults filled in, members sorted.
std::string complete_spec(const JsonView& spec) {
  JsonText json;
  write_with(of_pod, json, spec, [&](std::string_view name, const JsonView& value) {
    if (name == "containers" || name == "initContainers") {
      write_list(json, value, [&](const JsonView& one) { write_container(json, one); });
    } else {
      json.value(value);
    }
  });
  return json.take();
}

std::vector<ContainerSpec> decode_containers(Fields& spec, std::string_view name,
                                             std::vector<Cause>& causes) {
  std::vector<ContainerSpec> containers;
  for (Fields& one : spec.objects(name, "Container")) {
    ContainerSpec container{.name = one.text("name"), .image = one.text("image")};
    if (container.name.empty()) causes.push_back(required_value(one.path() + ".name"));
    if (container.image.empty()) causes.push_back(required_value(one.path() + ".image"));
    one.allow(container_fields);
    one.finish();
    if (containers.size() < max_containers) containers.push_back(std::move(container));
  }
  return containers;
}

void render_strings(JsonText& json, const Strings& strings, std::string_view hash = {}) {
  json.open('{');
  for (const auto& [key, value] : strings) {
    if (key != hash_label.text() || hash.empty()) json.given_member(key, value);
  }
  if (!hash.empty()) json.member(hash_label, hash);
  json.close('}');
}

}  // namespace

std::shared_ptr<const PodTemplate> decode_template(Fields& fields, std::vector<Cause>& causes) {
  auto pod_template = std::make_shared<PodTemplate>();
  Fields metadata = fields.object("metadata", "ObjectMeta");
  pod_template->labels = metadata.strings("labels");
  pod_template->annotations = metadata.strings("annotations");
  check_annotations(pod_template->annotations, "spec.template.annotations", causes);
  metadata.allow({"creationTimestamp", "name", "generateName", "namespace", "finalizers"});
  metadata.finish();

  Fields spec = fields.object("spec", "PodSpec");
  pod_template->containers = decode_containers(spec, "containers", causes);
  pod_template->init_containers = decode_containers(spec, "initContainers", causes);
  if (spec.has("nodeName")) pod_template->node = spec.text("nodeName");
  pod_template->grace_s = spec.number("terminationGracePeriodSeconds", 30);
  spec.allow(pod_fields);
  spec.finish();
  fields.finish();
  if (pod_template->containers.empty()) {
    causes.push_back(required_value("spec.template.spec.containers"));
  }

  pod_template->spec = complete_spec(spec.self());
  finish_template(*pod_template);
  return pod_template;
}

void render_template(JsonText& json, const PodTemplate& pod_template, std::string_view hash) {
  json.open('{').key("metadata").open('{');
  if (!pod_template.labels.empty() || !hash.empty()) {
    json.key("labels");
    render_strings(json, pod_template.labels, hash);
  }
  if (!pod_template.annotations.empty()) {
    json.key("annotations");
    render_strings(json, pod_template.annotations);
  }
  json.close('}').key("spec").raw(pod_template.spec).close('}');
}

void template_cells(JsonText& json, const PodTemplate& pod_template) {
  std::string names;
  std::string images;
  for (const ContainerSpec& container : pod_template.containers) {
    names.append(names.empty() ? "" : ",").append(container.name);
    images.append(images.empty() ? "" : ",").append(container.image);
  }
  json.text(names).text(images);
}

}  // namespace mocks::kubernetes
