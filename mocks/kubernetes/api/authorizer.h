// Authorizer: whose token it is, and what they may do (RBAC).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

inline constexpr std::size_t max_tokens = 100'000;  // issued and not yet expired

struct Account {
  const User* user = nullptr;  // null: anonymous, or somebody impersonated without rules
  std::string name = "system:anonymous";
  std::string uid = {};
  std::string token_id = {};  // "jti" of the token
  bool authenticated() const { return name != "system:anonymous"; }
  std::vector<std::string> groups() const;
  // "system:serviceaccount:NAMESPACE:NAME", split; empty for others.
  std::string_view service_account_namespace() const;
  std::string_view service_account_name() const;
};

// What somebody wants to do.
struct Access {
  std::string_view verb = {};
  std::string_view group = {};
  std::string_view resource = {};
  std::string_view subresource = {};
  std::string_view kubernetes_namespace = {};
  std::string_view name = {};
  std::string full_resource() const;  // "pods" or "pods/exec", as a rule names it
};

class Authorizer {
 public:
  explicit Authorizer(Registry& registry);

  // The account of a bearer token; null when it is not known, expired or revoked.
  const Account* find(std::string_view token) const;
  const Account& anonymous() const { return anonymous_; }
  bool may(const Account& account, const Access& access) const;
  // Why: "RBAC: allowed by RoleBinding ..."; empty for administrators.
  std::string reason(const Account& account) const;
  // Every path that is not an object: /version, /healthz, /api...
  bool may_see(const Account& account, std::string_view path) const;

  // A token for a known user; empty when the user is not known.
  std::string issue(const std::string& user, ports::Duration lifetime);
  void revoke(const std::string& user);
  const User* user(std::string_view name) const;

 private:
  struct Token {
    Account account = {};
    ports::Instant expires = ports::Instant::max();
  };
  Registry& registry_;
  Account anonymous_;
  std::map<std::string, Token, std::less<>> tokens_;
  std::map<std::string, std::string, std::less<>> uids_;  // by user name
};

}  // namespace mocks::kubernetes
