#include "mocks/kubernetes/codec/patch.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/go_json.h"
#include "mocks/kubernetes/json/json_text.h"
#include "mocks/read_json.h"
#include "rotator/ports/check.h"

namespace mocks::kubernetes {
namespace {

using detail::member_of;
using detail::same_value;
using detail::text_at;
using detail::type_name;

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

std::string_view directive(const JsonView& value) { return text_at(value, "$patch"); }

bool holds(const std::vector<JsonView>& list, const JsonView& value) {
  return std::any_of(list.begin(), list.end(),
                     [&](const JsonView& one) { return same_value(one, value); });
}

// Calls `write(name, target, patch)` for each name that either object has, in order; what one of
// them has not is nothing.
template <typename Write>
void for_each_name(const std::vector<JsonMember>& target, const std::vector<JsonMember>& patch,
                   Write write) {
  auto old = target.begin();
  for (const auto& [name, value] : patch) {
    for (; old != target.end() && old->name < name; ++old) {
      write(old->name, std::optional(old->value), std::nullopt);
    }
    const bool both = old != target.end() && old->name == name;
    write(name, both ? std::optional((old++)->value) : std::nullopt, std::optional(value));
  }
  for (; old != target.end(); ++old) write(old->name, std::optional(old->value), std::nullopt);
}

// RFC 7386.
void merge_by_rfc(JsonText& json, const JsonView& target, const JsonView& patch) {
  if (!patch.is_object()) {
    json.value(patch);
    return;
  }
  json.open('{');
  for_each_name(target.members(), patch.members(),
                [&](std::string_view name, const std::optional<JsonView>& old,
                    const std::optional<JsonView>& given) {
                  if (!given) {
                    json.given_key(name).value(*old);
                  } else if (!given->is_null()) {
                    merge_by_rfc(json.given_key(name), old.value_or(JsonView()), *given);
                  }
                });
  json.close('}');
}

void merge_object(JsonText& json, const JsonView& target, const JsonView& patch, int depth);

// A list whose elements are told apart by their member `key`.
void merge_list(JsonText& json, const std::vector<JsonView>& target,
                const std::vector<JsonView>& patch, std::string_view key, int depth) {
  const bool replaces = std::any_of(patch.begin(), patch.end(), [](const JsonView& element) {
    return directive(element) == "replace";
  });
  if (replaces) {
    for (const JsonView& element : patch) {
      if (directive(element).empty()) json.value(element);
    }
    return;
  }
  struct Element {
    std::optional<JsonView> id = {};
    JsonView before = {};
    std::vector<JsonView> patches = {};
  };
  std::vector<Element> merged;
  for (const JsonView& one : target) merged.push_back({.id = one.find(key), .before = one});
  for (const JsonView& element : patch) {
    const auto id = element.find(key);
    if (!id) continue;
    const auto found = std::find_if(merged.begin(), merged.end(), [&](const Element& one) {
      return one.id && same_value(*one.id, *id);
    });
    if (directive(element) == "delete") {
      if (found != merged.end()) merged.erase(found);
    } else if (found != merged.end()) {
      found->patches.push_back(element);
    } else {
      merged.push_back({.id = id, .patches = {element}});
    }
  }
  for (const Element& one : merged) {
    if (one.patches.empty()) {
      json.value(one.before);
      continue;
    }
    // One that the patch names several times is merged as often.
    std::vector<JsonDocument> between;
    JsonView before = one.before;
    for (std::size_t i = 0; i + 1 < one.patches.size(); ++i) {
      JsonText text;
      merge_object(text, before, one.patches[i], depth);
      auto document = JsonDocument::parse(text.take());
      ports::check(document.has_value(), "what was merged is JSON");
      before = document->root();
      between.push_back(std::move(*document));
    }
    merge_object(json, before, one.patches.back(), depth);
  }
}

// What a patch's directives leave of an object: "$retainKeys" beside the members it concerns,
// "$deleteFromPrimitiveList/x" for the list x; "$setElementOrder/x" only orders and is left.
struct Remainder {
  std::vector<JsonMember> members = {};
  std::vector<JsonMember> deletions = {};  // by list

