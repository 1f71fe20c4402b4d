#include "rotator/kubernetes/objects.h"

#include <algorithm>
#include <charconv>

#include "rotator/calls/times.h"

namespace rotator {

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

int count_member(JsonView from, std::initializer_list<std::string_view> path, int otherwise) {
  return static_cast<int>(integer_member(from, path, otherwise));
}

JsonView condition(JsonView object, std::string_view type) {
  for (const auto entry : array_member(object, {"status", "conditions"}))
    if (entry.member("type").says(type)) return entry;
  return {};
}

int percentage_of(std::int64_t percent, int replicas, bool round_up) {
  return static_cast<int>((percent * replicas + (round_up ? 99 : 0)) / 100);
}

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
  return percentage_of(percent, replicas, round_up);
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

ports::Result<Pod> read_pod(JsonView object) {
  const auto metadata = object.member("metadata");
  Pod found{.name = text_member(metadata, {"name"}),
            .uid = text_member(metadata, {"uid"}),
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
  for (const auto status : array_member(object, {"status", "containerStatuses"})) {
    const auto name = text_member(status, {"name"});
    found.restarts[name] = count_member(status, {"restartCount"});
    if (const auto started = parse_rfc3339(text_member(status, {"state", "running", "startedAt"})))
      found.started[name] = *started;
  }
  const bool restarted = std::any_of(found.restarts.begin(), found.restarts.end(),
                                     [](const auto& container) { return container.second > 0; });
  if (found.ready && !restarted)
    if (const auto since = parse_rfc3339(text_member(ready, {"lastTransitionTime"})))
      found.ready_after = *since - found.created;
  return found;
}

}  // namespace rotator
