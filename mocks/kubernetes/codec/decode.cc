#include "mocks/kubernetes/codec/decode.h"

#include <array>
#include <charconv>
#include <span>

#include "mocks/kubernetes/api_server.h"
#include "mocks/kubernetes/codec/names.h"
#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/go_json.h"
#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

using detail::Fields;
using detail::Reading;
using detail::text_at;

void decode_metadata(Fields& metadata, Decoded& out) {
  out.name = metadata.text("name");
  out.generate_name = metadata.text("generateName");
  out.kubernetes_namespace = metadata.text("namespace");
  out.uid = metadata.text("uid");
  out.resource_version = metadata.text("resourceVersion");
  Strings labels = metadata.strings("labels");
  Strings annotations = metadata.strings("annotations");
  check_labels(labels, "metadata.labels", out.causes);
  check_annotations(annotations, "metadata.annotations", out.causes);
  out.object->labels = SharedStrings(std::move(labels));
  out.object->annotations = SharedStrings(std::move(annotations));
  out.object->finalizers = metadata.list("finalizers");
  // Set by the server alone, or not kept.
  metadata.allow({"selfLink", "generation", "creationTimestamp", "deletionTimestamp",
                  "deletionGracePeriodSeconds", "ownerReferences", "managedFields"});
  metadata.finish();
}

std::shared_ptr<Object> empty_object(Kind kind) {
  switch (kind) {
    case Kind::deployment: return std::make_shared<Deployment>();
    case Kind::event: return std::make_shared<Event>();
    default: return std::make_shared<Document>(kind);
  }
}

LabelSelector decode_selector(Fields& fields) {
  LabelSelector selector;
  for (const auto& [key, value] : fields.strings("matchLabels")) {
    selector.requirements.push_back(
        {.op = Requirement::Operator::in, .key = key, .values = {value}});
  }
  selector.match_labels = selector.requirements.size();
  for (Fields& one : fields.objects("matchExpressions", "LabelSelectorRequirement")) {
    Requirement requirement{.key = one.text("key"), .values = one.list("values")};
    const std::string name = one.text("operator");
    requirement.op = name == "In"             ? Requirement::Operator::in
                     : name == "NotIn"        ? Requirement::Operator::not_in
                     : name == "DoesNotExist" ? Requirement::Operator::does_not_exist
                                              : Requirement::Operator::exists;
    if (selector.requirements.size() < max_requirements) {
      selector.requirements.push_back(std::move(requirement));
    }
    one.finish();
  }
  fields.finish();
  return selector;
}

std::string render_json(const Strings& strings) {
  if (strings.empty()) return "null";
  return SharedStrings(strings).rendered();
}

Quantity decode_quantity(Fields& fields, std::string_view name, Quantity otherwise,
                         std::vector<Cause>& causes) {
  const auto value = fields.raw(name);
  if (!value) return otherwise;
  const std::string field = "spec.strategy.rollingUpdate." + std::string(name);
  if (value->is_integer()) {
    const std::int64_t number = value->integer();
    if (number < 0 || number > max_replicas) {
      causes.push_back(
          invalid_value(field, std::to_string(number), "must be greater than or equal to 0"));
      return otherwise;
    }
    return {.value = static_cast<int>(number), .percent = false};
  }
  if (!value->is_string()) {
    fields.wrong(*value, name, "intstr.IntOrString");
    return otherwise;
  }
  const std::string_view text = value->text();
  int number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || std::string_view(end.ptr, text.data() + text.size()) != "%" ||
      number < 0 || number > 100000) {
    causes.push_back(invalid_value(
        field, in_quotes(text),
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  "
        "or '93%', regex used for validation is '[0-9]+%')"));
    return otherwise;
  }
  return {.value = number, .percent = true};
}

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

void decode_strategy(Fields& fields, DeploymentSpec& spec, std::vector<Cause>& causes) {
  const std::string type = fields.text("type");
  Fields rolling = fields.object("rollingUpdate", "RollingUpdateDeployment");
  spec.recreate = type == "Recreate";
  if (!type.empty() && type != "Recreate" && type != "RollingUpdate") {
    causes.push_back({.reason = "FieldValueNotSupported",
                      .message = "Unsupported value: " + in_quotes(type) +
                                 ": supported values: \"Recreate\", \"RollingUpdate\"",
                      .field = "spec.strategy.type"});
  }
  if (spec.recreate && !rolling.self().is_null()) {
    causes.push_back(forbidden_value("spec.strategy.rollingUpdate",
                                     "may not be specified when strategy `type` is 'Recreate'"));
  }
  const Quantity quarter{.value = 25, .percent = true};
  spec.max_surge = decode_quantity(rolling, "maxSurge", quarter, causes);
  spec.max_unavailable = decode_quantity(rolling, "maxUnavailable", quarter, causes);
  if (!spec.recreate && spec.max_surge.value == 0 && spec.max_unavailable.value == 0) {
    causes.push_back(invalid_value("spec.strategy.rollingUpdate.maxUnavailable", "0",
                                   "may not be 0 when `maxSurge` is 0"));
  }
  rolling.finish();
  fields.finish();
}

}  // namespace

