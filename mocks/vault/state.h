// Vault::State: what a Vault holds and decides, shared by its HTTP face (http/) and its typed face
// (vault.cc). Only those include this.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/vault/http/call.h"
#include "mocks/vault/store/kv.h"
#include "mocks/vault/store/quota.h"
#include "mocks/vault/store/tokens.h"
#include "mocks/vault/vault.h"

namespace mocks::vault {

enum class MountType { kv, system, identity, cubbyhole, token, approle, kubernetes };

// An entry of sys/mounts or sys/auth.
struct Mount {
  std::string path = {};  // with trailing slash; auth mounts begin with "auth/"
  MountType type = MountType::kv;
  int version = 2;  // of kv
  std::string description = {};
  std::string accessor = {};  // drawn when first shown
  std::string uuid = {};
  ports::Duration default_ttl{0};
  ports::Duration max_ttl{0};
  ports::Instant ready_at = {};  // of kv version 2: until then it is "upgrading"
  KvEngine kv = {};
  std::map<std::string, std::string, std::less<>> kv1 = {};  // path -> canonical JSON
};

// A role of AppRole or Kubernetes auth: who may log in, and what its tokens are.
struct AuthRole {
  std::vector<std::string> policies = {};
  ports::Duration ttl{0};
  ports::Duration max_ttl{0};
  ports::Duration explicit_max_ttl{0};
  ports::Duration period{0};
  std::int64_t token_uses = 0;
  bool default_policy = true;
  // Kubernetes.
  std::vector<std::string> names = {};
  std::vector<std::string> namespaces = {};
  std::string audience = {};
  std::string alias_name_source = "serviceaccount_uid";
  // The last one who logged in: agents of one fleet share it.
  std::shared_ptr<const Bearer> last_bearer = {};
  std::string last_name = {};
  std::string last_namespace = {};
  std::string last_uid = {};
  // AppRole.
  struct SecretId {
    std::string accessor = {};
    std::int64_t uses_left = 0;  // 0 = unlimited
    std::int64_t uses = 0;
    ports::Duration ttl{0};
    ports::WallTime created = no_time;
    ports::WallTime expires = no_time;
    std::map<std::string, std::string> metadata = {};
  };
  std::string role_id = {};
  std::int64_t secret_id_uses = 0;
  ports::Duration secret_id_ttl{0};
  bool bind_secret_id = true;
  std::map<std::string, SecretId> secret_ids = {};
};

struct KubernetesConfig {
  std::string host = {};
  std::string ca_cert = {};
  std::string issuer = {};
  bool disable_local_ca_jwt = false;
  bool disable_iss_validation = true;
  std::vector<std::string> pem_keys = {};
};

// One auth method's own state, beside its Mount.
struct AuthMethod {
  std::map<std::string, AuthRole, std::less<>> roles = {};
  std::optional<KubernetesConfig> kubernetes = {};
};

struct Wrapped {
  std::string body = {};  // the envelope as it would have been answered
  std::string creation_path = {};
  ports::WallTime created = no_time;
  ports::Duration ttl{0};
};

class Vault::State final : public Handler {
 public:
  State(Scheduler& scheduler, Observer& observer, sim::Draws draws, VaultOptions options);

  // The active node over HTTP.
  Answer handle(const ports::Request& request) override { return serve(request, false); }
  // Either node (http/serve.cc).
  Answer serve(const ports::Request& request, bool standby);

  // --- Shared decisions.
  ports::Instant now() const { return scheduler_.now(); }
  ports::WallTime wall_now() const { return scheduler_.wall_now(); }
  bool leaderless() const { return now() < leader_from_; }
  Mount* mount_of(std::string_view path);
  const Mount* mount_at(std::string_view path) const;  // `path` with trailing slash, exactly
  Mount& add_mount(std::string path, MountType type, int version);
  bool remove_mount(std::string_view path);
  // Seal and leader; Outcome::ok when calls are served.
  Outcome gate() const;
  // The shares, drawn at the first call.
  const std::vector<std::string>& unseal_keys();
  Outcome authorise(TokenHandle token, std::string_view path, Capabilities needed);
  LoginResult log_in_kubernetes(std::string_view mount, std::string_view role,
                                const ServiceAccount& who);
  Token& issue(const AuthRole& role, std::shared_ptr<const Bearer> bearer);
  void seal();
  void unseal();
  void step_down();

