#include "mocks/vault/http/kv_metadata.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

// The whole metadata of a key, as a node knows it whose knowledge ends `then`; versions sorted as
// Go sorts map keys, as text.
std::string metadata_text(const KvKey& key, ports::WallTime then) {
  std::map<std::string, const KvVersion*> sorted;
  std::int64_t current = key.current;
  ports::WallTime updated = key.updated;
  for (const auto& version : key.versions)
    if (version.created <= then) sorted[std::to_string(version.number)] = &version;
  if (sorted.size() < key.versions.size()) {
    const auto newer = std::find_if(key.versions.begin(), key.versions.end(),
                                    [then](const auto& version) { return version.created > then; });
    current = newer->number - 1;
    updated = newer == key.versions.begin() ? key.created : std::prev(newer)->created;
  }
  std::string versions;
  {
    ObjectText object(versions);
    for (const auto& [number, version] : sorted) {
      std::string one;
      ObjectText(one)
          .string("created_time", rfc3339(version->created))
          .string("deletion_time",
                  rfc3339(version->deletion_since <= then ? version->deletion : no_time))
          .boolean("destroyed", version->destroyed);
      object.raw(number, one);
    }
  }
  std::string out;
  ObjectText(out)
      .boolean("cas_required", key.cas_required)
      .string("created_time", rfc3339(key.created))
      .number("current_version", current)
      .map("custom_metadata", key.custom ? &*key.custom : nullptr)
      .string("delete_version_after", go_duration(key.delete_version_after))
      .number("max_versions", key.max_versions)
      .number("oldest_version", key.oldest)
      .string("updated_time", rfc3339(updated))
      .raw("versions", versions);
  return out;
}

bool printable(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  return true;
}

constexpr std::string_view custom_failed = "custom_metadata validation failed: ";

// What is wrong with custom metadata, in Vault's words; "" when nothing is.
std::string custom_problem(const CustomMetadata& custom) {
  if (custom.size() > max_custom_metadata_keys)
    return std::string(custom_failed) + "payload must contain at most 64 keys, provided " +
           std::to_string(custom.size());
  std::vector<std::string> problems;
  const auto length = [](std::string_view what, std::string_view key, std::size_t size,
                         std::size_t most) {
    return "length of " + std::string(what) + " " + go_quoted(key) + " is " + std::to_string(size) +
           " but must be 0 < len(" + (what == "key" ? "key" : "value") +
           ") <= " + std::to_string(most);
  };
  for (const auto& [key, value] : custom) {
    if (key.empty() || key.size() > max_custom_metadata_key_length)
      problems.push_back(length("key", key, key.size(), max_custom_metadata_key_length));
    if (value.empty() || value.size() > max_custom_metadata_value_length)
      problems.push_back(
          length("value for key", key, value.size(), max_custom_metadata_value_length));
    if (!printable(key))
      problems.push_back("key " + go_quoted(key) + " (" + key +
                         ") contains unprintable characters");
    if (!printable(value))
      problems.push_back("value for key " + go_quoted(key) + " contains unprintable characters");
  }
  if (problems.empty()) return {};
  std::string out = std::to_string(problems.size()) +
                    (problems.size() == 1 ? " error occurred:" : " errors occurred:");
  for (const auto& problem : problems) out += "\n\t* " + std::string(custom_failed) + problem;
  return out + "\n\n";
}

// custom_metadata as sent: values are converted weakly to strings; null (in a patch) removes.
struct CustomChange {
  std::string problem = {};
  CustomMetadata merged = {};
};

CustomChange custom_of(JsonView given, const CustomMetadata& onto) {
  CustomChange out{.merged = onto};
  for (const auto& [name, value] : given.members()) {
    const std::string key(name);
    if (value.is_null()) {
      out.merged.erase(key);
      continue;
    }
    if (value.is_object() || value.is_array()) {
      out.problem = std::string(custom_failed) +
                    "'' expected type 'string', got unconvertible type '" +
                    std::string(go_type(value)) + "', value: '" + go_value(value) + "'";
      return out;
    }
    if (value.is_boolean())
      out.merged[key] = value.boolean() ? "1" : "0";
    else
      out.merged[key] = text_of(value);
  }
  out.problem = custom_problem(out.merged);
  return out;
}

