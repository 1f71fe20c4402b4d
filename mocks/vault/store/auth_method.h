// AuthMethod: the state of one auth method, AppRole or Kubernetes: its roles and what it is told of
// the cluster (https://developer.hashicorp.com/vault/api-docs/auth/approle and
// .../auth/kubernetes).
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
struct TokenReview {
  enum class Problem { none, expired, audience, issuer };
  bool authenticated = false;
  std::string service_account_namespace = {};
  std::string service_account = {};
  std::string uid = {};
  // Why not, where Vault tells: each has its own 403 text, all else is a bare "permission denied".
  Problem problem = Problem::none;
};
using TokenReviewer = std::function<TokenReview(std::string_view jwt)>;

// What sets a Kubernetes role up; the rest of AuthRole keeps its defaults.
struct KubernetesRole {
  std::vector<std::string> names = {};       // bound_service_account_names, globs allowed
  std::vector<std::string> namespaces = {};  // bound_service_account_namespaces, globs allowed
  std::vector<std::string> policies = {};
  ports::Duration ttl{0};      // 0 = the system's default, 768 h
  ports::Duration max_ttl{0};  // 0 = the system's maximum, 768 h
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
  std::map<std::string, SecretId> secret_ids = {};  // by the secret id itself
};

// What auth/kubernetes/config holds.
struct KubernetesConfig {
  std::string host = {};
  std::string ca_cert = {};
  std::string issuer = {};
  bool disable_local_ca_jwt = false;
  bool disable_iss_validation = true;
  std::vector<std::string> pem_keys = {};
};

// Beside its Mount.
struct AuthMethod {
  std::map<std::string, AuthRole, std::less<>> roles = {};
  std::optional<KubernetesConfig> kubernetes = {};  // nothing until configured
};

}  // namespace mocks::vault