  // --- KV with its facts.
  // `expected`: about how long the data's text is.
  const KvVersion& kv_write(Mount& mount, std::string_view path, JsonView data,
                            std::size_t expected = 0);
  // `data` is canonical JSON text, `secret` the name_of the client secret in it, or 0.
  const KvVersion& kv_write(Mount& mount, std::string_view path, std::string data,
                            std::uint64_t secret);
  void kv_written(const Mount& mount, std::string_view path, const KvVersion& version);
  void kv_deleted(const Mount& mount, std::string_view path, std::int64_t number);
  ReadResult kv_read(Mount& mount, std::string_view path, const ReadOptions& options);

  // --- HTTP, by noun. Each gets a call that passed seal, quota, token and policy.
  ports::Response kv_http(Call& call, Mount& mount, std::string_view rest);
  ports::Response sys_http(Call& call, std::string_view rest);
  ports::Response token_http(Call& call, std::string_view rest);
  ports::Response approle_http(Call& call, Mount& mount, std::string_view rest);
  ports::Response kubernetes_http(Call& call, Mount& mount, std::string_view rest);

  Scheduler& scheduler_;
  Observer& observer_;
  VaultOptions options_;
  TokenStore tokens_;
  RateQuotas quotas_;
  std::vector<std::unique_ptr<Mount>> mounts_;              // sorted by path
  std::map<std::string, AuthMethod, std::less<>> methods_;  // by mount path
  std::map<std::string, Wrapped> wrapped_;                  // by wrapping token
  TokenReviewer reviewer_;
  TokenHandle root_ = 0;
  bool initialised_ = true;
  bool sealed_ = false;
  ports::Instant leader_from_ = {};
  ports::WallTime active_since_ = no_time;
  std::vector<std::string> unseal_keys_;
  std::vector<std::string> unseal_given_;  // shares handed in so far
  std::string unseal_nonce_;

  class Standby final : public Handler {
   public:
    explicit Standby(State& state) : state_(state) {}
    Answer handle(const ports::Request& request) override { return state_.serve(request, true); }

   private:
    State& state_;
  };
  Standby standby_{*this};

 private:
  // http/serve.cc
  ports::Response route(Call& call);
  std::optional<ports::Response> admit(Call& call);
  bool is_login(const Call& call);
  bool is_open(const Call& call) const;
  ports::Response wrap(Call& call, ports::Response response);
  // http/kv.cc, http/kv_metadata.cc
  ports::Response kv1_http(Call& call, Mount& mount, std::string_view path);
  ports::Response kv_data(Call& call, Mount& mount, std::string_view path);
  ports::Response kv_data_read(Call& call, Mount& mount, std::string_view path);
  ports::Response kv_data_write(Call& call, Mount& mount, std::string_view path);
  ports::Response kv_data_patch(Call& call, Mount& mount, std::string_view path);
  ports::Response kv_subkeys(Call& call, Mount& mount, std::string_view path);
  ports::Response kv_metadata(Call& call, Mount& mount, std::string_view path);
  ports::Response kv_metadata_change(Call& call, Mount& mount, std::string_view path);
  ports::Response kv_versions(Call& call, Mount& mount, std::string_view verb,
                              std::string_view path);
  ports::Response kv_config(Call& call, Mount& mount);
  // http/sys.cc, http/mounts.cc
  std::optional<ports::Response> sys_open(Call& call);
  ports::Response health(const Call& call) const;
  ports::Response seal_status() const;
  ports::Response leader(bool standby) const;
  std::string cluster_id() const;
  ports::Response init(const Call& call);
  ports::Response unseal_http(const Call& call);
  ports::Response mounts_http(Call& call, std::string_view rest, bool auth);
  ports::Response mount_create(Call& call, const std::string& path, bool auth);
  ports::Response mount_tune(Call& call, Mount& mount);
  ports::Response preflight_http(Call& call, std::string_view path);
  ports::Response policies_http(Call& call, std::string_view name, bool older);
  ports::Response capabilities_http(Call& call, std::string_view whose);
  ports::Response quotas_http(Call& call, std::string_view rest);
  ports::Response leases_http(Call& call, std::string_view rest);
  ports::Response wrapping_http(Call& call, std::string_view rest);
  void append_mount(std::string& out, Mount& mount, bool with_path);
  // http/token.cc
  ports::Response token_create(Call& call, bool orphan);
  ports::Response token_lookup(Call& call, Token& token);
  ports::Response token_renew(Call& call, Token& token);
  std::string auth_text(Token& token, ports::Duration lease);
  // http/auth.cc
  ports::Response login_response(Call& call, Token& token);
  ports::Response approle_login(Call& call, AuthMethod& method);
  ports::Response secret_id_http(Call& call, AuthRole& role, std::string_view verb);
  ports::Response kubernetes_login(Call& call, Mount& mount);
  std::optional<ports::Response> read_role(Call& call, AuthRole& role);
  Envelope envelope(std::string_view mount_type);
};

}  // namespace mocks::vault