// max_versions, cas_required and delete_version_after of a body; a problem in Vault's words.
struct Limits {
  std::optional<std::int64_t> max_versions = {};
  std::optional<bool> cas_required = {};
  std::optional<ports::Duration> delete_version_after = {};
  std::string problem = {};
};

Limits limits_of(const Call& call) {
  Limits out;
  if (const auto field = call.field("max_versions"); field && !field->is_null()) {
    out.max_versions = call.integer("max_versions");
    if (!out.max_versions)
      out.problem = "Field validation failed: error converting input " + go_value(*field) +
                    " for field \"max_versions\": cannot parse '' as int: strconv.ParseInt: "
                    "parsing " +
                    go_quoted(go_value(*field)) + ": invalid syntax";
  }
  out.cas_required = call.boolean("cas_required");
  if (const auto field = call.field("delete_version_after"); field && !field->is_null()) {
    out.delete_version_after = duration_in(*field);
    if (!out.delete_version_after)
      out.problem = "Field validation failed: error converting input " + go_value(*field) +
                    " for field \"delete_version_after\": time: invalid duration " +
                    go_quoted(go_value(*field));
  }
  return out;
}

}  // namespace

ports::Response KvMetadataRoutes::handle(Call& call, Mount& mount, std::string_view path) {
  const KvKey* key = mount.kv.find(path);
  switch (call.operation) {
    case Operation::read: {
      const ports::WallTime then = scheduler_.wall_now() - call.lag;
      if (key == nullptr || key->created > then) return not_found();
      return envelopes_.with_data("kv", metadata_text(*key, then));
    }
    case Operation::remove: {
      if (mount.kv.erase(path)) changes_.deleted(mount, path, 0);
      return no_content();
    }
    case Operation::patch:
      if (key == nullptr) return answer(404);
      return change(call, mount, path);
    case Operation::write: return change(call, mount, path);
    case Operation::list:
    case Operation::other: break;
  }
  return unsupported_operation();
}

ports::Response KvMetadataRoutes::change(Call& call, Mount& mount, std::string_view path) {
  const Limits limits = limits_of(call);
  if (!limits.problem.empty()) return error(400, limits.problem);
  KvMetadataChange wanted{.max_versions = limits.max_versions,
                          .cas_required = limits.cas_required,
                          .delete_version_after = limits.delete_version_after};
  if (const auto custom = call.field("custom_metadata"); custom && !custom->is_null()) {
    if (!custom->is_object())
      return error(400, "Field validation failed: " + call.conversion_error("custom_metadata"));
    const KvKey* key = mount.kv.find(path);
    const bool merge = call.operation == Operation::patch && key != nullptr && key->custom;
    CustomChange checked = custom_of(*custom, merge ? *key->custom : CustomMetadata{});
    if (!checked.problem.empty()) return error(400, checked.problem);
    wanted.custom = std::move(checked.merged);
  }
  mount.kv.change_metadata(path, wanted, scheduler_.wall_now());
  if (mount.kv.config().cas_required && wanted.cas_required == false) {
    Envelope out = envelopes_.make("kv");
    out.warn(
        "\"cas_required\" set to false, but is mandated by backend config. This value will be "
        "ignored.");
    return out.response();
  }
  return no_content();
}

ports::Response KvMetadataRoutes::config(Call& call, Mount& mount) {
  KvConfig& config = mount.kv.config();
  if (call.operation == Operation::read) {
    Envelope out = envelopes_.make("kv");
    out.data.clear();
    ObjectText(out.data)
        .boolean("cas_required", config.cas_required)
        .string("delete_version_after", go_duration(config.delete_version_after))
        .number("max_versions", config.max_versions);
    return out.response();
  }
  if (call.operation != Operation::write) return unsupported_operation();
  const Limits limits = limits_of(call);
  if (!limits.problem.empty()) return error(400, limits.problem);
  if (limits.max_versions) config.max_versions = *limits.max_versions;
  if (limits.cas_required) config.cas_required = *limits.cas_required;
  if (limits.delete_version_after) config.delete_version_after = *limits.delete_version_after;
  return no_content();
}

}  // namespace mocks::vault