  std::vector<JsonView> elements(std::string_view name, const JsonView& list) const {
    std::vector<JsonView> left = list.elements();
    for (const auto& [from, values] : deletions) {
      if (from != name) continue;
      const auto gone = values.elements();
      std::erase_if(left, [&](const JsonView& one) { return holds(gone, one); });
    }
    return left;
  }
};

Remainder obey_directives(const JsonView& target, const std::vector<JsonMember>& patch) {
  constexpr std::string_view from_list = "$deleteFromPrimitiveList/";
  Remainder left{.members = target.members()};
  for (const auto& [key, value] : patch) {
    if (!value.is_array()) continue;
    if (key == "$retainKeys") {
      const auto kept = value.elements();
      std::erase_if(left.members, [&](const JsonMember& member) {
        return std::none_of(kept.begin(), kept.end(), [&](const JsonView& one) {
          return one.is_string() && one.text() == member.name;
        });
      });
    } else if (key.starts_with(from_list)) {
      left.deletions.push_back({.name = key.substr(from_list.size()), .value = value});
    }
  }
  return left;
}

void merge_object(JsonText& json, const JsonView& target, const JsonView& patch, int depth) {
  if (depth > max_patch_depth) {
    json.value(target);
    return;
  }
  json.open('{');
  const std::string_view directed = directive(patch);
  if (directed == "delete") {
    json.close('}');
    return;
  }
  std::vector<JsonMember> given = patch.members();
  const Remainder old = obey_directives(directed == "replace" ? JsonView() : target, given);
  std::erase_if(given, [](const JsonMember& member) { return member.name.starts_with('$'); });
  for_each_name(old.members, given,
                [&](std::string_view name, const std::optional<JsonView>& before,
                    const std::optional<JsonView>& change) {
                  if (change && change->is_null()) return;
                  json.given_key(name);
                  const JsonView was = before.value_or(JsonView());
                  if (change && change->is_object()) {
                    merge_object(json, was, *change, depth + 1);
                    return;
                  }
                  const bool merges = change && change->is_array() &&
                                      (name == "finalizers" || !merge_key(name).empty());
                  if (!merges && (change || !was.is_array())) {
                    json.value(change ? *change : was);
                    return;
                  }
                  std::vector<JsonView> elements = old.elements(name, was);
                  json.open('[');
                  if (merges && name != "finalizers") {
                    merge_list(json, elements, change->elements(), merge_key(name), depth + 1);
                  } else {
                    const auto more = merges ? change->elements() : std::vector<JsonView>();
                    for (const JsonView& one : more) {
                      if (!holds(elements, one)) elements.push_back(one);
                    }
                    for (const JsonView& one : elements) json.value(one);
                  }
                  json.close(']');
                });
  json.close('}');
}

// RFC 6902.
Outcome<JsonDocument> apply_operations(const JsonView& patch, std::string_view target) {
  if (!patch.is_array()) {
    return refuse(bad_request("error decoding patch: json: cannot unmarshal " +
                              std::string(type_name(patch)) +
                              " into Go value of type []handlers.jsonPatchOp"));
  }
  const nlohmann::json operations = patch.tree();
  if (operations.size() > max_patch_operations) {
    return refuse({.code = 413,
                   .reason = "RequestEntityTooLarge",
                   .message = "The allowed maximum operations in a JSON patch is 10000, got " +
                              std::to_string(operations.size())});
  }
  // The library throws where an operation does not fit the target.
  try {
    auto patched = JsonDocument::of(read_json(target).patch(operations));
    if (patched) return std::move(*patched);
  } catch (const nlohmann::json::exception&) {
    return refuse(rejected());
  }
  return refuse(rejected());
}

Outcome<void> check_apply(const JsonView& body) {
  const std::string version(text_at(body, "apiVersion"));
  const std::string kind(text_at(body, "kind"));
  if (version.empty() || kind.empty()) {
    const std::size_t slash = version.find('/');
    const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
    return refuse(bad_request("invalid object type: " + group + "/" + version.substr(slash + 1) +
                              ", Kind=" + kind));
  }
  if (member_of(body, "metadata").find("managedFields")) {
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

Outcome<JsonDocument> apply_patch(PatchType type, std::string_view body, std::string_view target) {
  const auto given = JsonDocument::parse(body);
  if (!given) {
    const std::string error = go_json_error(body).value_or("invalid UTF-8");
    if (type == PatchType::apply) {
      return refuse(
          bad_request("error decoding YAML: this server reads apply patches as JSON: " + error));
    }
    const bool prefixed = type != PatchType::strategic || body.empty();
    return refuse(bad_request((prefixed ? "error decoding patch: " : "") + error));
  }
  const JsonView patch = given->root();
  if (type == PatchType::json) return apply_operations(patch, target);
  if (!patch.is_object()) {
    return refuse(bad_request("error decoding patch: json: cannot unmarshal " +
                              std::string(type_name(patch)) +
                              " into Go value of type map[string]interface {}"));
  }
  if (type == PatchType::apply) {
    if (auto checked = check_apply(patch); !checked) return refuse(checked.error());
  }
  const auto before = JsonDocument::parse(target);
  ports::check(before.has_value(), "an object is shown as JSON");
  JsonText merged(target.size() + body.size());
  if (type == PatchType::merge) {
    merge_by_rfc(merged, before->root(), patch);
  } else {
    merge_object(merged, before->root(), patch, 0);
  }
  auto after = JsonDocument::parse(merged.take());
  ports::check(after.has_value(), "what was merged is JSON");
  return std::move(*after);
}

std::string go_map(const JsonView& value) {
  if (value.is_string()) return std::string(value.text());
  if (value.is_object()) {
    std::string text = "map[";
    for (const auto& [key, member] : value.members()) {
      if (text.back() != '[') text += ' ';
      text.append(key).append(":").append(go_map(member));
    }
    return text + ']';
  }
  if (value.is_array()) {
    std::string text = "[";
    for (const JsonView& member : value.elements()) {
      if (text.back() != '[') text += ' ';
      text += go_map(member);
    }
    return text + ']';
  }
  return value.is_null() ? "<nil>" : value.dump();
}

}  // namespace mocks::kubernetes
