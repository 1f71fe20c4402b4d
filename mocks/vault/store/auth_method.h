// AuthMethod: the state of one auth method, AppRole or Kubernetes: its roles and what it is told of
// the cluster (https://developer.hashicorp.com/vault/api-docs/auth/approle and
// .../auth/kubernetes).
//
// Plain facts without behaviour: the routes change them as operators ask, the Issuer reads them
// when somebody logs in. One struct serves both methods, because what a role says of tokens is the
// same; which other members count follows from the mount's type.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/vault/store/tokens.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

// What the Kubernetes API says of a service-account token (TokenReview).
// https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
struct TokenReview {
  enum class Problem { none, expired, audience, issuer };
  bool authenticated = false;  // else the names below are empty
  std::string service_account_namespace = {};
  std::string service_account = {};
  std::string uid = {};
  // Why not, where Vault tells: each has its own 403 text, all else is a bare "permission denied".
  Problem problem = Problem::none;
};
// Asked once for each login over HTTP. It must answer at once and may not call the Vault.
using TokenReviewer = std::function<TokenReview(std::string_view jwt)>;

// What sets a Kubernetes role up; the rest of AuthRole keeps its defaults.
struct KubernetesRole {
  std::vector<std::string> names = {};       // bound_service_account_names, globs allowed
  std::vector<std::string> namespaces = {};  // bound_service_account_namespaces, globs allowed
  std::vector<std::string> policies = {};    // besides "default"
  ports::Duration ttl{0};                    // 0 = the system's default, 768 h
  ports::Duration max_ttl{0};                // 0 = the system's maximum, 768 h
};

// A role of AppRole or Kubernetes auth: who may log in, and what its tokens are.
struct AuthRole {
  // --- What its tokens are: the token_* parameters; 0 = none or the system's.
  std::vector<std::string> policies = {};
  ports::Duration ttl{0};
  ports::Duration max_ttl{0};
  ports::Duration explicit_max_ttl{0};  // not even a periodic token outlives it
  ports::Duration period{0};
  std::int64_t token_uses = 0;
  bool default_policy = true;
  // --- Kubernetes: whose service accounts (bound_service_account_*), globs allowed. The audience
  // is kept and shown; whether a JWT is meant for it, the reviewer says.
  std::vector<std::string> names = {};
  std::vector<std::string> namespaces = {};
  std::string audience = {};
  std::string alias_name_source = "serviceaccount_uid";
  // The last one who logged in: agents of one fleet share one Bearer, and so one entity id.
  std::shared_ptr<const Bearer> last_bearer = {};
  std::string last_name = {};
  std::string last_namespace = {};
  std::string last_uid = {};
  // --- AppRole.
  struct SecretId {
    std::string accessor = {};   // names it where the id itself would tell too much
    std::int64_t uses_left = 0;  // 0 = unlimited; the last one removes the secret id
    std::int64_t uses = 0;       // that it was made with
    ports::Duration ttl{0};
    ports::WallTime created = no_time;
    ports::WallTime expires = no_time;                 // never
    std::map<std::string, std::string> metadata = {};  // goes into the tokens that it gives
  };
  std::string role_id = {};          // drawn when the role is made, and may be chosen afterwards
  std::int64_t secret_id_uses = 0;   // of secret ids made from now on; 0 = unlimited
  ports::Duration secret_id_ttl{0};  // likewise; 0 = never expires
  bool bind_secret_id = true;        // always: the other constraint, CIDRs, is not imitated
  std::map<std::string, SecretId> secret_ids = {};  // by the secret id itself
};

// What auth/kubernetes/config holds: shown as it was written, and without effect but that nobody
// can log in before it is there.
struct KubernetesConfig {
  std::string host = {};
  std::string ca_cert = {};
  std::string issuer = {};
  bool disable_local_ca_jwt = false;
  bool disable_iss_validation = true;
  std::vector<std::string> pem_keys = {};
};

// Part of its Mount, and gone with it.
struct AuthMethod {
  // By name. A role that is written anew keeps its secret ids, and its tokens live on.
  std::map<std::string, AuthRole, std::less<>> roles = {};
  std::optional<KubernetesConfig> kubernetes = {};  // nothing until configured
};

}  // namespace mocks::vault