namespace detail {

void decode_deployment(Fields& fields, Decoded& out) {
  Fields given = fields.object("spec", "DeploymentSpec");
  fields.allow({"status"});
  auto spec = std::make_shared<DeploymentSpec>();
  std::vector<Cause> template_causes;
  spec->replicas = given.number("replicas", 1);
  spec->min_ready_s = given.number("minReadySeconds", 0);
  spec->revision_history_limit = given.number("revisionHistoryLimit", 10);
  spec->progress_deadline_s = given.number("progressDeadlineSeconds", 600);
  spec->paused = given.boolean("paused");
  Fields selector = given.object("selector", "LabelSelector");
  spec->selector = decode_selector(selector);
  Fields strategy = given.object("strategy", "DeploymentStrategy");
  std::vector<Cause> strategy_causes;
  decode_strategy(strategy, *spec, strategy_causes);
  Fields pod_template = given.object("template", "PodTemplateSpec");
  spec->pod_template = decode_template(pod_template, template_causes);
  given.finish();

  auto& causes = out.causes;
  if (spec->replicas < 0) {
    causes.push_back(invalid_value("spec.replicas", std::to_string(spec->replicas),
                                   "must be greater than or equal to 0"));
  }
  if (spec->replicas > max_replicas) {
    causes.push_back(invalid_value("spec.replicas", std::to_string(spec->replicas),
                                   "this cluster runs at most " + std::to_string(max_replicas)));
  }
  if (spec->min_ready_s < 0) {
    causes.push_back(invalid_value("spec.minReadySeconds", std::to_string(spec->min_ready_s),
                                   "must be greater than or equal to 0"));
  }
  if (spec->progress_deadline_s <= spec->min_ready_s) {
    causes.push_back(invalid_value("spec.progressDeadlineSeconds",
                                   std::to_string(spec->progress_deadline_s),
                                   "must be greater than minReadySeconds"));
  }
  const bool unselective = spec->selector.requirements.empty();
  if (selector.self().is_null()) {
    causes.push_back(required_value("spec.selector"));
  } else if (unselective) {
    causes.push_back(
        invalid_value("spec.selector", "{}", "empty selector is invalid for deployment"));
  }
  if (unselective || !spec->selector.matches(spec->pod_template->labels)) {
    causes.push_back(invalid_value("spec.template.metadata.labels",
                                   render_json(spec->pod_template->labels),
                                   "`selector` does not match template `labels`"));
  }
  causes.insert(causes.end(), template_causes.begin(), template_causes.end());
  causes.insert(causes.end(), strategy_causes.begin(), strategy_causes.end());
  std::static_pointer_cast<Deployment>(out.object)->spec = std::move(spec);
}

}  // namespace detail

Outcome<JsonDocument> parse_body(const KindInfo& kind, std::string_view body) {
  const auto unrecognized = [&](const std::string& why) {
    return refuse(bad_request("the object provided is unrecognized (must be of type " +
                              std::string(kind.name) + "): couldn't get version/kind; " + why));
  };
  auto document = JsonDocument::parse(body);
  if (!document) {
    const std::string shown = body.empty() ? "<empty>" : std::string(body.substr(0, 1024));
    return unrecognized("json parse error: " + go_json_error(body).value_or("invalid UTF-8") +
                        " (" + shown + ")");
  }
  const JsonView root = document->root();
  if (!root.is_object()) {
    return unrecognized("json parse error: json: cannot unmarshal " +
                        std::string(detail::type_name(root)) + " into Go value of type struct");
  }
  const std::string given_kind(text_at(root, "kind"));
  const std::string given_version(text_at(root, "apiVersion"));
  const bool matches = (given_kind.empty() || given_kind == kind.name) &&
                       (given_version.empty() || given_version == api_version(kind));
  if (matches) return std::move(*document);
  const std::string version = given_version.substr(given_version.rfind('/') + 1);
  return refuse(bad_request(
      given_kind + " in version \"" + given_version + "\" cannot be handled as a " +
      std::string(kind.name) + ": converting (" + version + "." + given_kind + ") to (" +
      (kind.group.empty() ? "core" : std::string(kind.group.substr(0, kind.group.find('.')))) +
      "." + std::string(kind.name) + "): unknown conversion"));
}

Outcome<Decoded> decode(const KindInfo& kind, const JsonView& body) {
  Decoded out;
  out.object = empty_object(kind.kind);
  Reading reading;
  Fields fields(reading, body, kind.name);
  fields.allow({"kind", "apiVersion"});
  Fields metadata = fields.object("metadata", "ObjectMeta");
  decode_metadata(metadata, out);
  // The name's own rule comes first among the causes.
  if (!out.name.empty() && !is_subdomain(out.name)) {
    out.causes.insert(out.causes.begin(), bad_name("metadata.name", out.name));
  }
  if (kind.kind == Kind::deployment) {
    detail::decode_deployment(fields, out);
  } else if (kind.kind == Kind::event) {
    detail::decode_event(fields, kind, out);
  } else {
    detail::decode_document(fields, kind, out);
  }
  fields.finish();
  if (reading.wrong_type) {
    return refuse(bad_request(std::string(kind.name) + " in version \"" +
                              std::string(kind.version) + "\" cannot be handled as a " +
                              std::string(kind.name) + ": " + *reading.wrong_type));
  }
  out.unknown = std::move(reading.unknown);
  return out;
}

}  // namespace mocks::kubernetes
