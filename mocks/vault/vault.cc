#include "mocks/vault/vault.h"

#include <algorithm>

#include "mocks/vault/state.h"
#include "mocks/vault/store/json_text.h"
#include "rotator/ports/check.h"

namespace mocks::vault {
namespace {

// Bound: shares of the unseal key.
constexpr int max_unseal_shares = 255;

std::string with_slash(std::string_view mount) { return std::string(mount) + "/"; }

bool glob_matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  const std::string_view head = pattern.substr(0, star);
  std::string_view rest = pattern.substr(star + 1);
  if (!text.starts_with(head)) return false;
  text.remove_prefix(head.size());
  if (rest.empty()) return true;
  for (std::size_t skip = 0; skip <= text.size(); ++skip)
    if (glob_matches(rest, text.substr(skip))) return true;
  return false;
}

bool bound(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [text](const auto& pattern) { return glob_matches(pattern, text); });
}

}  // namespace

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::sealed: return "sealed";
    case Outcome::leaderless: return "leaderless";
    case Outcome::rate_limited: return "rate_limited";
    case Outcome::bad_token: return "bad_token";
    case Outcome::denied: return "denied";
    case Outcome::missing: return "missing";
    case Outcome::deleted: return "deleted";
    case Outcome::conflict: return "conflict";
    case Outcome::refused: break;
  }
  return "refused";
}

// --- State

Vault::State::State(Scheduler& scheduler, Observer& observer, sim::Draws draws,
                    VaultOptions options)
    : scheduler_(scheduler),
      observer_(observer),
      options_(std::move(options)),
      tokens_(draws),
      initialised_(options_.initialised),
      sealed_(!options_.initialised),
      active_since_(scheduler.wall_now()) {
  ports::check(options_.unseal_shares >= 1 && options_.unseal_shares <= max_unseal_shares &&
                   options_.unseal_threshold >= 1 &&
                   options_.unseal_threshold <= options_.unseal_shares,
               "VaultOptions: 1 <= unseal_threshold <= unseal_shares <= 255");
  add_mount("sys/", MountType::system, 0).description =
      "system endpoints used for control, policy and debugging";
  add_mount("identity/", MountType::identity, 0).description = "identity store";
  add_mount("cubbyhole/", MountType::cubbyhole, 0).description = "per-token private secret storage";
  add_mount("auth/token/", MountType::token, 0).description = "token based credentials";
  if (!initialised_) return;
  Mount& secret = add_mount("secret/", MountType::kv, 2);
  secret.description = "key/value secret storage";
  secret.ready_at = {};
  root_ = tokens_
              .create({.policies = {"root"},
                       .bearer = std::make_shared<const Bearer>(),
                       .id = options_.root_token,
                       .never_expires = true},
                      wall_now())
              .handle;
}

Mount& Vault::State::add_mount(std::string path, MountType type, int version) {
  auto mount = std::make_unique<Mount>();
  mount->path = std::move(path);
  mount->type = type;
  mount->version = version;
  if (type == MountType::kv && version == 2) mount->ready_at = now() + options_.upgrade_window;
  if (type == MountType::approle || type == MountType::kubernetes) methods_[mount->path];
  const auto at =
      std::lower_bound(mounts_.begin(), mounts_.end(), mount->path,
                       [](const auto& a, const std::string& wanted) { return a->path < wanted; });
  return **mounts_.insert(at, std::move(mount));
}

bool Vault::State::remove_mount(std::string_view path) {
  const auto it = std::find_if(mounts_.begin(), mounts_.end(),
                               [path](const auto& mount) { return mount->path == path; });
  if (it == mounts_.end()) return false;
  if (path.starts_with("auth/")) tokens_.revoke_path(path);
  methods_.erase(std::string(path));
  mounts_.erase(it);
  return true;
}

Mount* Vault::State::mount_of(std::string_view path) {
  Mount* best = nullptr;
  for (const auto& mount : mounts_)
    if (path.starts_with(mount->path) &&
        (best == nullptr || mount->path.size() > best->path.size()))
      best = mount.get();
  return best;
}

const Mount* Vault::State::mount_at(std::string_view path) const {
  for (const auto& mount : mounts_)
    if (mount->path == path) return mount.get();
  return nullptr;
}

Outcome Vault::State::gate() const {
  if (sealed_) return Outcome::sealed;
  return leaderless() ? Outcome::leaderless : Outcome::ok;
}

