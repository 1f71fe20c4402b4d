#include "rotator/kubernetes/objects.h"

#include <algorithm>
#include <charconv>

#include "rotator/calls/times.h"

namespace rotator {
namespace {

ports::Error lacks(const char* kind, const char* what) {
  return {ports::ErrorCode::malformed,
          std::string("the API server sent a ") + kind + " without " + what};
}

std::map<std::string, std::string> text_map(JsonView object) {
  std::map<std::string, std::string> all;
  if (!object.is_object()) return all;
  for (auto at = object.begin(); at != object.end(); ++at)
    if (auto value = (*at).text()) all.insert_or_assign(std::string(at.name()), std::move(*value));
  return all;
}

int count(JsonView from, std::initializer_list<std::string_view> path, int otherwise = 0) {
  return static_cast<int>(integer_member(from, path, otherwise));
}

// The uid of the owner that controls this object.
std::string controller_uid(JsonView metadata) {
  for (const auto owner : array_member(metadata, {"ownerReferences"}))
    if (flag_member(owner, {"controller"})) return text_member(owner, {"uid"});
  return {};
}

// A list of {type, status, reason, ...}.
JsonView condition(JsonView object, std::string_view type) {
  for (const auto entry : array_member(object, {"status", "conditions"}))
    if (entry.member("type").says(type)) return entry;
  return {};
}

int percentage(std::int64_t percent, int replicas, bool round_up) {
  return static_cast<int>((percent * replicas + (round_up ? 99 : 0)) / 100);
}

// Rounding and defaults of the Deployment controller: 25 % each; surge up, unavailable down; never
// both zero.
bool read_strategy(JsonView spec, Deployment& deployment) {
  deployment.recreate = spec.member({"strategy", "type"}).says("Recreate");
  if (deployment.recreate) {
    deployment.max_unavailable = deployment.replicas;
    return true;
  }
  const auto rolling = spec.member({"strategy", "rollingUpdate"});
  const auto resolve = [&](JsonView value, bool round_up) {
    return value.is_null() ? percentage(25, deployment.replicas, round_up)
                           : resolve_quantity(value, deployment.replicas, round_up);
  };
  const auto up = resolve(rolling.member("maxSurge"), true);
  const auto down = resolve(rolling.member("maxUnavailable"), false);
  if (!up || !down) return false;
  deployment.max_surge = *up;
  deployment.max_unavailable = std::min(*down, deployment.replicas);
  if (*up == 0 && *down == 0) deployment.max_unavailable = 1;
  return true;
}

}  // namespace

std::optional<int> resolve_quantity(JsonView value, int replicas, bool round_up) {
  constexpr std::int64_t most = 1'000'000;
  if (const auto number = value.integer()) {
    if (*number < 0 || *number > most) return std::nullopt;
    return static_cast<int>(*number);
  }
  const auto text = value.text();
  if (!text) return std::nullopt;
  std::int64_t percent = 0;
  const auto* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, percent);
  if (error != std::errc() || at + 1 != end || *at != '%' || percent < 0 || percent > most)
    return std::nullopt;
  return percentage(percent, replicas, round_up);
}

std::string selector_text(JsonView selector) {
  std::string text;
  const auto add = [&](const std::string& term) {
    if (!text.empty()) text += ',';
    text += term;
  };
  for (const auto& [key, value] : text_map(selector.member("matchLabels"))) add(key + "=" + value);
  for (const auto expression : array_member(selector, {"matchExpressions"})) {
    const auto key = text_member(expression, {"key"});
    const auto op = text_member(expression, {"operator"});
    if (op == "Exists") add(key);
    if (op == "DoesNotExist") add("!" + key);
    if (op != "In" && op != "NotIn") continue;
    std::string values;
    for (const auto value : array_member(expression, {"values"})) {
      if (!value.is_text()) continue;
      if (!values.empty()) values += ',';
      values += *value.text();
    }
    add(key + (op == "In" ? " in (" : " notin (") + values + ")");
  }
  return text;
}

