#include "mocks/vault/vault.h"

#include <algorithm>

#include "mocks/vault/http/server.h"
#include "mocks/vault/store/json_text.h"
#include "mocks/vault/store/store.h"

namespace mocks::vault {
namespace {

std::string with_slash(std::string_view mount) { return std::string(mount) + "/"; }

// Quota, seal, token and policy, as the HTTP face asks them.
Outcome authorise(Store& store, TokenHandle handle, std::string_view path, Capabilities needed) {
  if (!store.quotas.empty() && !store.quotas.take(path, store.scheduler.now()).allowed)
    return Outcome::rate_limited;
  if (const Outcome outcome = store.seal.gate(); outcome != Outcome::ok) return outcome;
  const Token* token = store.tokens.find(handle, store.scheduler.wall_now());
  if (token == nullptr) return Outcome::bad_token;
  const PolicySet& rights = store.tokens.rights(*token);
  if (rights.root || (rights.acl.at(path) & needed) == needed) return Outcome::ok;
  return Outcome::denied;
}

// Null where nothing was written.
const KvKey* key_at(const Store& store, std::string_view mount, std::string_view path) {
  const Mount* found = store.mounts.at(with_slash(mount));
  return found == nullptr ? nullptr : found->kv.find(path);
}

}  // namespace

struct Vault::Parts {
  Parts(Scheduler& scheduler, Observer& observer, sim::Draws draws, VaultOptions options)
      : store(scheduler, observer, draws, std::move(options)), server(store) {}

  Store store;
  Server server;

  class Standby final : public Handler {
   public:
    explicit Standby(Server& server) : server_(server) {}
    Answer handle(const ports::Request& request) override {
      return server_.serve(request, Node::standby);
    }

