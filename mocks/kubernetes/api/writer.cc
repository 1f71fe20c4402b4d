#include "mocks/kubernetes/api/writer.h"

#include <algorithm>

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/names.h"
#include "mocks/kubernetes/codec/patch.h"
#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/json_text.h"
#include "mocks/kubernetes/store/replica_set.h"
#include "rotator/ports/check.h"

namespace mocks::kubernetes {
namespace {

using detail::member_of;
using detail::same_value;
using detail::text_at;

Failure immutable_uid(const KindInfo& kind, std::string_view name, std::string_view uid) {
  const Cause cause = invalid_value("metadata.uid", in_quotes(uid), "field is immutable");
  Failure failure = invalid(kind.name, kind.group, name, {cause});
  // The real server reports it from two places, but says it once.
  failure.details->causes.push_back(cause);
  return failure;
}

}  // namespace

Outcome<Writer::Options> Writer::options(const ApiCall& call, std::string_view kind) const {
  Options out;
  const std::string name(kind);
  if (call.has_parameter("dryRun")) {
    const std::string_view value = call.parameter("dryRun");
    if (value != "All") {
      return refuse(invalid(
          name, "meta.k8s.io", "",
          {{.reason = "FieldValueNotSupported",
            .message = "Unsupported value: [" + in_quotes(value) + "]: supported values: \"All\"",
            .field = "dryRun"}}));
    }
    out.dry_run = true;
  }
  const std::string_view validation = call.parameter("fieldValidation");
  out.strict = validation == "Strict";
  out.ignore_unknown = validation == "Ignore";
  if (!validation.empty() && !out.strict && !out.ignore_unknown && validation != "Warn") {
    return refuse(invalid(name, "meta.k8s.io", "",
                          {{.reason = "FieldValueNotSupported",
                            .message = "Unsupported value: " + in_quotes(validation) +
                                       ": supported values: \"Ignore\", \"Strict\", \"Warn\"",
                            .field = "fieldValidation"}}));
  }
  return out;
}

Answer Writer::finish(int status, const ApiCall& call, const Object& object, const KindInfo& kind,
                      const std::vector<std::string>& unknown) {
  Answer answer = reader_.show(status, call, object, kind);
  for (const std::string& field : unknown) {
    answer.response.headers.push_back(
        {.name = "Warning", .value = "299 - \"unknown field \\\"" + field + "\\\"\""});
  }
  return answer;
}

Outcome<Answer> Writer::create(const ApiCall& call, const KindInfo& kind) {
  const auto chosen = options(call, "CreateOptions");
  if (!chosen) return refuse(chosen.error());
  const auto body = parse_body(kind, call.body);
  if (!body) return refuse(body.error());
  auto decoded = decode(kind, body->root());
  if (!decoded) return refuse(decoded.error());
  return insert(call, kind, std::move(*decoded), *chosen);
}

Outcome<Answer> Writer::insert(const ApiCall& call, const KindInfo& kind, Decoded decoded,
                               const Options& options) {
  if (options.strict && !decoded.unknown.empty()) {
    return refuse(bad_request(std::string(kind.name) +
                              " in version \"v1\" cannot be handled as a " +
                              std::string(kind.name) + ": strict decoding error: unknown field " +
                              in_quotes(decoded.unknown.front())));
  }
  const std::string_view home = where(call, kind);
  if (kind.namespaced && !decoded.kubernetes_namespace.empty() &&
      decoded.kubernetes_namespace != home) {
    return refuse(bad_request(
        "the namespace of the provided object does not match the namespace sent on the request"));
  }
  if (kind.namespaced && registry_.store().find(Kind::kubernetes_namespace, "", home) == nullptr) {
    return refuse(not_found(info(Kind::kubernetes_namespace), std::string(home)));
  }
  if (decoded.name.empty() && !decoded.generate_name.empty()) {
    decoded.name = decoded.generate_name + registry_.suffix();
  }
  if (decoded.name.empty()) {
    decoded.causes.insert(decoded.causes.begin(),
                          required_value("metadata.name", "name or generateName is required"));
  }
  if (!decoded.causes.empty()) {
    return refuse(invalid(kind.name, kind.group, decoded.name, std::move(decoded.causes)));
  }
  if (!decoded.resource_version.empty() && decoded.resource_version != "0" &&
      call.method == "POST") {
    return refuse({.code = 500,
                   .reason = {},
                   .message = "resourceVersion should not be set on objects to be created"});
  }
  if (registry_.store().find(kind.kind, home, decoded.name) != nullptr) {
    return refuse(already_exists(kind, decoded.name));
  }
  std::shared_ptr<Object> object = std::move(decoded.object);
  object->identity =
      registry_.identify(kind.kind, std::string(home), decoded.name, decoded.generate_name);
  if (kind.generation) object->generation = 1;
  if (options.ignore_unknown) decoded.unknown.clear();
  if (options.dry_run) return finish(201, call, *object, kind, decoded.unknown);
  const ObjectPointer stored = registry_.store().put(std::move(object));
  return finish(201, call, *stored, kind, decoded.unknown);
}

Outcome<Answer> Writer::update(const ApiCall& call, const KindInfo& kind) {
  if (kind.writes != Writes::all) return refuse(method_not_allowed());
  const auto chosen = options(call, "UpdateOptions");
  if (!chosen) return refuse(chosen.error());
  const auto body = parse_body(kind, call.body);
  if (!body) return refuse(body.error());
  auto decoded = decode(kind, body->root());
  if (!decoded) return refuse(decoded.error());
  if (decoded->name.empty()) decoded->name = call.name;
  if (decoded->name != call.name) {
    return refuse(bad_request("the name of the object (" + decoded->name +
                              ") does not match the name on the URL (" + std::string(call.name) +
                              ")"));
  }
  const ObjectPointer now = registry_.store().find(kind.kind, where(call, kind), call.name);
  if (decoded->resource_version.empty() && kind.put_needs_version) {
    return refuse(invalid(
        kind.plural, kind.group, call.name,
        {invalid_value("metadata.resourceVersion", "0", "must be specified for an update")}));
  }
  if (now != nullptr) return replace(call, kind, now, std::move(*decoded), *chosen);
  if (!kind.put_creates) return refuse(not_found(kind, call.name));
  // PUT to a missing name creates: that is "create" too.
  return insert(call, kind, std::move(*decoded), *chosen);
}

Outcome<Answer> Writer::replace(const ApiCall& call, const KindInfo& kind, const ObjectPointer& now,
                                Decoded decoded, const Options& options) {
  const bool patching = call.method == "PATCH";
  if (!decoded.uid.empty() && decoded.uid != now->identity->uid) {
    if (patching) return refuse(immutable_uid(kind, call.name, decoded.uid));
    return refuse(conflict(
        kind, call.name,
        "StorageError: invalid object, Code: 4, Key: /registry/" + std::string(kind.plural) + "/" +
            now->kubernetes_namespace() + "/" + now->name() +
            ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " +
            decoded.uid + ", UID in object meta: " + now->identity->uid));
  }
  const bool stale = !decoded.resource_version.empty() && decoded.resource_version != "0" &&
                     decoded.resource_version != std::to_string(now->resource_version);
  if (stale) return refuse(conflict(kind, call.name));
  if (options.strict && !decoded.unknown.empty()) {
    return refuse(bad_request(std::string(kind.name) +
                              " in version \"v1\" cannot be handled as a " +
                              std::string(kind.name) + ": strict decoding error: unknown field " +
                              in_quotes(decoded.unknown.front())));
  }
  std::shared_ptr<Object> next = std::move(decoded.object);
  next->identity = now->identity;
  next->deletion_time = now->deletion_time;
  next->deletion_grace_s = now->deletion_grace_s;
  next->generation = now->generation;
  const KindCodec& codec = codec_of(kind.kind);
  codec.carry_over(*now, *next, decoded.causes);
  if (kind.generation && codec.counts(*now, *next)) ++next->generation;
  if (!decoded.causes.empty()) {
    return refuse(invalid(kind.name, kind.group, call.name, std::move(decoded.causes)));
  }
  if (options.ignore_unknown) decoded.unknown.clear();
  const ObjectPointer stored = store(now, std::move(next), options.dry_run);
  return finish(200, call, *stored, kind, decoded.unknown);
}

ObjectPointer Writer::store(const ObjectPointer& now, std::shared_ptr<Object> next, bool dry_run) {
  if (same_object(*now, *next)) return now;
  if (!dry_run) return registry_.store().put(std::move(next));
  next->resource_version = now->resource_version;
  return next;
}

Outcome<Answer> Writer::patch(const ApiCall& call, const KindInfo& kind) {
  const auto type = patch_type(call.header("Content-Type"));
  if (!type) return refuse(unsupported_media_type("415: Unsupported Media Type", true));
  const auto chosen = options(call, "PatchOptions");
  if (!chosen) return refuse(chosen.error());
  if (*type != PatchType::apply && call.has_parameter("force")) {
    return refuse(invalid("PatchOptions", "meta.k8s.io", "",
                          {forbidden_value("force", "may not be specified for non-apply patch")}));
  }
  if (*type == PatchType::apply && call.parameter("fieldManager").empty()) {
    return refuse(invalid("PatchOptions", "meta.k8s.io", "",
                          {required_value("fieldManager", "is required for apply patch")}));
  }
  const ObjectPointer now = registry_.store().find(kind.kind, where(call, kind), call.name);
  if (now == nullptr) {
    if (*type == PatchType::apply) return create(call, kind);
    return refuse(not_found(kind, call.name));
  }
  JsonText shown;
  render_object(shown, *now, kind);
  const std::string before = shown.take();
  // A patch that names no version never conflicts; one that does is held to it.
  const auto after = apply_patch(*type, call.body, before);
  if (!after) return refuse(after.error());
  if (kind.writes != Writes::all) {
    const auto document = JsonDocument::parse(before);
    ports::check(document.has_value(), "an object is shown as JSON");
    return patch_typed(call, kind, now, document->root(), after->root(), *chosen);
  }
  auto decoded = decode(kind, after->root());
  if (!decoded) return refuse(decoded.error());
  if (chosen->strict && !decoded->unknown.empty()) {
    const auto given = JsonDocument::parse(call.body);
    const std::string patch =
        *type == PatchType::merge ? after->root().dump() : go_map(given->root());
    return refuse(invalid("", "", "",
                          {invalid_value("patch", in_quotes(patch),
                                         "strict decoding error: unknown field " +
                                             in_quotes(decoded->unknown.front()))}));
  }
  return replace(call, kind, now, std::move(*decoded), *chosen);
}

// Pods and ReplicaSets: clients may change labels and annotations, and a ReplicaSet's size.
Outcome<Answer> Writer::patch_typed(const ApiCall& call, const KindInfo& kind,
                                    const ObjectPointer& now, const JsonView& before,
                                    const JsonView& after, const Options& options) {
  const JsonView given = member_of(after, "metadata");
  const std::string_view version = text_at(given, "resourceVersion");
  if (version != std::to_string(now->resource_version)) return refuse(conflict(kind, call.name));
  if (text_at(given, "uid") != now->identity->uid) {
    return refuse(immutable_uid(kind, call.name, text_at(given, "uid")));
  }
  std::shared_ptr<Object> next = now->clone();
  const JsonView old_spec = member_of(before, "spec");
  const JsonView spec = member_of(after, "spec");
  const JsonView replicas = member_of(spec, "replicas");
  const bool sized = kind.kind == Kind::replica_set && replicas.is_integer();
  if (sized && !same_value(replicas, member_of(old_spec, "replicas"))) {
    const std::int64_t count = replicas.integer();
    if (count < 0 || count > max_replicas) {
      return refuse(invalid("ReplicaSet", "apps", call.name,
                            {invalid_value("spec.replicas", std::to_string(count),
                                           "must be greater than or equal to 0")}));
    }
    static_cast<ReplicaSet&>(*next).replicas = static_cast<int>(count);
    ++next->generation;
  }
  const auto kept = [&](const JsonMember& old, const JsonMember& one) {
    return old.name == one.name &&
           ((sized && one.name == "replicas") || same_value(old.value, one.value));
  };
  const auto had = old_spec.members();
  const auto has = spec.members();
  const bool same_spec = old_spec.kind() == spec.kind() &&
                         std::equal(had.begin(), had.end(), has.begin(), has.end(), kept);
  if (!same_spec) {
    return refuse(invalid(
        kind.name, kind.group, call.name,
        {forbidden_value("spec",
                         "pod updates may not change fields other than "
                         "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                         "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to "
                         "existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to "
                         "be set to 1 if it was previously negative)")}));
  }
  std::vector<Cause> causes;
  const auto strings = [&](std::string_view key) {
    Strings out;
    for (const auto& [name, value] : member_of(given, key).members()) {
      if (value.is_string()) out.emplace(name, value.text());
    }
    return out;
  };
  Strings labels = strings("labels");
  Strings annotations = strings("annotations");
  check_labels(labels, "metadata.labels", causes);
  check_annotations(annotations, "metadata.annotations", causes);
  if (!causes.empty()) {
    return refuse(invalid(kind.name, kind.group, call.name, std::move(causes)));
  }
  next->labels = SharedStrings(std::move(labels));
  next->annotations = SharedStrings(std::move(annotations));
  const ObjectPointer stored = store(now, std::move(next), options.dry_run);
  return finish(200, call, *stored, kind, {});
}

}  // namespace mocks::kubernetes
