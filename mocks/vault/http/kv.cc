#include "mocks/vault/http/kv.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "mocks/read_json.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

using nlohmann::json;

constexpr std::string_view no_cas_match =
    "check-and-set parameter did not match the current version";
constexpr std::string_view upgrading =
    "Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief "
    "period and will resume service shortly.";

// `deletion`: as the node that answers knows it.
void append_version(std::string& out, const KvVersion& version, const KvKey& key,
                    ports::WallTime deletion) {
  ObjectText(out)
      .string("created_time", rfc3339(version.created))
      .map("custom_metadata", key.custom ? &*key.custom : nullptr)
      .string("deletion_time", rfc3339(deletion))
      .boolean("destroyed", version.destroyed)
      .number("version", version.number);
}

std::string version_text(const KvVersion& version, const KvKey& key, ports::WallTime deletion) {
  std::string out;
  out.reserve(160);
  append_version(out, version, key, deletion);
  return out;
}

std::string version_text(const KvVersion& version, const KvKey& key) {
  return version_text(version, key, version.deletion);
}

const char* cli_verb(Operation operation) {
  switch (operation) {
    case Operation::read: return "get";
    case Operation::list: return "list";
    case Operation::remove: return "delete";
    case Operation::write:
    case Operation::patch:
    case Operation::other: break;
  }
  return "put";
}

// options.cas as Vault decodes it: integers, also as text; null is 0.
struct Cas {
  bool valid = true;
  std::optional<std::int64_t> value = {};
};

Cas cas_of(const Call& call) {
  const auto cas = call.member("options", "cas");
  if (!cas) return {};
  if (cas->is_null()) return {.value = 0};
  if (cas->is_boolean()) return {.value = cas->boolean() ? 1 : 0};
  if (cas->is_integer()) return {.value = cas->integer()};
  if (!cas->is_string()) return {.valid = false};
  const std::string_view text = cas->text();
  if (text.empty()) return {.value = 0};
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return {.valid = false};
  return {.value = number};
}

std::optional<ports::Response> refuse_cas(const Call& call, const KvEngine& kv,
                                          std::string_view path) {
  const Cas cas = cas_of(call);
  if (!cas.valid) return error(400, "error parsing check-and-set parameter");
  switch (kv.check(path, cas.value)) {
    case CasVerdict::required: return error(400, "check-and-set parameter required for this call");
    case CasVerdict::mismatch: return error(400, no_cas_match);
    case CasVerdict::pass: break;
  }
  return std::nullopt;
}

// ?version=N, or the answer to a bad one.
struct VersionParameter {
  std::int64_t number = 0;
  std::optional<ports::Response> bad = {};
};

VersionParameter version_of(const Call& call) {
  const auto given = call.parameter("version");
  if (!given || given->empty()) return {};
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(given->data(), given->data() + given->size(), number);
  if (failure == std::errc{} && end == given->data() + given->size())
    return {.number = std::max<std::int64_t>(number, 0)};
  const std::string text(*given);
  return {.bad = error(400, "Field validation failed: error converting input " + text +
                                " for field \"version\": cannot parse '' as int: "
                                "strconv.ParseInt: parsing \"" +
                                text + "\": invalid syntax")};
}

// Names of an object with null for every leaf, `depth` levels deep (0 = all).
std::string subkeys_text(JsonView value, std::int64_t depth, std::int64_t level) {
  if (!value.is_object() || (depth > 0 && level > depth)) return "null";
  std::string out;
  {
    ObjectText object(out);
    for (const auto& [name, member] : value.members())
      object.raw(name, subkeys_text(member, depth, level + 1));
  }
  return out;
}

}  // namespace

ports::Response KvRoutes::handle(Call& call, Mount& mount, std::string_view rest) {
  if (scheduler_.now() < mount.ready_at) return error(400, upgrading);
  const std::size_t slash = rest.find('/');
  const std::string_view verb = rest.substr(0, slash);
  const std::string_view path =
      slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  if (verb == "config" && slash == std::string_view::npos) return metadata_.config(call, mount);
  if (verb == "metadata" && call.operation == Operation::list) {
    const auto names = mount.kv.list(path);
    if (names.empty()) return not_found();
    Envelope out = envelopes_.make("kv");
    out.data = keys_text(names);
    out.warn(call.ignored({}));
    return out.response();
  }
  if (!path.empty() && !path.ends_with('/')) {
    if (verb == "data") return data(call, mount, path);
    if (verb == "metadata") return metadata_.handle(call, mount, path);
    if (verb == "subkeys" && call.operation == Operation::read) return subkeys(call, mount, path);
    if (verb == "delete" || verb == "undelete" || verb == "destroy")
      return versions(call, mount, verb, path);
  }
  if (call.operation == Operation::patch) return unsupported_operation();
  Envelope out = envelopes_.make("kv");
  const bool root = slash == std::string_view::npos &&
                    (verb == "data" || verb == "metadata" || verb == "delete" ||
                     verb == "undelete" || verb == "destroy");
  if (root)
    out.warn("Non-listing operations on the root of a K/V v2 mount are not supported.");
  else
    out.warn(
        "Invalid path for a versioned K/V secrets engine. See the API docs for the "
        "appropriate API endpoints to use. If using the Vault CLI, use 'vault kv " +
        std::string(cli_verb(call.operation)) + "' for this operation.");
  return out.response(404);
}

