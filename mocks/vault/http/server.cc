#include "mocks/vault/http/server.h"

#include <algorithm>

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

// Needs no token: the one inside is looked at by the route itself.
bool is_open(const Call& call) {
  return call.path.starts_with("sys/internal/ui/mounts") || call.path == "sys/wrapping/unwrap" ||
         call.path == "sys/wrapping/lookup";
}

// Would a write make something new? Only engines with an existence check answer; elsewhere a write
// is an update.
bool exists(const Mount& mount, std::string_view rest) {
  if (mount.type == MountType::kv && mount.version == 1) return mount.kv1.contains(rest);
  if (mount.type == MountType::kv) {
    const std::size_t slash = rest.find('/');
    const std::string_view verb = rest.substr(0, slash);
    if ((verb != "data" && verb != "metadata") || slash == std::string_view::npos) return true;
    return mount.kv.find(rest.substr(slash + 1)) != nullptr;
  }
  if (!rest.starts_with("role/")) return true;
  const std::string_view role = rest.substr(5);
  return role.find('/') != std::string_view::npos || mount.auth.roles.contains(role);
}

// KV version 2 converts its fields before it asks for rights.
std::optional<ports::Response> refuse_fields(const Call& call, const Mount& mount,
                                             std::string_view rest) {
  if (!mount.is_kv2() || call.operation != Operation::write || !rest.starts_with("data/"))
    return std::nullopt;
  for (const char* name : {"data", "options"})
    if (const auto value = call.field(name); value && !value->is_object() && !value->is_null())
      return error(400, call.conversion_error(name));
  return std::nullopt;
}

void add_quota_headers(ports::Response& response, const QuotaVerdict& quota) {
  const auto add = [&response](const char* name, std::int64_t value) {
    response.headers.push_back({.name = name, .value = std::to_string(value)});
  };
  add("X-Ratelimit-Limit", quota.limit);
  add("X-Ratelimit-Remaining", quota.remaining);
  add("X-Ratelimit-Reset", quota.reset_s);
  if (!quota.allowed) add("Retry-After", quota.reset_s);
}

// A standby's answer to a client that wants nothing forwarded; nothing when it may be.
std::optional<ports::Response> redirect(const Call& call, const Store& store) {
  const auto stay = ports::find_header(call.request.headers, "X-Vault-No-Request-Forwarding");
  const bool own = call.path == "sys/health" || call.path == "sys/leader" ||
                   call.path == "sys/seal-status" || call.path == "sys/unseal";
  if (!stay || stay->empty() || own || store.seal.sealed()) return std::nullopt;
  ports::Response response = answer(307);
  response.headers.push_back(
      {.name = "Location", .value = store.options.address + call.request.target});
  return response;
}

}  // namespace

Server::Server(Store& store)
    : store_(store),
      envelopes_(store.identifiers, store.options.mount_type),
      status_(store.scheduler, store.options, store.identifiers, store.tokens, store.seal),
      kv_(store.scheduler, envelopes_, store.changes),
      kv1_(envelopes_),
      token_(store.scheduler, envelopes_, store.tokens, store.policies, store.issuer),
      approle_(store.scheduler, envelopes_, store.identifiers, store.tokens, store.issuer),
      kubernetes_(store.scheduler, envelopes_, store.tokens, store.issuer, store.reviewer),
      wrapping_(store.scheduler, envelopes_, store.identifiers, store.tokens, store.wrapped),
      sys_(store, envelopes_, wrapping_) {}