Outcome Vault::State::authorise(TokenHandle handle, std::string_view path, Capabilities needed) {
  if (!quotas_.empty() && !quotas_.take(path, now()).allowed) return Outcome::rate_limited;
  if (const Outcome outcome = gate(); outcome != Outcome::ok) return outcome;
  Token* token = tokens_.find(handle, wall_now());
  if (token == nullptr) return Outcome::bad_token;
  const PolicySet& rights = tokens_.rights(*token);
  if (rights.root || (rights.acl.at(path) & needed) == needed) return Outcome::ok;
  return Outcome::denied;
}

Token& Vault::State::issue(const AuthRole& role, std::shared_ptr<const Bearer> bearer) {
  Token& token = tokens_.create({.policies = role.policies,
                                 .bearer = std::move(bearer),
                                 .ttl = role.ttl,
                                 .max_ttl = role.max_ttl,
                                 .explicit_max_ttl = role.explicit_max_ttl,
                                 .period = role.period,
                                 .uses = role.token_uses,
                                 .default_policy = role.default_policy},
                                wall_now());
  observer_.observe(
      now(), {.kind = FactKind::token_issued, .subject = name_of(token.bearer->display_name)});
  return token;
}

LoginResult Vault::State::log_in_kubernetes(std::string_view mount, std::string_view role_name,
                                            const ServiceAccount& who) {
  const auto method = methods_.find(mount);
  if (method == methods_.end()) return {.outcome = Outcome::denied};
  const auto it = method->second.roles.find(role_name);
  if (it == method->second.roles.end()) return {.outcome = Outcome::refused};
  AuthRole& role = it->second;
  if (!bound(role.names, who.name)) return {.outcome = Outcome::denied, .why = Denial::name};
  if (!bound(role.namespaces, who.service_account_namespace))
    return {.outcome = Outcome::denied, .why = Denial::service_account_namespace};
  const bool same = role.last_bearer && role.last_name == who.name &&
                    role.last_namespace == who.service_account_namespace &&
                    role.last_uid == who.uid;
  if (!same) {
    const std::string& name = role.last_name = who.name;
    const std::string& space = role.last_namespace = who.service_account_namespace;
    role.last_uid = who.uid;
    const std::string method_name(mount.substr(5, mount.size() - 6));
    role.last_bearer = std::make_shared<const Bearer>(
        Bearer{.display_name = method_name + "-" + space + "-" + name,
               .path = std::string(mount) + "login",
               .metadata = {{{"role", std::string(role_name)},
                             {"service_account_name", name},
                             {"service_account_namespace", space},
                             {"service_account_secret_name", ""},
                             {"service_account_uid", std::string(who.uid)}}},
               .entity_id = tokens_.uuid()});
  }
  const Token& token = issue(role, role.last_bearer);
  return {.outcome = Outcome::ok,
          .token = token.handle,
          .ttl = token.ttl,
          .renewable = token.renewable};
}

void Vault::State::seal() {
  if (sealed_) return;
  sealed_ = true;
  unseal_given_.clear();
  unseal_nonce_.clear();
  observer_.observe(now(), {.kind = FactKind::vault_sealed});
}

void Vault::State::unseal() {
  if (!sealed_ || !initialised_) return;
  sealed_ = false;
  unseal_given_.clear();
  unseal_nonce_.clear();
  active_since_ = wall_now();
  observer_.observe(now(), {.kind = FactKind::vault_unsealed});
}

void Vault::State::step_down() {
  leader_from_ = now() + options_.election;
  active_since_ = wall_now() + options_.election;
}

const KvVersion& Vault::State::kv_write(Mount& mount, std::string_view path, JsonView data,
                                        std::size_t expected) {
  const auto secret = data.find(secret_field_name);
  const bool there = secret && secret->is_string();
  return kv_write(mount, path, canonical(data, expected), there ? name_of(secret->text()) : 0);
}

const KvVersion& Vault::State::kv_write(Mount& mount, std::string_view path, std::string data,
                                        std::uint64_t secret) {
  const KvVersion& version = mount.kv.write(path, std::move(data), wall_now(), secret);
  kv_written(mount, path, version);
  return version;
}

void Vault::State::kv_written(const Mount& mount, std::string_view path, const KvVersion& version) {
  observer_.observe(now(), {.kind = FactKind::kv_written,
                            .subject = name_of(mount.path + std::string(path)),
                            .object = version.secret,
                            .number = version.number});
}