ports::Response KvRoutes::data(Call& call, Mount& mount, std::string_view path) {
  switch (call.operation) {
    case Operation::read: return read(call, mount, path);
    case Operation::write: return write(call, mount, path);
    case Operation::patch: return patch(call, mount, path);
    case Operation::remove: {
      const KvKey* key = mount.kv.find(path);
      if (key != nullptr && mount.kv.remove_current(path, scheduler_.wall_now()))
        changes_.deleted(mount, path, key->current);
      return no_content();
    }
    case Operation::list:
    case Operation::other: break;
  }
  return unsupported_operation();
}

ports::Response KvRoutes::read(Call& call, Mount& mount, std::string_view path) {
  auto asked = version_of(call);
  if (asked.bad) return std::move(*asked.bad);
  const ReadResult found =
      mount.kv.read(path, {.version = asked.number, .lag = call.lag}, scheduler_.wall_now());
  if (found.outcome == Outcome::missing) return not_found();
  Envelope out = envelopes_.make("kv");
  out.data.clear();
  out.data.reserve(found.version->data.size() + 160);
  out.data += "{\"data\":";
  out.data += found.outcome == Outcome::ok ? std::string_view(found.version->data) : "null";
  out.data += ",\"metadata\":";
  append_version(out.data, *found.version, *found.key, found.deletion);
  out.data += '}';
  if (!call.query.empty()) out.warn(call.ignored({"version"}));
  return out.response(found.outcome == Outcome::ok ? 200 : 404);
}

ports::Response KvRoutes::write(Call& call, Mount& mount, std::string_view path) {
  const auto data = call.field("data");
  if (!data) return error(400, "no data provided");
  if (auto refused = refuse_cas(call, mount.kv, path)) return std::move(*refused);
  const KvVersion& version = changes_.write(mount, path, *data, call.request.body.size());
  Envelope out = envelopes_.make("kv");
  out.data = version_text(version, *mount.kv.find(path));
  out.warn(call.ignored({"data", "options", "path", "version"}));
  return out.response();
}

ports::Response KvRoutes::patch(Call& call, Mount& mount, std::string_view path) {
  const auto data = call.field("data");
  if (!data || data->is_null()) return error(400, "no data provided");
  for (const char* name : {"data", "options"})
    if (const auto value = call.field(name); value && !value->is_object() && !value->is_null())
      return error(400, "Field validation failed: " + call.conversion_error(name));
  const KvKey* key = mount.kv.find(path);
  if (key == nullptr) return answer(404);
  if (auto refused = refuse_cas(call, mount.kv, path)) return std::move(*refused);
  const KvVersion* current = key->version(0);
  if (current == nullptr) return answer(404);
  Envelope out = envelopes_.make("kv");
  if (!current->readable_at(scheduler_.wall_now())) {
    out.data = version_text(*current, *key);
    return out.response(404);
  }
  json merged = read_json(current->data);
  if (!merged.is_object()) return one_error(500, "resource does not exist");
  merged.merge_patch(data->tree());
  const auto document = JsonDocument::of(merged);
  out.data = version_text(changes_.write(mount, path, document->root()), *mount.kv.find(path));
  out.warn(call.ignored({"data", "options", "path", "version"}));
  return out.response();
}

ports::Response KvRoutes::subkeys(Call& call, Mount& mount, std::string_view path) {
  auto asked = version_of(call);
  if (asked.bad) return std::move(*asked.bad);
  const ReadResult found =
      mount.kv.read(path, {.version = asked.number, .lag = call.lag}, scheduler_.wall_now());
  if (found.outcome == Outcome::missing) return not_found();
  std::int64_t depth = 0;
  if (const auto given = call.parameter("depth"))
    std::from_chars(given->data(), given->data() + given->size(), depth);
  std::string subkeys = "null";
  if (found.outcome == Outcome::ok)
    subkeys = subkeys_text(JsonDocument::parse(found.version->data)->root(), depth, 1);
  Envelope out = envelopes_.make("kv");
  out.data.clear();
  ObjectText(out.data)
      .raw("metadata", version_text(*found.version, *found.key, found.deletion))
      .raw("subkeys", subkeys);
  return out.response(found.outcome == Outcome::ok ? 200 : 404);
}

ports::Response KvRoutes::versions(Call& call, Mount& mount, std::string_view verb,
                                   std::string_view path) {
  if (call.operation != Operation::write) return unsupported_operation();
  std::vector<std::int64_t> numbers;
  for (const auto& text : call.list("versions")) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size())
      return error(400, "Field validation failed: error converting input " +
                            go_value(*call.field("versions")) +
                            " for field \"versions\": cannot parse '[0]' as int: "
                            "strconv.ParseInt: parsing " +
                            go_quoted(text) + ": invalid syntax");
    numbers.push_back(number);
  }
  if (numbers.empty())
    return error(400,
                 verb == "destroy" ? "no version number provided" : "No version number provided");
  const KvKey* key = mount.kv.find(path);
  if (key == nullptr) return no_content();
  const KvVersion* current = key->version(0);
  const bool before = current != nullptr && current->readable_at(scheduler_.wall_now());
  bool changed = false;
  if (verb == "undelete") changed = mount.kv.restore(path, numbers);
  if (verb == "delete") changed = mount.kv.remove(path, numbers, scheduler_.wall_now());
  if (verb == "destroy") changed = mount.kv.destroy(path, numbers);
  if (!changed) return no_content();
  if (verb == "undelete") {
    if (!before && current != nullptr && current->readable_at(scheduler_.wall_now()))
      changes_.written(mount, path, *current);
    return no_content();
  }
  for (const auto number : numbers)
    if (const KvVersion* gone = key->version(number); number > 0 && gone != nullptr)
      changes_.deleted(mount, path, number);
  return no_content();
}

}  // namespace mocks::vault
