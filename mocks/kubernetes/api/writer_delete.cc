// Writer: DELETE, eviction and scale.
#include <charconv>

#include "mocks/kubernetes/api/writer.h"
#include "mocks/kubernetes/codec/patch.h"
#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/go_json.h"
#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

using detail::member_of;
using detail::text_at;
using detail::type_name;

Answer deleted(const Object& object, const KindInfo& kind) {
  JsonText json;
  json.open('{').member("kind", "Status").member("apiVersion", "v1").key("metadata").raw("{}");
  json.member("status", "Success").key("details").open('{').member("name", object.name());
  if (!kind.group.empty()) json.member("group", kind.group);
  json.member("kind", kind.plural).member("uid", object.identity->uid).close('}').close('}');
  return answer_json(200, json.take());
}

std::optional<Failure> check_preconditions(const JsonView& options, const Object& object,
                                           const KindInfo& kind) {
  const JsonView given = member_of(options, "preconditions");
  const std::string version(text_at(given, "resourceVersion"));
  const std::string uid(text_at(given, "uid"));
  std::string why;
  if (!uid.empty() && uid != object.identity->uid) {
    why = "the UID in the precondition (" + uid + ") does not match the UID in record (" +
          object.identity->uid + "). The object might have been deleted and then recreated";
  } else if (!version.empty() && version != std::to_string(object.resource_version)) {
    why = "the ResourceVersion in the precondition (" + version +
          ") does not match the ResourceVersion in record (" +
          std::to_string(object.resource_version) + "). The object might have been modified";
  }
  if (why.empty()) return std::nullopt;
  const std::string name(kind.name);
  return Failure{
      .code = 409,
      .reason = "Conflict",
      .message = "Operation cannot be fulfilled on " + qualified(kind.name, kind.group) + " \"" +
                 object.name() + "\": " + why,
      .details = Details{.name = object.name(), .group = std::string(kind.group), .kind = name}};
}

}  // namespace

Outcome<Answer> Writer::remove(const ApiCall& call, const KindInfo& kind) {
  const auto chosen = options(call, "DeleteOptions");
  if (!chosen) return refuse(chosen.error());
  const auto body = JsonDocument::parse(call.body.empty() ? "{}" : call.body);
  if (!body || !body->root().is_object()) {
    return refuse(bad_request(
        "couldn't get version/kind; json parse error: " +
        go_json_error(call.body).value_or("json: cannot unmarshal into Go value of type struct")));
  }
  const JsonView given = body->root();
  const ObjectPointer now = registry_.store().find(kind.kind, where(call, kind), call.name);
  if (now == nullptr) return refuse(not_found(kind, call.name));
  if (auto failure = check_preconditions(given, *now, kind)) return refuse(*failure);
  if (chosen->dry_run) return deleted(*now, kind);
  if (kind.kind == Kind::pod) return remove_pod(call, static_cast<const Pod&>(*now), given);
  const std::string_view in_body = text_at(given, "propagationPolicy");
  const std::string_view policy = in_body.empty() ? call.parameter("propagationPolicy") : in_body;
  const bool owner = kind.dependents.has_value();
  if (owner && policy == "Foreground") {
    if (now->deletion_time) return reader_.show(200, call, *now, kind);
    auto next = now->clone();
    next->deletion_time = registry_.wall_second();
    ++next->generation;
    next->finalizers.emplace_back(foreground_finalizer);
    return reader_.show(200, call, *registry_.store().put(std::move(next)), kind);
  }
  if (owner && policy == "Orphan") {
    return refuse({.code = 501,
                   .reason = "NotImplemented",
                   .message = "this server does not orphan dependents"});
  }
  registry_.store().remove(now->clone());
  return deleted(*now, kind);
}

Outcome<Answer> Writer::remove_pod(const ApiCall& call, const Pod& pod, const JsonView& options) {
  std::int64_t grace = pod.pod_template->grace_s;
  const std::string_view asked = call.parameter("gracePeriodSeconds");
  if (!asked.empty()) {
    const auto end = std::from_chars(asked.data(), asked.data() + asked.size(), grace);
    if (end.ec != std::errc() || grace < 0) {
      return refuse(
          bad_request("strconv.ParseInt: parsing " + in_quotes(asked) + ": invalid syntax"));
    }
  }
  const JsonView in_body = member_of(options, "gracePeriodSeconds");
  if (in_body.is_integer() && in_body.integer() >= 0) grace = in_body.integer();
  const std::uint64_t serial = pod.identity->serial;
  const KindInfo& kind = info(Kind::pod);
  if (grace == 0) {
    // What is shown is the pod as it was when it went.
    Pod last(pod);
    if (!last.deletion_time) ++last.generation;
    last.deletion_time = registry_.wall_second();
    last.deletion_grace_s = 0;
    last.rendered.clear();
    registry_.delete_pod(pod, 0);
    return reader_.show(200, call, last, kind);
  }
  registry_.delete_pod(pod, grace);
  return reader_.show(200, call, *registry_.store().find(Kind::pod, serial), kind);
}