void Vault::State::kv_deleted(const Mount& mount, std::string_view path, std::int64_t number) {
  observer_.observe(now(), {.kind = FactKind::kv_deleted,
                            .subject = name_of(mount.path + std::string(path)),
                            .number = number});
}

ReadResult Vault::State::kv_read(Mount& mount, std::string_view path, const ReadOptions& options) {
  const KvKey* key = mount.kv.find(path);
  if (key == nullptr) return {};
  // What a standby that lags behind knows of: neither later versions nor later deletions.
  const ports::WallTime then = wall_now() - options.lag;
  const KvVersion* version = key->version(options.version);
  if (options.version <= 0)
    while (version != nullptr && version->created > then)
      version = version->number > 1 ? key->version(version->number - 1) : nullptr;
  if (version == nullptr || version->created > then) return {};
  const bool gone = version->destroyed || version->deleted_at(then);
  return {.outcome = gone ? Outcome::deleted : Outcome::ok, .version = version, .key = key};
}

// --- Vault

Vault::Vault(Scheduler& scheduler, Observer& observer, sim::Draws draws, VaultOptions options)
    : state_(std::make_unique<State>(scheduler, observer, draws, std::move(options))) {}
Vault::~Vault() = default;

Answer Vault::handle(const ports::Request& request) { return state_->serve(request, false); }
Handler& Vault::standby() { return state_->standby_; }

void Vault::enable_kv(std::string_view mount, int version) {
  const std::string path = with_slash(mount);
  state_->remove_mount(path);
  state_->add_mount(path, MountType::kv, version);
}

bool Vault::set_policy(std::string_view name, std::string_view hcl) {
  auto policy = Policy::parse(hcl);
  if (!policy) return false;
  state_->tokens_.set_policy(std::string(name), std::move(*policy));
  return true;
}

void Vault::set_kubernetes_role(std::string_view role, KubernetesRole what,
                                std::string_view mount) {
  const std::string path = "auth/" + with_slash(mount);
  if (state_->mount_at(path) == nullptr) state_->add_mount(path, MountType::kubernetes, 0);
  AuthMethod& method = state_->methods_[path];
  if (!method.kubernetes)
    method.kubernetes = KubernetesConfig{.host = "https://kubernetes.default.svc"};
  method.roles[std::string(role)] = {.policies = std::move(what.policies),
                                     .ttl = what.ttl,
                                     .max_ttl = what.max_ttl,
                                     .names = std::move(what.names),
                                     .namespaces = std::move(what.namespaces)};
}

void Vault::set_token_reviewer(TokenReviewer reviewer) { state_->reviewer_ = std::move(reviewer); }

std::string Vault::create_token(std::vector<std::string> policies, ports::Duration ttl) {
  Token& token = state_->tokens_.create({.policies = std::move(policies),
                                         .bearer = std::make_shared<const Bearer>(),
                                         .parent = state_->root_,
                                         .ttl = ttl},
                                        state_->wall_now());
  return state_->tokens_.id(token);
}

void Vault::seal() { state_->seal(); }
void Vault::unseal() { state_->unseal(); }
bool Vault::sealed() const { return state_->sealed_; }
void Vault::step_down() { state_->step_down(); }

std::string Vault::unseal_key(int share) const {
  return state_->unseal_keys().at(static_cast<std::size_t>(share));
}

bool Vault::revoke(std::string_view token) {
  const Token* found = state_->tokens_.find(token, state_->wall_now());
  return found != nullptr && state_->tokens_.revoke(found->handle);
}

bool Vault::revoke(TokenHandle token) { return state_->tokens_.revoke(token); }

LoginResult Vault::log_in(std::string_view role, const ServiceAccount& who,
                          std::string_view mount) {
  const std::string path = "auth/" + with_slash(mount);
  if (!state_->quotas_.empty() && !state_->quotas_.take(path, state_->now()).allowed)
    return {.outcome = Outcome::rate_limited};
  if (const Outcome gate = state_->gate(); gate != Outcome::ok) return {.outcome = gate};
  return state_->log_in_kubernetes(path, role, who);
}

