// The way of a request through the server: open paths, quota, body, seal, token, policy, route.
#include "mocks/vault/state.h"
#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

constexpr std::string_view denied_text = "permission denied";

std::string_view token_of(const ports::Request& request) {
  if (const auto header = ports::find_header(request.headers, "X-Vault-Token")) return *header;
  const auto authorization = ports::find_header(request.headers, "Authorization").value_or("");
  return authorization.starts_with("Bearer ") ? authorization.substr(7) : std::string_view();
}

Capabilities needed_for(Operation operation, bool exists) {
  switch (operation) {
    case Operation::read: return capability::read;
    case Operation::list: return capability::list;
    case Operation::write: return exists ? capability::update : capability::create;
    case Operation::patch: return capability::patch;
    case Operation::remove: return capability::remove;
    case Operation::other: break;
  }
  return 0;
}

// Paths that want sudo besides (system backend's root paths that are imitated).
bool wants_sudo(std::string_view path) {
  return path == "sys/seal" || path == "sys/step-down" || path.starts_with("sys/auth/") ||
         path.starts_with("sys/leases/revoke-") || path == "auth/token/create-orphan";
}

// Would a write make something new? Only engines with an existence check answer; elsewhere a write
// is an update.
bool exists(const Mount& mount, std::string_view rest,
            const std::map<std::string, AuthMethod, std::less<>>& methods) {
  if (mount.type == MountType::kv && mount.version == 1) return mount.kv1.contains(rest);
  if (mount.type == MountType::kv) {
    const std::size_t slash = rest.find('/');
    const std::string_view verb = rest.substr(0, slash);
    if ((verb != "data" && verb != "metadata") || slash == std::string_view::npos) return true;
    return mount.kv.find(rest.substr(slash + 1)) != nullptr;
  }
  if (!rest.starts_with("role/")) return true;
  const auto method = methods.find(mount.path);
  const std::string_view role = rest.substr(5);
  if (role.find('/') != std::string_view::npos) return true;
  return method != methods.end() && method->second.roles.contains(role);
}

}  // namespace

Answer Vault::State::serve(const ports::Request& request, bool standby) {
  Call call(request);
  if (!call.known) {
    const bool api = request.target.starts_with("/v1/");
    return {.response = api ? answer(405, "{\"errors\":[]}\n") : not_found()};
  }
  if (standby) {
    const auto stay = ports::find_header(request.headers, "X-Vault-No-Request-Forwarding");
    const bool health_path = call.path == "sys/health" || call.path == "sys/leader" ||
                             call.path == "sys/seal-status" || call.path == "sys/unseal";
    if (stay && !stay->empty() && !health_path && !sealed_) {
      ports::Response redirect = answer(307);
      redirect.headers.push_back({.name = "Location", .value = options_.address + request.target});
      return {.response = std::move(redirect)};
    }
    call.lag = options_.standby_lag;
  }
  call.standby = standby;
  if (auto open = sys_open(call)) return {.response = std::move(*open)};
  QuotaVerdict quota;
  if (!quotas_.empty()) quota = quotas_.take(call.path, now());
  ports::Response response;
  if (!quota.allowed) {
    response = error(429, "request path \"" + call.path + "\": rate limit quota exceeded");
  } else {
    auto refused = admit(call);
    response = refused ? std::move(*refused) : wrap(call, route(call));
    if (call.token_handle != 0)
      if (Token* token = tokens_.find(call.token_handle, wall_now())) tokens_.spend(*token);
  }
  if (quota.applies && quotas_.headers) {
    const auto add = [&response](const char* name, std::int64_t value) {
      response.headers.push_back({.name = name, .value = std::to_string(value)});
    };
    add("X-Ratelimit-Limit", quota.limit);
    add("X-Ratelimit-Remaining", quota.remaining);
    add("X-Ratelimit-Reset", quota.reset_s);
    if (!quota.allowed) add("Retry-After", quota.reset_s);
  }
  if (request.method == "HEAD") response.body.clear();
  return {.response = std::move(response)};
}

bool Vault::State::is_login(const Call& call) {
  if (!call.path.ends_with("/login") || call.operation != Operation::write) return false;
  const Mount* mount = mount_of(call.path);
  return mount != nullptr &&
         (mount->type == MountType::approle || mount->type == MountType::kubernetes) &&
         call.path.size() == mount->path.size() + 5;
}

