#include "mocks/vault/http/mounts.h"

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

// As shown under sys/auth: without its "auth/".
std::string shown_path(const Mount& mount) {
  return mount.is_auth() ? mount.path.substr(5) : mount.path;
}

std::string options_text(const Mount& mount) {
  if (mount.type != MountType::kv) return "null";
  return mount.version == 2 ? R"({"version":"2"})" : R"({"version":"1"})";
}

std::string plugin_version(const Mount& mount, const std::string& server) {
  switch (mount.type) {
    case MountType::kv: return "v0.15.0+builtin";
    case MountType::kubernetes: return "v0.16.0+builtin";
    default: return "v" + server + "+builtin.vault";
  }
}

}  // namespace

void MountRoutes::append(std::string& out, Mount& mount, Shown shown) {
  const std::string type = to_string(mount.type);
  if (mount.accessor.empty()) {
    mount.accessor = type + "_" + identifiers_.uuid().substr(0, 8);
    mount.uuid = identifiers_.uuid();
  }
  std::string config;
  {
    ObjectText object(config);
    object.number("default_lease_ttl", whole_seconds(mount.default_ttl))
        .boolean("force_no_cache", false)
        .number("max_lease_ttl", whole_seconds(mount.max_ttl));
    if (mount.type == MountType::system) object.strings("passthrough_request_headers", {"Accept"});
    if (mount.type == MountType::identity)
      object.strings("passthrough_request_headers", {"Authorization"});
    if (mount.is_auth()) object.string("token_type", "default-service");
  }
  ObjectText object(out);
  object.string("accessor", mount.accessor).raw("config", config);
  if (mount.is_plugin()) object.string("deprecation_status", "supported");
  object.string("description", mount.description)
      .boolean("external_entropy_access", false)
      .boolean("local", mount.type == MountType::cubbyhole)
      .raw("options", options_text(mount));
  if (shown == Shown::with_path) object.string("path", mount.path);
  object.string("plugin_version", "")
      .string("running_plugin_version", plugin_version(mount, version_))
      .string("running_sha256", "")
      .boolean("seal_wrap", mount.type == MountType::system)
      .string("type", type)
      .string("uuid", mount.uuid);
}

ports::Response MountRoutes::handle(Call& call, std::string_view rest, MountKind kind) {
  const bool auth = kind == MountKind::auth;
  Envelope out = envelopes_.make("system");
  out.data_on_top = true;
  out.data.clear();
  if (rest.empty()) {
    if (call.operation != Operation::read) return unsupported_operation();
    ObjectText object(out.data);
    for (const auto& mount : mounts_.all()) {
      if (mount->is_auth() != auth) continue;
      std::string one;
      append(one, *mount, Shown::settings);
      object.raw(shown_path(*mount), one);
    }
  }
  if (rest.empty()) return out.response();
  const bool tuning = rest.ends_with("/tune");
  if (tuning) rest.remove_suffix(5);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::string path = (auth ? "auth/" : "") + std::string(rest) + "/";
  Mount* mount = mounts_.at(path);
  if (tuning) {
    if (mount == nullptr) return error(400, "cannot fetch sysview for path \"" + path + "\"");
    if (call.operation == Operation::write) return tune(call, *mount);
    if (call.operation != Operation::read) return unsupported_operation();
    const auto shown = [](ports::Duration ttl) {
      return whole_seconds(ttl == ports::Duration::zero() ? system_ttl : ttl);
    };
    ObjectText object(out.data);
    object.number("default_lease_ttl", shown(mount->default_ttl))
        .string("description", mount->description)
        .boolean("force_no_cache", false)
        .number("max_lease_ttl", shown(mount->max_ttl));
    if (mount->type == MountType::kv) object.raw("options", options_text(*mount));
    if (auth) object.string("token_type", "default-service");
  }
  if (tuning) return out.response();
  switch (call.operation) {
    case Operation::read:
      if (mount == nullptr)
        return error(400, std::string("No ") + (auth ? "auth" : "secret") + " engine at " +
                              std::string(rest) + "/");
      append(out.data, *mount, Shown::settings);
      return out.response();
    case Operation::write: return create(call, path, kind);
    case Operation::remove: {
      if (mount != nullptr && !mount->is_plugin())
        return error(400, "cannot unmount \"" + shown_path(*mount) + "\"");
      if (mount != nullptr && auth) tokens_.revoke_path(path);
      mounts_.remove(path);
      return no_content();
    }
    case Operation::list:
    case Operation::patch:
    case Operation::other: break;
  }
  return unsupported_operation();
}