Answer Server::serve(const ports::Request& request, Node node) {
  Call call(request, node);
  if (!call.known) {
    const bool api = request.target.starts_with("/v1/");
    return {.response = api ? answer(405, "{\"errors\":[]}\n") : not_found()};
  }
  if (node == Node::standby) {
    if (auto elsewhere = redirect(call, store_)) return {.response = std::move(*elsewhere)};
    call.lag = store_.options.standby_lag;
  }
  call.lag = std::max(call.lag, store_.read_lag);
  if (auto open = status_.handle(call)) return {.response = std::move(*open)};
  QuotaVerdict quota;
  if (!store_.quotas.empty()) quota = store_.quotas.take(call.path, store_.scheduler.now());
  ports::Response response;
  if (!quota.allowed) {
    response = error(429, "request path \"" + call.path + "\": rate limit quota exceeded");
  } else {
    auto refused = admit(call);
    response = refused ? std::move(*refused) : wrapping_.wrap(call, route(call));
    if (call.token_handle != 0)
      if (Token* token = store_.tokens.find(call.token_handle, store_.scheduler.wall_now()))
        store_.tokens.spend(*token);
  }
  if (quota.applies && store_.quotas.headers) add_quota_headers(response, quota);
  if (request.method == "HEAD") response.body.clear();
  return {.response = std::move(response)};
}

bool Server::is_login(const Call& call) const {
  if (!call.path.ends_with("/login") || call.operation != Operation::write) return false;
  const Mount* mount = store_.mounts.of(call.path);
  return mount != nullptr &&
         (mount->type == MountType::approle || mount->type == MountType::kubernetes) &&
         call.path.size() == mount->path.size() + 5;
}

std::optional<ports::Response> Server::admit(Call& call) {
  if (auto bad = call.parse_body()) return bad;
  const Outcome gate = store_.seal.gate();
  if (gate == Outcome::sealed) return error(503, "Vault is sealed");
  if (gate == Outcome::leaderless)
    return error(500, "local node not active but active cluster node not found");
  const bool writes = call.operation == Operation::write || call.operation == Operation::patch;
  if (writes && call.path.ends_with('/')) return error(400, "cannot write to a path ending in '/'");
  if (is_login(call)) return std::nullopt;
  const std::string_view id = token_of(call.request);
  call.token = id.empty() ? nullptr : store_.tokens.find(id, store_.scheduler.wall_now());
  if (call.token != nullptr) call.token_handle = call.token->handle;
  if (is_open(call)) return std::nullopt;
  if (call.token == nullptr) {
    if (store_.options.invalid_token_text && !id.empty())
      return error(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n");
    return error(403, denied_text);
  }
  const Mount* mount = store_.mounts.of(call.path);
  const std::string_view rest = mount == nullptr
                                    ? std::string_view()
                                    : std::string_view(call.path).substr(mount->path.size());
  if (mount != nullptr)
    if (auto bad = refuse_fields(call, *mount, rest)) return bad;
  return authorise(call, mount, rest);
}

std::optional<ports::Response> Server::authorise(const Call& call, const Mount* mount,
                                                 std::string_view rest) {
  const PolicySet& rights = store_.tokens.rights(*call.token);
  if (rights.root) return std::nullopt;
  const bool there = mount == nullptr || exists(*mount, rest);
  Capabilities needed = needed_for(call.operation, there);
  if (wants_sudo(call.path)) needed = static_cast<Capabilities>(needed | capability::sudo);
  const Capabilities has = call.operation == Operation::list ? rights.acl.at_folder(call.path)
                                                             : rights.acl.at(call.path);
  if (needed == 0 || (has & needed) != needed) return one_error(403, denied_text);
  return std::nullopt;
}

ports::Response Server::route(Call& call) {
  Mount* mount = store_.mounts.of(call.path);
  if (mount == nullptr)
    return error(404, "no handler for route \"" + call.path + "\". route entry not found.");
  if (call.operation == Operation::other) return unsupported_operation();
  const std::string_view rest = std::string_view(call.path).substr(mount->path.size());
  switch (mount->type) {
    case MountType::kv:
      return mount->version == 1 ? kv1_.handle(call, *mount, rest) : kv_.handle(call, *mount, rest);
    case MountType::system: return sys_.handle(call, rest);
    case MountType::token: return token_.handle(call, rest);
    case MountType::approle: return approle_.handle(call, mount->auth, rest);
    case MountType::kubernetes: return kubernetes_.handle(call, *mount, rest);
    case MountType::identity:
    case MountType::cubbyhole: break;
  }
  return unsupported_path();
}

}  // namespace mocks::vault
