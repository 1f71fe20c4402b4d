#include "mocks/kubernetes/patch.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mocks/kubernetes/go_json.h"
#include "mocks/read_json.h"

namespace mocks::kubernetes {
namespace {

using Json = nlohmann::json;

Failure rejected() {
  return {.code = 422,
          .reason = "Invalid",
          .message = "the server rejected our request due to an error in our request",
          .details = Details{}};
}

// By which member the elements of a list are told apart (patchMergeKey in k8s.io/api). Empty: the
// list is replaced whole.
std::string_view merge_key(std::string_view list) {
  if (list == "containers" || list == "initContainers" || list == "volumes" || list == "env" ||
      list == "imagePullSecrets" || list == "ephemeralContainers") {
    return "name";
  }
  if (list == "ports") return "containerPort";
  if (list == "volumeMounts") return "mountPath";
  if (list == "volumeDevices") return "devicePath";
  if (list == "conditions") return "type";
  if (list == "ownerReferences") return "uid";
  if (list == "hostAliases") return "ip";
  if (list == "topologySpreadConstraints") return "topologyKey";
  return {};
}

std::string directive(const Json& value) {
  if (!value.is_object()) return {};
  const auto found = value.find("$patch");
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void merge_object(Json& target, const Json& patch, int depth);

void merge_list(Json& target, const Json& patch, std::string_view key, int depth) {
  const std::string name(key);
  if (!target.is_array()) target = Json::array();
  for (const Json& element : patch) {
    if (directive(element) == "replace") {
      target = Json::array();
      for (const Json& other : patch) {
        if (directive(other).empty()) target.push_back(other);
      }
      return;
    }
  }
  for (const Json& element : patch) {
    if (!element.is_object() || !element.contains(name)) continue;
    const auto found = std::find_if(target.begin(), target.end(), [&](const Json& one) {
      return one.is_object() && one.contains(name) && one[name] == element[name];
    });
    if (directive(element) == "delete") {
      if (found != target.end()) target.erase(found);
    } else if (found != target.end()) {
      merge_object(*found, element, depth + 1);
    } else {
      Json fresh = Json::object();
      merge_object(fresh, element, depth + 1);
      target.push_back(std::move(fresh));
    }
  }
}

// Directives beside the members they concern: "$retainKeys", "$deleteFromPrimitiveList/x";
// "$setElementOrder/x" only orders and is left.
void obey_directives(Json& target, const Json& patch) {
  for (const auto& [key, value] : patch.items()) {
    if (key == "$retainKeys" && value.is_array()) {
      for (auto member = target.begin(); member != target.end();) {
        const bool kept = std::find(value.begin(), value.end(), member.key()) != value.end();
        member = kept ? std::next(member) : target.erase(member);
      }
    }
    constexpr std::string_view from_list = "$deleteFromPrimitiveList/";
    if (!key.starts_with(from_list) || !value.is_array()) continue;
    const auto list = target.find(key.substr(from_list.size()));
    if (list == target.end() || !list->is_array()) continue;
    for (const Json& gone : value) {
      list->erase(std::remove(list->begin(), list->end(), gone), list->end());
    }
  }
}

void merge_object(Json& target, const Json& patch, int depth) {
  if (depth > max_patch_depth) return;
  if (!target.is_object()) target = Json::object();
  if (directive(patch) == "replace") target = Json::object();
  if (directive(patch) == "delete") {
    target = Json::object();
    return;
  }
  obey_directives(target, patch);
  for (const auto& [key, value] : patch.items()) {
    if (key.starts_with('$')) continue;
    if (value.is_null()) {
      target.erase(key);
    } else if (value.is_object()) {
      merge_object(target[key], value, depth + 1);
    } else if (value.is_array() && key == "finalizers") {
      Json& list = target[key];
      if (!list.is_array()) list = Json::array();
      for (const Json& one : value) {
        if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
      }
    } else if (value.is_array() && !merge_key(key).empty()) {
      merge_list(target[key], value, merge_key(key), depth + 1);
    } else {
      target[key] = value;
    }
  }
}

Outcome<void> apply_json_patch(const Json& patch, Json& target) {
  if (!patch.is_array()) {
    return refuse(bad_request("error decoding patch: json: cannot unmarshal " +
                              std::string(patch.type_name()) +
                              " into Go value of type []handlers.jsonPatchOp"));
  }
  if (patch.size() > max_patch_operations) {
    return refuse({.code = 413,
                   .reason = "RequestEntityTooLarge",
                   .message = "The allowed maximum operations in a JSON patch is 10000, got " +
                              std::to_string(patch.size())});
  }
  // The library throws where an operation does not fit the target.
  try {
    target = target.patch(patch);
  } catch (const Json::exception&) {
    return refuse(rejected());
  }
  return {};
}

Outcome<void> check_apply(const Json& body) {
  const auto text = [&](const char* key) {
    const auto found = body.find(key);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string version = text("apiVersion");
  if (version.empty() || text("kind").empty()) {
    const std::size_t slash = version.find('/');
    const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
    return refuse(bad_request("invalid object type: " + group + "/" + version.substr(slash + 1) +
                              ", Kind=" + text("kind")));
  }
  const auto metadata = body.find("metadata");
  if (metadata != body.end() && metadata->is_object() && metadata->contains("managedFields")) {
    return refuse(bad_request("metadata.managedFields must be nil"));
  }
  return {};
}

}  // namespace

std::optional<PatchType> patch_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  if (content_type == "application/json-patch+json") return PatchType::json;
  if (content_type == "application/merge-patch+json") return PatchType::merge;
  if (content_type == "application/strategic-merge-patch+json") return PatchType::strategic;
  if (content_type == "application/apply-patch+yaml") return PatchType::apply;
  return std::nullopt;
}

Outcome<void> apply_patch(PatchType type, std::string_view body, Json& target) {
  const Json patch = read_json(body);
  if (patch.is_discarded()) {
    const std::string error = go_json_error(body).value_or("invalid UTF-8");
    if (type == PatchType::apply) {
      return refuse(
          bad_request("error decoding YAML: this server reads apply patches as JSON: " + error));
    }
    const bool prefixed = type != PatchType::strategic || body.empty();
    return refuse(bad_request((prefixed ? "error decoding patch: " : "") + error));
  }
  if (type == PatchType::json) return apply_json_patch(patch, target);
  if (!patch.is_object()) {
    return refuse(bad_request("error decoding patch: json: cannot unmarshal " +
                              std::string(patch.type_name()) +
                              " into Go value of type map[string]interface {}"));
  }
  if (type == PatchType::merge) {
    target.merge_patch(patch);
    return {};
  }
  if (type == PatchType::apply) {
    if (auto checked = check_apply(patch); !checked) return checked;
  }
  merge_object(target, patch, 0);
  return {};
}

std::string go_map(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) {
    std::string text = "map[";
    for (const auto& [key, member] : value.items()) {
      if (text.back() != '[') text += ' ';
      text += key + ':' + go_map(member);
    }
    return text + ']';
  }
  if (value.is_array()) {
    std::string text = "[";
    for (const Json& member : value) {
      if (text.back() != '[') text += ' ';
      text += go_map(member);
    }
    return text + ']';
  }
  return value.is_null() ? "<nil>" : value.dump();
}

}  // namespace mocks::kubernetes