Outcome<Answer> Writer::scale(const ApiCall& call, const KindInfo& kind) {
  const auto now = std::static_pointer_cast<const Workload>(
      registry_.store().find(kind.kind, call.kubernetes_namespace, call.name));
  if (now == nullptr) return refuse(not_found(kind, call.name));
  auto wanted = JsonDocument::parse(call.body);
  if (call.method == "PATCH") {
    const auto type = patch_type(call.header("Content-Type"));
    if (!type) return refuse(unsupported_media_type("415: Unsupported Media Type", true));
    auto patched = apply_patch(*type, call.body, render_scale(*now));
    if (!patched) return refuse(patched.error());
    wanted = std::move(*patched);
  }
  if (!wanted || !wanted->root().is_object()) {
    return refuse(bad_request("the object provided is unrecognized (must be of type Scale): " +
                              go_json_error(call.body).value_or("not an object")));
  }
  const std::string_view version =
      text_at(member_of(wanted->root(), "metadata"), "resourceVersion");
  if (!version.empty() && version != std::to_string(now->resource_version)) {
    return refuse(conflict(kind, call.name));
  }
  const auto spec = wanted->root().find("spec");
  const JsonView replicas = member_of(spec.value_or(JsonView()), "replicas");
  const bool sized = spec && (!spec->is_object() || spec->find("replicas"));
  if (sized && !replicas.is_integer()) {
    return refuse(bad_request(
        "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal " +
        std::string(type_name(replicas)) +
        " into Go struct field ScaleSpec.spec.replicas of type int32"));
  }
  const std::int64_t count = replicas.integer();
  if (count < 0 || count > max_replicas) {
    return refuse(invalid("Scale", "autoscaling", call.name,
                          {invalid_value("spec.replicas", std::to_string(count),
                                         "must be greater than or equal to 0")}));
  }
  const auto chosen = options(call, call.method == "PUT" ? "UpdateOptions" : "PatchOptions");
  if (!chosen) return refuse(chosen.error());
  const ObjectPointer stored = store(now, now->resized(static_cast<int>(count)), chosen->dry_run);
  return answer_json(200, render_scale(static_cast<const Workload&>(*stored)));
}

Outcome<Answer> Writer::evict(const ApiCall& call) {
  const KindInfo& kind = info(Kind::pod);
  const auto pod = std::static_pointer_cast<const Pod>(
      registry_.store().find(Kind::pod, call.kubernetes_namespace, call.name));
  if (pod == nullptr) return refuse(not_found(kind, call.name));
  const auto covers = [](const Document& budget, const Pod& one) {
    if (budget.selector.empty() || budget.kubernetes_namespace() != one.kubernetes_namespace()) {
      return false;
    }
    for (const auto& [key, value] : budget.selector) {
      const auto found = one.labels.get().find(key);
      if (found == one.labels.get().end() || found->second != value) return false;
    }
    return true;
  };
  const bool counted = pod->phase == "Running" && !pod->deletion_time;
  for (const auto& [key, object] : registry_.store().all(Kind::disruption_budget)) {
    const auto& budget = static_cast<const Document&>(*object);
    if (!counted || budget.limit < 0 || !covers(budget, *pod)) continue;
    int healthy = 0;
    for (const auto& [pod_key, other] : registry_.store().all(Kind::pod)) {
      const auto& one = static_cast<const Pod&>(*other);
      if (covers(budget, one) && one.ready && !one.deletion_time) ++healthy;
    }
    if (healthy - (pod->ready ? 1 : 0) >= budget.limit) continue;
    Details details;
    details.causes.push_back({.reason = "DisruptionBudget",
                              .message = "The disruption budget " + budget.name() + " needs " +
                                         std::to_string(budget.limit) + " healthy pods and has " +
                                         std::to_string(healthy) + " currently"});
    return refuse({.code = 429,
                   .reason = "TooManyRequests",
                   .message = "Cannot evict pod as it would violate the pod's disruption budget.",
                   .details = std::move(details)});
  }
  auto marked = std::make_shared<Pod>(*pod);
  marked->evicted = true;
  marked->evicted_at = registry_.wall_second();
  const ObjectPointer stored = registry_.store().put(std::move(marked));
  registry_.delete_pod(static_cast<const Pod&>(*stored), pod->pod_template->grace_s);
  return answer_json(
      201, R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201})");
}

}  // namespace mocks::kubernetes