   private:
    Server& server_;
  };
  Standby standby{server};
};

Vault::Vault(Scheduler& scheduler, Observer& observer, sim::Draws draws, VaultOptions options)
    : parts_(std::make_unique<Parts>(scheduler, observer, draws, std::move(options))) {}
Vault::~Vault() = default;

Answer Vault::handle(const ports::Request& request) {
  return parts_->server.serve(request, Node::active);
}
Handler& Vault::standby() { return parts_->standby; }

void Vault::enable_kv(std::string_view mount, int version) {
  const std::string path = with_slash(mount);
  parts_->store.mounts.remove(path);
  parts_->store.mounts.add(path, MountType::kv, version);
}

bool Vault::set_policy(std::string_view name, std::string_view hcl) {
  auto policy = Policy::parse(hcl);
  if (!policy) return false;
  parts_->store.policies.set(std::string(name), std::move(*policy));
  return true;
}

void Vault::set_kubernetes_role(std::string_view role, KubernetesRole what,
                                std::string_view mount) {
  const std::string path = "auth/" + with_slash(mount);
  Mount* found = parts_->store.mounts.at(path);
  if (found == nullptr) found = &parts_->store.mounts.add(path, MountType::kubernetes, 0);
  AuthMethod& method = found->auth;
  if (!method.kubernetes)
    method.kubernetes = KubernetesConfig{.host = "https://kubernetes.default.svc"};
  method.roles[std::string(role)] = {.policies = std::move(what.policies),
                                     .ttl = what.ttl,
                                     .max_ttl = what.max_ttl,
                                     .names = std::move(what.names),
                                     .namespaces = std::move(what.namespaces)};
}

void Vault::set_token_reviewer(TokenReviewer reviewer) {
  parts_->store.reviewer = std::move(reviewer);
}

std::string Vault::create_token(std::vector<std::string> policies, ports::Duration ttl) {
  TokenStore& tokens = parts_->store.tokens;
  Token& token = tokens.create({.policies = std::move(policies),
                                .bearer = std::make_shared<const Bearer>(),
                                .parent = tokens.root(),
                                .ttl = ttl},
                               parts_->store.scheduler.wall_now());
  return tokens.id(token);
}

void Vault::seal() { parts_->store.seal.seal(); }
void Vault::unseal() { parts_->store.seal.unseal(); }
bool Vault::sealed() const { return parts_->store.seal.sealed(); }
void Vault::step_down() { parts_->store.seal.step_down(); }

std::string Vault::unseal_key(int share) const {
  return parts_->store.seal.keys().at(static_cast<std::size_t>(share));
}

void Vault::set_read_lag(ports::Duration lag) { parts_->store.read_lag = lag; }

std::size_t Vault::revoke_logins(std::string_view mount) {
  return parts_->store.tokens.revoke_path("auth/" + with_slash(mount));
}

bool Vault::revoke(std::string_view token) {
  TokenStore& tokens = parts_->store.tokens;
  const Token* found = tokens.find(token, parts_->store.scheduler.wall_now());
  return found != nullptr && tokens.revoke(found->handle);
}

bool Vault::revoke(TokenHandle token) { return parts_->store.tokens.revoke(token); }

LoginResult Vault::log_in(std::string_view role, const ServiceAccount& who,
                          std::string_view mount) {
  Store& store = parts_->store;
  const std::string path = "auth/" + with_slash(mount);
  if (!store.quotas.empty() && !store.quotas.take(path, store.scheduler.now()).allowed)
    return {.outcome = Outcome::rate_limited};
  if (const Outcome gate = store.seal.gate(); gate != Outcome::ok) return {.outcome = gate};
  return store.issuer.log_in_kubernetes(store.mounts.at(path), role, who);
}

LoginResult Vault::renew(TokenHandle handle) {
  Store& store = parts_->store;
  const Outcome outcome = authorise(store, handle, "auth/token/renew-self", capability::update);
  if (outcome != Outcome::ok) return {.outcome = outcome};
  const ports::WallTime now = store.scheduler.wall_now();
  Token& token = *store.tokens.find(handle, now);
  const auto renewal = store.tokens.renew(token, {}, now);
  if (!renewal) return {.outcome = Outcome::refused, .token = handle};
  return {.outcome = Outcome::ok, .token = handle, .ttl = renewal->granted, .renewable = true};
}

Outcome Vault::preflight(TokenHandle handle, std::string_view path) {
  Store& store = parts_->store;
  if (const Outcome gate = store.seal.gate(); gate != Outcome::ok) return gate;
  const Token* token = store.tokens.find(handle, store.scheduler.wall_now());
  if (token == nullptr) return Outcome::bad_token;
  const Mount* mount = store.mounts.of(path);
  if (mount == nullptr) return Outcome::denied;
  const PolicySet& rights = store.tokens.rights(*token);
  return rights.root || rights.acl.any_below(mount->path) ? Outcome::ok : Outcome::denied;
}

ReadResult Vault::read(TokenHandle token, std::string_view path, const ReadOptions& options) {
  Store& store = parts_->store;
  const Outcome outcome = authorise(store, token, path, capability::read);
  if (outcome != Outcome::ok) return {.outcome = outcome};
  const Mount* mount = store.mounts.of(path);
  if (mount == nullptr || !mount->is_kv2()) return {};
  path.remove_prefix(mount->path.size());
  if (store.scheduler.now() < mount->ready_at) return {.outcome = Outcome::refused};
  if (!path.starts_with("data/")) return {};
  const ReadOptions seen{.version = options.version, .lag = std::max(options.lag, store.read_lag)};
  return mount->kv.read(path.substr(5), seen, store.scheduler.wall_now());
}

std::string Vault::data_path(std::string_view path) const {
  const Mount* mount = parts_->store.mounts.of(path);
  if (mount == nullptr || !mount->is_kv2()) return std::string(path);
  const std::string_view rest = path.substr(mount->path.size());
  for (const std::string_view verb : {"data/", "metadata/", "subkeys/"})
    if (rest.starts_with(verb)) return std::string(path);
  return mount->path + "data/" + std::string(rest);
}

Outcome Vault::write(TokenHandle token, std::string_view path, std::string_view field,
                     std::string_view value, std::optional<std::int64_t> cas) {
  Store& store = parts_->store;
  Mount* mount = store.mounts.of(path);
  const std::string_view rest =
      mount == nullptr ? std::string_view() : path.substr(mount->path.size());
  const bool kv2 = mount != nullptr && mount->is_kv2() && rest.starts_with("data/");
  const std::string_view key = kv2 ? rest.substr(5) : std::string_view();
  const bool there = kv2 && mount->kv.find(key) != nullptr;
  const Outcome outcome =
      authorise(store, token, path, there ? capability::update : capability::create);
  if (outcome != Outcome::ok) return outcome;
  if (!kv2) return Outcome::missing;
  if (store.scheduler.now() < mount->ready_at) return Outcome::refused;
  switch (mount->kv.check(key, cas)) {
    case CasVerdict::required: return Outcome::refused;
    case CasVerdict::mismatch: return Outcome::conflict;
    case CasVerdict::pass: break;
  }
  store.changes.write(*mount, key, object_with(field, value),
                      field == secret_field_name ? name_of(value) : 0);
  return Outcome::ok;
}

TokenHandle Vault::root() const { return parts_->store.tokens.root(); }

std::optional<std::string> Vault::field(std::string_view mount, std::string_view path,
                                        std::string_view name) const {
  const KvKey* key = key_at(parts_->store, mount, path);
  const KvVersion* version = key == nullptr ? nullptr : key->version(0);
  if (version == nullptr || !version->readable_at(parts_->store.scheduler.wall_now()))
    return std::nullopt;
  return string_field(version->data, name);
}

std::string Vault::history(std::string_view mount, std::string_view path) const {
  const KvKey* key = key_at(parts_->store, mount, path);
  std::string all;
  if (key == nullptr) return all;
  for (const KvVersion& version : key->versions) all += version.data + '\n';
  return all;
}

const KvKey* Vault::key(std::string_view mount, std::string_view path) const {
  return key_at(parts_->store, mount, path);
}

std::int64_t Vault::current_version(std::string_view mount, std::string_view path) const {
  const KvKey* key = key_at(parts_->store, mount, path);
  return key == nullptr ? 0 : key->current;
}

std::size_t Vault::live_tokens() const {
  return parts_->store.tokens.live(parts_->store.scheduler.wall_now());
}

}  // namespace mocks::vault