ports::Result<Deployment> read_deployment(JsonView object) {
  const auto metadata = object.member("metadata");
  const auto spec = object.member("spec");
  Deployment found{.name = text_member(metadata, {"name"}),
                   .uid = text_member(metadata, {"uid"}),
                   .resource_version = text_member(metadata, {"resourceVersion"}),
                   .generation = integer_member(metadata, {"generation"})};
  if (found.name.empty() || found.uid.empty() || found.resource_version.empty())
    return ports::fail(lacks("Deployment", "metadata.name, uid or resourceVersion"));
  if (found.generation < 1) return ports::fail(lacks("Deployment", "metadata.generation"));
  found.replicas = count(spec, {"replicas"}, 1);
  found.paused = flag_member(spec, {"paused"});
  if (!read_strategy(spec, found))
    return ports::fail(lacks("Deployment", "a readable strategy.rollingUpdate"));
  found.min_ready_s = count(spec, {"minReadySeconds"});
  found.progress_deadline_s = count(spec, {"progressDeadlineSeconds"}, 600);
  found.termination_grace_s =
      count(spec, {"template", "spec", "terminationGracePeriodSeconds"}, 30);
  found.label_selector = selector_text(spec.member("selector"));
  if (found.label_selector.empty()) return ports::fail(lacks("Deployment", "spec.selector"));
  for (const auto container : array_member(spec, {"template", "spec", "containers"}))
    found.containers.push_back(text_member(container, {"name"}));
  found.revision = text_member(metadata, {"annotations", "deployment.kubernetes.io/revision"});
  found.template_annotations = text_map(spec.member({"template", "metadata", "annotations"}));

  const auto status = object.member("status");
  found.observed_generation = integer_member(status, {"observedGeneration"});
  found.status_replicas = count(status, {"replicas"});
  found.updated_replicas = count(status, {"updatedReplicas"});
  found.ready_replicas = count(status, {"readyReplicas"});
  found.available_replicas = count(status, {"availableReplicas"});
  found.progress_deadline_exceeded =
      condition(object, "Progressing").member("reason").says("ProgressDeadlineExceeded");
  return found;
}

ports::Result<ReplicaSet> read_replica_set(JsonView object) {
  const auto metadata = object.member("metadata");
  ReplicaSet found{
      .name = text_member(metadata, {"name"}),
      .uid = text_member(metadata, {"uid"}),
      .owner_uid = controller_uid(metadata),
      .revision = text_member(metadata, {"annotations", "deployment.kubernetes.io/revision"}),
      .replicas = count(object, {"spec", "replicas"}, 1),
      .template_annotations =
          text_map(object.member({"spec", "template", "metadata", "annotations"}))};
  if (found.name.empty() || found.uid.empty())
    return ports::fail(lacks("ReplicaSet", "metadata.name or uid"));
  return found;
}

ports::Result<Pod> read_pod(JsonView object) {
  const auto metadata = object.member("metadata");
  Pod found{.name = text_member(metadata, {"name"}),
            .uid = text_member(metadata, {"uid"}),
            .owner_uid = controller_uid(metadata),
            .phase = text_member(object, {"status", "phase"}),
            .terminating = metadata.member("deletionTimestamp").is_text()};
  const auto created = parse_rfc3339(text_member(metadata, {"creationTimestamp"}));
  if (found.name.empty() || found.uid.empty() || !created)
    return ports::fail(lacks("Pod", "metadata.name, uid or creationTimestamp"));
  found.created = *created;
  found.resource_version = text_member(metadata, {"resourceVersion"});
  found.annotations = text_map(metadata.member("annotations"));
  const auto ready = condition(object, "Ready");
  found.ready = ready.member("status").says("True");
  if (found.ready) found.ready_since = parse_rfc3339(text_member(ready, {"lastTransitionTime"}));
  for (const auto status : array_member(object, {"status", "containerStatuses"})) {
    const auto name = text_member(status, {"name"});
    found.restarts[name] = count(status, {"restartCount"});
    if (const auto started = parse_rfc3339(text_member(status, {"state", "running", "startedAt"})))
      found.started[name] = *started;
  }
  return found;
}

}  // namespace rotator