ports::Response MountRoutes::create(Call& call, const std::string& path, MountKind kind) {
  const bool auth = kind == MountKind::auth;
  const std::string type = call.text("type");
  if (type.empty()) return error(400, "backend type must be specified as a string");
  const auto given_version = call.member("options", "version");
  const std::string version =
      given_version ? text_of(*given_version) : (type == "kv-v2" ? "2" : "1");
  const bool kv =
      !auth && (type == "kv" || type == "kv-v1" || type == "kv-v2" || type == "generic");
  const bool known = kv || (auth && (type == "approle" || type == "kubernetes"));
  if (!known) return error(400, "plugin not found in the catalog: " + type);
  const std::string shown = auth ? path.substr(5) : path;
  if (mounts_.at(path) != nullptr) return error(400, "path is already in use at " + shown);
  for (const auto& mount : mounts_.all()) {
    if (mount->path.starts_with(path) || path.starts_with(mount->path))
      return error(400, "path is already in use at " + shown_path(*mount));
  }
  ports::Duration default_ttl{0};
  ports::Duration max_ttl{0};
  for (const auto& [name, into] :
       {std::pair{"default_lease_ttl", &default_ttl}, std::pair{"max_lease_ttl", &max_ttl}}) {
    const auto given = duration_in(call.member("config", name).value_or(JsonView()));
    if (!given) return error(400, "unable to parse default TTL");
    *into = *given;
  }
  const MountType mount_type = kv                  ? MountType::kv
                               : type == "approle" ? MountType::approle
                                                   : MountType::kubernetes;
  Mount& mount = mounts_.add(path, mount_type, kv && version == "2" ? 2 : 1);
  mount.description = call.text("description");
  mount.default_ttl = default_ttl;
  mount.max_ttl = max_ttl;
  return no_content();
}

ports::Response MountRoutes::tune(Call& call, Mount& mount) {
  for (const auto& [name, into] : {std::pair{"default_lease_ttl", &mount.default_ttl},
                                   std::pair{"max_lease_ttl", &mount.max_ttl}}) {
    const std::string text = call.text(name);
    if (text.empty()) continue;
    const auto parsed = parse_duration(text);
    if (!parsed) return error(400, "time: invalid duration \"" + text + "\"");
    *into = *parsed;
  }
  if (call.has("description")) mount.description = call.text("description");
  const auto given_version = call.member("options", "version");
  const std::string version = given_version ? text_of(*given_version) : std::string();
  if (version.empty() || mount.type != MountType::kv) return no_content();
  if (version != "1" && version != "2") return error(400, "unable to tune mount");
  if (version == "1" && mount.version == 2)
    return error(400, "cannot downgrade mount from version 2");
  if (version == "1" || mount.version == 2) return no_content();
  mounts_.upgrade(mount);
  for (const auto& [path, text] : mount.kv1)
    changes_.write(mount, path, JsonDocument::parse(text)->root());
  mount.kv1.clear();
  Envelope out = envelopes_.make("system");
  out.warn(
      "Upgrading mount from version 1 to version 2. This mount will be unavailable for a brief "
      "period and will resume service shortly.");
  out.warn(call.ignored({"path", "description", "default_lease_ttl", "max_lease_ttl", "options",
                         "audit_non_hmac_request_keys", "audit_non_hmac_response_keys",
                         "listing_visibility", "passthrough_request_headers",
                         "allowed_response_headers", "allowed_managed_keys", "token_type",
                         "plugin_version", "user_lockout_config"}));
  return out.response();
}

// What the CLI and consul-template ask before they touch a path: which engine is it?
ports::Response MountRoutes::preflight(Call& call, std::string_view path) {
  if (call.operation != Operation::read) return unsupported_operation();
  if (call.token == nullptr) return error(403, "permission denied");
  if (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  const PolicySet& rights = tokens_.rights(*call.token);
  const auto visible = [&rights](const Mount& mount) {
    return rights.root || rights.acl.any_below(mount.path);
  };
  Envelope out = envelopes_.make("system");
  out.data.clear();
  if (path.empty()) {
    std::string auth_mounts;
    std::string secret_mounts;
    {
      ObjectText auth_object(auth_mounts);
      ObjectText secret_object(secret_mounts);
      for (const auto& mount : mounts_.all()) {
        if (!visible(*mount)) continue;
        std::string one;
        append(one, *mount, Shown::settings);
        (mount->is_auth() ? auth_object : secret_object).raw(shown_path(*mount), one);
      }
    }
    ObjectText(out.data).raw("auth", auth_mounts).raw("secret", secret_mounts);
    return out.response();
  }
  const std::string slashed = std::string(path) + "/";
  Mount* mount = mounts_.of(slashed);
  if (mount == nullptr || !visible(*mount))
    return error(403,
                 "preflight capability check returned 403, please ensure client's policies "
                 "grant access to path \"" +
                     slashed + "\"");
  append(out.data, *mount, Shown::with_path);
  return out.response();
}

}  // namespace mocks::vault