bool Vault::State::is_open(const Call& call) const {
  // The token inside is looked at by the route itself.
  return call.path.starts_with("sys/internal/ui/mounts") || call.path == "sys/wrapping/unwrap" ||
         call.path == "sys/wrapping/lookup";
}

std::optional<ports::Response> Vault::State::admit(Call& call) {
  if (auto bad = call.parse_body()) return bad;
  const Outcome gate_now = gate();
  if (gate_now == Outcome::sealed) return error(503, "Vault is sealed");
  if (gate_now == Outcome::leaderless)
    return error(500, "local node not active but active cluster node not found");
  const bool writes = call.operation == Operation::write || call.operation == Operation::patch;
  if (writes && call.path.ends_with('/')) return error(400, "cannot write to a path ending in '/'");
  if (is_login(call)) return std::nullopt;
  const std::string_view id = token_of(call.request);
  call.token = id.empty() ? nullptr : tokens_.find(id, wall_now());
  if (call.token != nullptr) call.token_handle = call.token->handle;
  if (is_open(call)) return std::nullopt;
  if (call.token == nullptr) {
    if (options_.invalid_token_text && !id.empty())
      return error(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n");
    return error(403, denied_text);
  }
  const Mount* mount = mount_of(call.path);
  const std::string_view rest = mount == nullptr
                                    ? std::string_view()
                                    : std::string_view(call.path).substr(mount->path.size());
  if (mount != nullptr && mount->type == MountType::kv && mount->version == 2 &&
      call.operation == Operation::write && rest.starts_with("data/"))
    for (const char* name : {"data", "options"})
      if (const auto value = call.field(name); value && !value->is_object() && !value->is_null())
        return error(400, call.conversion_error(name));
  const PolicySet& rights = tokens_.rights(*call.token);
  if (rights.root) return std::nullopt;
  const bool there = mount == nullptr || exists(*mount, rest, methods_);
  Capabilities needed = needed_for(call.operation, there);
  if (wants_sudo(call.path)) needed = static_cast<Capabilities>(needed | capability::sudo);
  const Capabilities has = call.operation == Operation::list ? rights.acl.at_folder(call.path)
                                                             : rights.acl.at(call.path);
  if (needed == 0 || (has & needed) != needed) return one_error(403, denied_text);
  return std::nullopt;
}

ports::Response Vault::State::route(Call& call) {
  Mount* mount = mount_of(call.path);
  if (mount == nullptr)
    return error(404, "no handler for route \"" + call.path + "\". route entry not found.");
  if (call.operation == Operation::other) return one_error(405, "unsupported operation");
  const std::string_view rest = std::string_view(call.path).substr(mount->path.size());
  switch (mount->type) {
    case MountType::kv: return kv_http(call, *mount, rest);
    case MountType::system: return sys_http(call, rest);
    case MountType::token: return token_http(call, rest);
    case MountType::approle: return approle_http(call, *mount, rest);
    case MountType::kubernetes: return kubernetes_http(call, *mount, rest);
    case MountType::identity:
    case MountType::cubbyhole: break;
  }
  return one_error(404, "unsupported path");
}

// X-Vault-Wrap-TTL: the answer stays here, and a token that fetches it once goes out.
ports::Response Vault::State::wrap(Call& call, ports::Response response) {
  const auto header = ports::find_header(call.request.headers, "X-Vault-Wrap-TTL");
  if (!header || header->empty() || response.status != 200) return response;
  const auto ttl = parse_duration(*header);
  if (!ttl || *ttl < ports::Duration::zero())
    return error(400, "error parsing X-Vault-Wrap-TTL header");
  if (*ttl == ports::Duration::zero()) return response;
  Envelope envelope;
  const std::string token = "hvs.CAES" + tokens_.letters(87);
  {
    ObjectText info(envelope.wrap_info = "");
    info.string("token", token)
        .string("accessor", tokens_.letters(24))
        .number("ttl", whole_seconds(*ttl))
        .string("creation_time", rfc3339(wall_now()))
        .string("creation_path", call.path);
    if (call.issued != nullptr) info.string("wrapped_accessor", tokens_.accessor(*call.issued));
  }
  wrapped_[token] = {.body = std::move(response.body),
                     .creation_path = call.path,
                     .created = wall_now(),
                     .ttl = *ttl};
  return envelope.response();
}

Envelope Vault::State::envelope(std::string_view mount_type) {
  Envelope out{.request_id = tokens_.uuid()};
  if (options_.mount_type) out.mount_type = mount_type;
  return out;
}

}  // namespace mocks::vault
