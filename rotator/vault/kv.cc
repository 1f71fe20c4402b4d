#include "rotator/vault/kv.h"

#include <algorithm>
#include <set>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"
#include "rotator/calls/json_writer.h"
#include "rotator/calls/times.h"
#include "rotator/ports/check.h"

namespace rotator {
namespace {

using ports::ErrorCode;
using Repeat = VaultSession::Repeat;

// What a status outside 200 means where none of the special cases applied.
ports::Error unexpected(const std::string& tried, const ports::Response& response) {
  const auto errors = vault_errors(response);
  const auto code = response.status == 404 ? ErrorCode::missing : ErrorCode::refused;
  if (response.status == 404 && errors.empty()) return {code, tried + ": there is none"};
  return {code, tried + " answered " + std::to_string(response.status) +
                    (errors.empty() ? std::string() : ": " + errors)};
}

// delete_version_after of a mount's or a key's settings; zero when absent.
ports::Duration lifetime_in(JsonView settings) {
  return parse_go_duration(text_member(settings, {"delete_version_after"}))
      .value_or(ports::Duration(0));
}

// `text` without any value of `data`, should a server ever echo one.
std::string blotted(std::string text, const KvData& data) {
  for (const auto& field : data.fields())
    if (const auto value = data.secret(field)) text = quotable(text, value->reveal_to_wire());
  return text;
}

// `value` as text with room to spare: what a growing string leaves behind would not be wiped.
std::string text_of(JsonView value, std::size_t original_bytes) {
  JsonWriter out(2 * original_bytes + 8);
  value.write(out);
  return out.take();
}

// The object in `json` with `field` set to `value`, or without it when there is none; all else as
// it was.
ports::Secret changed(const ports::Secret& json, std::string_view field,
                      std::optional<std::string_view> value) {
  const auto text = json.reveal_to_wire();
  const auto document = JsonDocument::parse_or_null(text);
  const JsonView object = document;
  // An escape has at most six characters.
  JsonWriter out(2 * text.size() + 6 * (field.size() + value.value_or("").size()) + 8);
  out.open_object();
  for (auto at = object.begin(); at != object.end(); ++at) {
    if (at.name() != field) {
      (*at).write(out.name(at.name()));
    } else if (value) {
      out.member(field, *value);
      value.reset();
    }
  }
  if (value) out.member(field, *value);
  return ports::Secret(out.close_object().take());
}

}  // namespace

ports::Result<KvData> KvData::parse(std::string json) {
  const ports::Secret text(std::move(json));
  const auto parsed = parse_object(text.reveal_to_wire(), "the data of a Vault secret");
  if (!parsed) return ports::fail(parsed.error());
  return KvData(*parsed, text.reveal_to_wire().size());
}

KvData::KvData(JsonView object, std::size_t document_bytes)
    : json_(ports::Secret(text_of(object, document_bytes))) {}

std::optional<ports::Secret> KvData::secret(std::string_view field) const {
  auto value = text(field);
  if (!value) return std::nullopt;
  return ports::Secret(std::move(*value));
}

std::optional<std::string> KvData::text(std::string_view field) const {
  return JsonDocument::parse_or_null(json_.reveal_to_wire()).root().member(field).text();
}

void KvData::set(std::string_view field, std::string_view value) {
  json_ = changed(json_, field, value);
}

void KvData::remove(std::string_view field) { json_ = changed(json_, field, std::nullopt); }

std::vector<std::string> KvData::fields() const {
  const auto object = JsonDocument::parse_or_null(json_.reveal_to_wire());
  std::set<std::string> names;
  for (auto at = object.root().begin(); at != object.root().end(); ++at) names.emplace(at.name());
  return {names.begin(), names.end()};
}

ports::Duration version_lifetime(const KvMount& mount, const KvMetadata& key) {
  const auto of_mount = mount.delete_version_after.value_or(ports::Duration(0));
  const auto of_key = key.delete_version_after;
  if (of_mount < ports::Duration(0)) return ports::Duration(0);
  if (of_mount == ports::Duration(0) || of_key <= ports::Duration(0))
    return std::max(of_mount, of_key);
  return std::min(of_mount, of_key);
}

ports::Result<std::vector<std::vector<std::string>>> capabilities_on(
    VaultSession& session, const std::vector<std::string>& policy_paths) {
  JsonWriter body;
  body.open_object().name("paths").open_array();
  for (const auto& path : policy_paths) body.text(path);
  body.close_array().close_object();
  auto response = session.call("POST", "sys/capabilities-self", body.take(), Repeat::safe);
  if (!response) return ports::fail(response.error());
  const std::string tried = "asking Vault what this token may do";
  if (response->status != 200) return ports::fail(unexpected(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  std::vector<std::vector<std::string>> all;
  for (const auto& path : policy_paths) {
    const auto list = parsed->root().member({"data", path});
    if (!list.is_array())
      return ports::fail(ErrorCode::malformed, tried + ": the answer does not name " + path);
    auto& capabilities = all.emplace_back();
    for (const auto capability : list)
      if (auto name = capability.text()) capabilities.push_back(std::move(*name));
  }
  return all;
}

KeyValue::KeyValue(VaultSession& session, std::string mount, std::string path)
    : session_(session),
      mount_(std::move(mount)),
      path_(std::move(path)),
      full_path_(mount_ + "/" + path_) {}

std::string KeyValue::target(const std::string& area) const {
  return percent_encode_path(mount_) + "/" + area + "/" + percent_encode_path(path_);
}

std::string KeyValue::policy_path(const std::string& area) const {
  return mount_ + "/" + area + "/" + path_;
}

ports::Result<KvVersion> KeyValue::read(std::optional<int> version) {
  const std::string query = version ? "?version=" + std::to_string(*version) : std::string();
  auto response = session_.get(target("data") + query);
  if (!response) return ports::fail(response.error());
  const std::string tried = "reading " + full_path_ +
                            (version ? " version " + std::to_string(*version) : std::string()) +
                            " from Vault";
  if (response->status != 200 && response->status != 404)
    return ports::fail(unexpected(tried, *response));
  if (response->status == 404) {
    const auto body = JsonDocument::parse_or_null(response->body);
    const auto metadata = body.root().member({"data", "metadata"});
    if (!metadata.is_object()) return ports::fail(unexpected(tried, *response));
    const bool destroyed = flag_member(metadata, {"destroyed"});
    return ports::fail(
        ErrorCode::missing,
        tried + ": version " + std::to_string(integer_member(metadata, {"version"})) +
            (destroyed ? " was destroyed" : " was deleted (undelete it, or write a new one)"));
  }
  const ports::Secret body(std::move(response->body));
  const auto parsed = parse_object(body.reveal_to_wire(), tried);
  if (!parsed) return ports::fail(parsed.error());
  KvVersion found;
  const auto number = integer_member(*parsed, {"data", "metadata", "version"});
  const auto created = parse_rfc3339(text_member(*parsed, {"data", "metadata", "created_time"}));
  const auto data = parsed->root().member({"data", "data"});
  if (!data.is_object() || number < 1 || !created)
    return ports::fail(
        ErrorCode::malformed,
        tried + ": the answer lacks data.data, data.metadata.version or created_time; is " +
            mount_ + " a KV version 2 mount?");
  found.data = KvData(data, body.reveal_to_wire().size());
  found.version = static_cast<int>(number);
  found.created = *created;
  found.expires = parse_rfc3339(text_member(*parsed, {"data", "metadata", "deletion_time"}));
  return found;
}

ports::Result<int> KeyValue::write(const KvData& data, int cas) {
  std::string body = R"({"options":{"cas":)" + std::to_string(cas) + R"(},"data":)";
  body.reserve(body.size() + data.json().reveal_to_wire().size() + 1);
  body += data.json().reveal_to_wire();
  body += '}';
  auto response = session_.call("PUT", target("data"), body, Repeat::never);
  ports::wipe(body);
  if (!response) return ports::fail(response.error());
  const std::string tried =
      "writing " + full_path_ + " to Vault on top of version " + std::to_string(cas);
  if (response->status == 400) {
    const auto errors = vault_errors(*response);
    if (errors.find("check-and-set parameter did not match") != std::string::npos)
      return ports::fail(ErrorCode::conflict,
                         tried + ": the current version is another (check-and-set did not match)");
    return ports::fail(ErrorCode::refused, tried + " answered 400: " + blotted(errors, data));
  }
  if (response->status != 200) return ports::fail(unexpected(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  const auto number = parsed ? integer_member(*parsed, {"data", "version"}) : 0;
  // It was accepted: an answer that cannot be read is as good as a lost one.
  if (number < 1)
    return ports::fail(ErrorCode::ambiguous,
                       tried + " was accepted, but the answer holds no data.version");
  return static_cast<int>(number);
}

ports::Result<KvMetadata> KeyValue::metadata() {
  auto response = session_.get(target("metadata"));
  if (!response) return ports::fail(response.error());
  const std::string tried = "reading the metadata of " + full_path_ + " from Vault";
  if (response->status != 200) return ports::fail(unexpected(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  const auto data = parsed->root().member("data");
  if (!data.member("current_version").integer())
    return ports::fail(ErrorCode::malformed, tried + ": the answer holds no data.current_version");
  return KvMetadata{.current_version = static_cast<int>(integer_member(data, {"current_version"})),
                    .oldest_version = static_cast<int>(integer_member(data, {"oldest_version"})),
                    .max_versions = static_cast<int>(integer_member(data, {"max_versions"})),
                    .cas_required = flag_member(data, {"cas_required"}),
                    .delete_version_after = lifetime_in(data)};
}

ports::Result<KvMount> KeyValue::mount() {
  auto response = session_.get("sys/internal/ui/mounts/" + percent_encode_path(mount_) + "/" +
                               percent_encode_path(path_));
  if (!response) return ports::fail(response.error());
  const std::string tried = "asking Vault what is mounted at " + mount_ + "/";
  if (response->status != 200) return ports::fail(unexpected(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  const auto data = parsed->root().member("data");
  KvMount found{.path = text_member(data, {"path"}), .type = text_member(data, {"type"})};
  if (found.path.empty())
    return ports::fail(ErrorCode::malformed, tried + ": the answer holds no data.path");
  // The version is a string, and absent on a version 1 mount.
  found.version = data.member({"options", "version"}).says("2") ? 2 : 1;
  if (found.version != 2) return found;
  auto configuration = session_.get(percent_encode_path(mount_) + "/config");
  if (!configuration && configuration.error().code != ErrorCode::refused)
    return ports::fail(configuration.error());
  if (!configuration || configuration->status != 200) return found;
  const auto settings =
      parse_object(configuration->body, "reading the configuration of " + mount_ + "/");
  if (!settings) return ports::fail(settings.error());
  found.max_versions = static_cast<int>(integer_member(*settings, {"data", "max_versions"}));
  found.delete_version_after = lifetime_in(settings->root().member("data"));
  return found;
}

ports::Status KeyValue::destroy(int version) {
  const std::string body = R"({"versions":[)" + std::to_string(version) + "]}";
  auto response = session_.call("PUT", target("destroy"), body, Repeat::safe);
  if (!response) return ports::fail(response.error());
  if (response->status == 204 || response->status == 200) return {};
  return ports::fail(unexpected(
      "destroying version " + std::to_string(version) + " of " + full_path_ + " in Vault",
      *response));
}

}  // namespace rotator
