// Issuer: hands out tokens to those who log in, and tells it (Fact token_issued, subject =
// name_of(display name)). What a login proves about its bearer is decided here once for both faces
// (https://developer.hashicorp.com/vault/docs/auth/kubernetes; display names, metadata and the
// order of refusals as measured on Vault 1.14).
#pragma once

#include <memory>
#include <string_view>

#include "mocks/facts.h"
#include "mocks/scheduler.h"
#include "mocks/vault/store/identifiers.h"
#include "mocks/vault/store/mounts.h"
#include "mocks/vault/store/outcome.h"
#include "mocks/vault/store/tokens.h"

namespace mocks::vault {

// Who logs in by Kubernetes auth, as the cluster vouches for it: views, valid during the call.
struct ServiceAccount {
  std::string_view service_account_namespace = {};
  std::string_view name = {};
  std::string_view uid = {};
};

// Why a Kubernetes login was denied, where Vault tells.
// Each has its own 403 text.
enum class Denial { none, name, service_account_namespace };

// What a login, or a renewal, came to. Without a token unless the outcome is ok.
struct LoginResult {
  Outcome outcome = Outcome::denied;
  Denial why = Denial::none;
  TokenHandle token = 0;
  ports::Duration ttl{0};  // granted from now on
  bool renewable = false;
};

class Issuer {
 public:
  // All must outlive it.
  Issuer(const Scheduler& scheduler, Observer& observer, Identifiers& identifiers,
         TokenStore& tokens)
      : scheduler_(scheduler), observer_(observer), identifiers_(identifiers), tokens_(tokens) {}

  // Never refuses: whoever calls has decided that this token may be. The reference is good until
  // that token is revoked.
  Token& issue(TokenRequest request);
  // With the limits and policies of a role; `bearer` is not null.
  Token& issue(const AuthRole& role, std::shared_ptr<const Bearer> bearer);

  // Kubernetes auth at `mount`, whose JWT has been reviewed. Denied when there is no such method
  // (null) or the role is not for this account, refused when there is no such role. Accounts and
  // namespaces are compared with globs, names first. One and the same account that logs in again
  // and again to one role shares one Bearer and draws nothing: a fleet's logins stay cheap.
  LoginResult log_in_kubernetes(Mount* mount, std::string_view role, const ServiceAccount& who);

 private:
  const Scheduler& scheduler_;
  Observer& observer_;
  Identifiers& identifiers_;
  TokenStore& tokens_;
};

}  // namespace mocks::vault
