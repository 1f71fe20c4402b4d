#include "mocks/kubernetes/decode.h"

#include <array>
#include <charconv>

#include "mocks/kubernetes/api_server.h"
#include "mocks/kubernetes/fields_json.h"
#include "mocks/kubernetes/go_json.h"
#include "mocks/kubernetes/json_text.h"
#include "mocks/kubernetes/names.h"
#include "mocks/read_json.h"

namespace mocks::kubernetes {
namespace {

using detail::Fields;
using detail::Json;
using detail::Reading;

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
  return Json(strings).dump();
}

Quantity decode_quantity(Fields& fields, std::string_view name, Quantity otherwise,
                         std::vector<Cause>& causes) {
  const Json* value = fields.raw(name);
  if (value == nullptr) return otherwise;
  const std::string field = "spec.strategy.rollingUpdate." + std::string(name);
  if (value->is_number_integer()) {
    const auto number = value->get<std::int64_t>();
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
  const auto text = value->get<std::string>();
  int number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || std::string_view(end.ptr) != "%" || number < 0 || number > 100000) {
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

void set_default(Json& object, const char* key, Json value) {
  if (!object.contains(key) || object[key].is_null()) object[key] = std::move(value);
}

void default_container(Json& container) {
  if (!container.is_object()) return;
  const std::string image = container.value("image", std::string());
  const std::size_t colon = image.rfind(':');
  const bool latest = colon == std::string::npos || image.substr(colon) == ":latest";
  set_default(container, "resources", Json::object());
  set_default(container, "terminationMessagePath", "/dev/termination-log");
  set_default(container, "terminationMessagePolicy", "File");
  set_default(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
  if (const auto ports = container.find("ports"); ports != container.end() && ports->is_array()) {
    for (Json& port : *ports) {
      if (port.is_object()) set_default(port, "protocol", "TCP");
    }
  }
  for (const char* name : {"readinessProbe", "livenessProbe", "startupProbe"}) {
    const auto probe = container.find(name);
    if (probe == container.end() || !probe->is_object()) continue;
    set_default(*probe, "timeoutSeconds", 1);
    set_default(*probe, "periodSeconds", 10);
    set_default(*probe, "successThreshold", 1);
    set_default(*probe, "failureThreshold", 3);
    if (const auto get = probe->find("httpGet"); get != probe->end() && get->is_object()) {
      set_default(*get, "scheme", "HTTP");
    }
  }
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

  Json text = spec.self() == nullptr ? Json::object() : *spec.self();
  for (const char* name : {"containers", "initContainers"}) {
    const auto containers = text.find(name);
    if (containers == text.end() || !containers->is_array()) continue;
    for (Json& container : *containers) default_container(container);
  }
  set_default(text, "restartPolicy", "Always");
  set_default(text, "terminationGracePeriodSeconds", 30);
  set_default(text, "dnsPolicy", "ClusterFirst");
  set_default(text, "securityContext", Json::object());
  set_default(text, "schedulerName", "default-scheduler");
  pod_template->spec = text.dump(-1, ' ', false, Json::error_handler_t::replace);
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
  if (spec.recreate && rolling.self() != nullptr) {
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
  if (selector.self() == nullptr) {
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

Outcome<Json> parse_body(const KindInfo& kind, std::string_view body) {
  Json tree = read_json(body);
  if (tree.is_discarded() || body.empty()) {
    const std::string shown = body.empty() ? "<empty>" : std::string(body.substr(0, 1024));
    return refuse(bad_request("the object provided is unrecognized (must be of type " +
                              std::string(kind.name) +
                              "): couldn't get version/kind; json parse error: " +
                              go_json_error(body).value_or("invalid UTF-8") + " (" + shown + ")"));
  }
  if (!tree.is_object()) {
    return refuse(bad_request("the object provided is unrecognized (must be of type " +
                              std::string(kind.name) +
                              "): couldn't get version/kind; json parse "
                              "error: json: cannot unmarshal " +
                              tree.type_name() + " into Go value of type struct"));
  }
  const auto member = [&](const char* name) {
    const auto found = tree.find(name);
    return found != tree.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string given_kind = member("kind");
  const std::string given_version = member("apiVersion");
  const bool matches = (given_kind.empty() || given_kind == kind.name) &&
                       (given_version.empty() || given_version == api_version(kind));
  if (matches) return tree;
  const std::string version = given_version.substr(given_version.rfind('/') + 1);
  return refuse(bad_request(
      given_kind + " in version \"" + given_version + "\" cannot be handled as a " +
      std::string(kind.name) + ": converting (" + version + "." + given_kind + ") to (" +
      (kind.group.empty() ? "core" : std::string(kind.group.substr(0, kind.group.find('.')))) +
      "." + std::string(kind.name) + "): unknown conversion"));
}

Outcome<Decoded> decode(const KindInfo& kind, const Json& body) {
  Decoded out;
  out.object = empty_object(kind.kind);
  Reading reading;
  Fields fields(reading, &body, kind.name);
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
