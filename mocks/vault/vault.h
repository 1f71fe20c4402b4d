// Vault: one Vault cluster as clients see it, as a Handler over its HTTP API and as a typed face
// for actors of the simulated world (Vault Agents, the harness). Both faces share every decision:
// seal, quota, token, policy, check-and-set.
//
// Imitates HashiCorp Vault Community 1.14 as recorded
// (https://developer.hashicorp.com/vault/api-docs): KV version 2 (and enough of version 1 to be
// told apart), policies, tokens, AppRole, Kubernetes auth, response wrapping, rate-limit quotas,
// health, seal, leader and standby. What 1.16 and later answer differently is an option. Not
// imitated: audit devices, identity, cubbyhole, namespaces (the header is ignored, as the community
// edition does), plugins other than kv, token, approle and kubernetes.
//
// State lives in memory only, as a dev server's does. One Vault may stand behind several nodes: the
// Vault itself is the active one, standby() another.
//
// Facts: kv_written and kv_deleted (subject = name_of("mount/path"), number = KV version, object =
// name_of(value of client_secret), 0 without one), vault_sealed, vault_unsealed, token_issued
// (subject = name_of(display name)).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/vault/store/auth_method.h"
#include "mocks/vault/store/issuer.h"
#include "mocks/vault/store/kv.h"
#include "mocks/vault/store/options.h"
#include "mocks/vault/store/outcome.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

class Vault final : public Handler {
 public:
  // Scheduler and observer must outlive it. Starts unsealed, with the root token's text that the
  // options give, unless they want it not yet initialised.
  Vault(Scheduler& scheduler, Observer& observer, sim::Draws draws, VaultOptions options = {});
  ~Vault() override;
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

  // The active node.
  Answer handle(const ports::Request& request) override;
  // Another node of the same cluster: forwards to the active one, or redirects (307) when asked not
  // to; lags behind with VaultOptions::standby_lag. Lives as long as the Vault.
  Handler& standby();

  // --- Setting up, as an operator with the root token would. Repeating one replaces what was
  // there. `mount` without slashes. version 1 or 2.
  void enable_kv(std::string_view mount, int version = 2);
  // False when the HCL is not understood (see policy.h); nothing changes then.
  [[nodiscard]] bool set_policy(std::string_view name, std::string_view hcl);
  void set_kubernetes_role(std::string_view role, KubernetesRole what,
                           std::string_view mount = "kubernetes");
  // Checks the JWTs of Kubernetes logins over HTTP; without one every login is denied.
  void set_token_reviewer(TokenReviewer reviewer);
  // A service token, child of the root token; ttl 0 = the system's default. Returns its text, which
  // holds for this world alone.
  std::string create_token(std::vector<std::string> policies, ports::Duration ttl = {});

  // --- What happens to a cluster.
  // Sealed it answers 503 to all but status and unsealing; tokens and values stay. Both idempotent;
  // unseal() needs no share.
  void seal();
  void unseal();
  bool sealed() const;
  // The i-th share of the unseal key, hexadecimal.
  std::string unseal_key(int share) const;
  // The active node steps down: no node is active until VaultOptions::election has passed.
  void step_down();
  // From now on clients are served by a standby that is `lag` behind the active node, as behind a
  // load balancer that does not ask for the leader: values and metadata are read as they were
  // `lag` ago, writes are forwarded and their check-and-set is the active node's
  // (https://developer.hashicorp.com/vault/docs/enterprise/consistency). Both faces. A list, and a
  // version that was destroyed, show the present. 0: by the active node again.
  void set_read_lag(ports::Duration lag);
  // Ends every token that logins at auth/`mount` have issued, as their expiry would; how many. New
  // logins are not hindered.
  std::size_t revoke_logins(std::string_view mount = "kubernetes");
  // Revokes a token and its children by text; false when there was none.
  bool revoke(std::string_view token);
  bool revoke(TokenHandle token);

  // --- The typed face: for callers that are many, who would only have text made for them to take
  // it apart again. The same checks in the same order, and the same facts. `path` as in the API,
  // e.g. "portal-kv/data/oidc/portal".
  LoginResult log_in(std::string_view role, const ServiceAccount& who,
                     std::string_view mount = "kubernetes");
  // Extends by the token's own TTL, up to its maximum; outcome refused when it cannot be renewed.
  LoginResult renew(TokenHandle token);
  // sys/internal/ui/mounts: may the token see that path's mount? ok, denied, or what stops any
  // call.
  Outcome preflight(TokenHandle token, std::string_view path);
  // data/ of a KV version 2 mount; anything else is missing. Good until the next change.
  ReadResult read(TokenHandle token, std::string_view path, const ReadOptions& options = {});
  // consul-template's rule: "mount/x" becomes "mount/data/x" on a KV version 2 mount, unless data/,
  // metadata/ or subkeys/ is there already.
  std::string data_path(std::string_view path) const;
  // One string field as the whole data. `cas` absent = not checked. The new version's number is in
  // current_version().
  Outcome write(TokenHandle token, std::string_view path, std::string_view field,
                std::string_view value, std::optional<std::int64_t> cas = {});
  // May do everything and never expires; 0 before initialisation.
  TokenHandle root() const;

  // --- Looking, without token or seal: for the harness and tests.
  // The current version's string field, when that version is readable.
  std::optional<std::string> field(std::string_view mount, std::string_view path,
                                   std::string_view name) const;
  // What every kept version of a path holds, JSON texts, one a line.
  std::string history(std::string_view mount, std::string_view path) const;
  // Its versions and settings; null for a path that has none. Good until the next change.
  const KvKey* key(std::string_view mount, std::string_view path) const;
  // 0 = never written.
  std::int64_t current_version(std::string_view mount, std::string_view path) const;
  // Not expired and not revoked, the root token among them.
  std::size_t live_tokens() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mocks::vault