LoginResult Vault::renew(TokenHandle handle) {
  const Outcome outcome = state_->authorise(handle, "auth/token/renew-self", capability::update);
  if (outcome != Outcome::ok) return {.outcome = outcome};
  Token& token = *state_->tokens_.find(handle, state_->wall_now());
  const auto renewal = state_->tokens_.renew(token, {}, state_->wall_now());
  if (!renewal) return {.outcome = Outcome::refused, .token = handle};
  return {.outcome = Outcome::ok, .token = handle, .ttl = renewal->granted, .renewable = true};
}

Outcome Vault::preflight(TokenHandle handle, std::string_view path) {
  if (const Outcome gate = state_->gate(); gate != Outcome::ok) return gate;
  Token* token = state_->tokens_.find(handle, state_->wall_now());
  if (token == nullptr) return Outcome::bad_token;
  const Mount* mount = state_->mount_of(path);
  if (mount == nullptr) return Outcome::denied;
  const PolicySet& rights = state_->tokens_.rights(*token);
  return rights.root || rights.acl.any_below(mount->path) ? Outcome::ok : Outcome::denied;
}

ReadResult Vault::read(TokenHandle token, std::string_view path, const ReadOptions& options) {
  const Outcome outcome = state_->authorise(token, path, capability::read);
  if (outcome != Outcome::ok) return {.outcome = outcome};
  Mount* mount = state_->mount_of(path);
  if (mount == nullptr || mount->type != MountType::kv || mount->version != 2) return {};
  path.remove_prefix(mount->path.size());
  if (state_->now() < mount->ready_at) return {.outcome = Outcome::refused};
  if (!path.starts_with("data/")) return {};
  return state_->kv_read(*mount, path.substr(5), options);
}

std::string Vault::data_path(std::string_view path) const {
  const Mount* mount = state_->mount_of(path);
  if (mount == nullptr || mount->type != MountType::kv || mount->version != 2)
    return std::string(path);
  const std::string_view rest = path.substr(mount->path.size());
  for (const std::string_view verb : {"data/", "metadata/", "subkeys/"})
    if (rest.starts_with(verb)) return std::string(path);
  return mount->path + "data/" + std::string(rest);
}

Outcome Vault::write(TokenHandle token, std::string_view path, std::string_view field,
                     std::string_view value, std::optional<std::int64_t> cas) {
  Mount* mount = state_->mount_of(path);
  const std::string_view rest =
      mount == nullptr ? std::string_view() : path.substr(mount->path.size());
  const bool kv2 = mount != nullptr && mount->type == MountType::kv && mount->version == 2 &&
                   rest.starts_with("data/");
  const std::string_view key = kv2 ? rest.substr(5) : std::string_view();
  const bool there = kv2 && mount->kv.find(key) != nullptr;
  const Outcome outcome =
      state_->authorise(token, path, there ? capability::update : capability::create);
  if (outcome != Outcome::ok) return outcome;
  if (!kv2) return Outcome::missing;
  if (state_->now() < mount->ready_at) return Outcome::refused;
  switch (mount->kv.check(key, cas)) {
    case CasVerdict::required: return Outcome::refused;
    case CasVerdict::mismatch: return Outcome::conflict;
    case CasVerdict::pass: break;
  }
  state_->kv_write(*mount, key, object_with(field, value),
                   field == secret_field_name ? name_of(value) : 0);
  return Outcome::ok;
}

TokenHandle Vault::root() const { return state_->root_; }

std::optional<std::string> Vault::field(std::string_view mount, std::string_view path,
                                        std::string_view name) const {
  const Mount* found = state_->mount_at(with_slash(mount));
  const KvKey* key = found == nullptr ? nullptr : found->kv.find(path);
  const KvVersion* version = key == nullptr ? nullptr : key->version(0);
  if (version == nullptr || !version->readable_at(state_->wall_now())) return std::nullopt;
  return string_field(version->data, name);
}

std::string Vault::history(std::string_view mount, std::string_view path) const {
  const Mount* found = state_->mount_at(with_slash(mount));
  const KvKey* key = found == nullptr ? nullptr : found->kv.find(path);
  std::string all;
  if (key == nullptr) return all;
  for (const KvVersion& version : key->versions) all += version.data + '\n';
  return all;
}

std::int64_t Vault::current_version(std::string_view mount, std::string_view path) const {
  const Mount* found = state_->mount_at(with_slash(mount));
  const KvKey* key = found == nullptr ? nullptr : found->kv.find(path);
  return key == nullptr ? 0 : key->current;
}

std::size_t Vault::live_tokens() const { return state_->tokens_.live(state_->wall_now()); }

}  // namespace mocks::vault
