// TokenStore: tokens and what they may do
// (https://developer.hashicorp.com/vault/docs/concepts/tokens). Expiry is looked at when a token is
// used: an expired one is as good as gone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mocks/sim/draws.h"
#include "mocks/vault/store/policy.h"
#include "mocks/vault/vault.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

// The system's default and maximum lease, 768 h.
inline constexpr ports::Duration system_ttl = std::chrono::hours(768);

// The policies of a token under their names, compiled once for all tokens that have the same.
struct PolicySet {
  std::vector<std::string> names = {};  // sorted
  bool root = false;
  Acl acl = {};
  std::uint64_t generation = 0;  // of the policies it was compiled from
};

// Who a token belongs to: shared by all tokens of one login.
struct Bearer {
  std::string display_name = "token";
  std::string path = "auth/token/create";
  std::optional<std::map<std::string, std::string>> metadata = {};
  std::string entity_id = {};
};

struct Token {
  TokenHandle handle = 0;
  std::string id = {};        // drawn when first asked for
  std::string accessor = {};  // likewise
  PolicySet* policies = nullptr;
  std::shared_ptr<const Bearer> bearer = {};
  TokenHandle parent = 0;
  bool has_children = false;  // or had: revoking the others need not look for any
  ports::WallTime created = no_time;
  ports::WallTime expires = no_time;  // never
  ports::WallTime last_renewal = no_time;
  ports::Duration creation_ttl{0};
  ports::Duration ttl{0};      // what a renewal without increment grants
  ports::Duration max_ttl{0};  // from creation; 0 = the system's
  ports::Duration explicit_max_ttl{0};
  ports::Duration period{0};
  std::int64_t uses_left = 0;  // 0 = unlimited
  bool renewable = false;
  bool orphan = false;
  bool batch = false;

  bool expired_at(ports::WallTime now) const { return expires != no_time && expires <= now; }
};

struct TokenRequest {
  std::vector<std::string> policies = {};
  std::shared_ptr<const Bearer> bearer = {};  // never null
  TokenHandle parent = 0;
  std::string id = {};         // empty = drawn
  ports::Duration ttl{0};      // 0 = the system's
  ports::Duration max_ttl{0};  // 0 = the system's
  ports::Duration explicit_max_ttl{0};
  ports::Duration period{0};
  std::int64_t uses = 0;
  bool renewable = true;
  bool never_expires = false;
  bool default_policy = true;
  bool batch = false;
};

// What a renewal came to.
struct Renewal {
  ports::Duration granted{0};
  std::string warning = {};  // set when the maximum cut it
};

class TokenStore {
 public:
  explicit TokenStore(sim::Draws draws);

  // Policies by name. False when the name is not there.
  void set_policy(std::string name, std::shared_ptr<const Policy> policy);
  bool remove_policy(const std::string& name);
  std::shared_ptr<const Policy> policy(std::string_view name) const;
  std::vector<std::string> policy_names() const;

  Token& create(TokenRequest request, ports::WallTime now);
  // A token that may be used now; one of its uses is not yet spent.
  Token* find(std::string_view id, ports::WallTime now);
  Token* find(TokenHandle handle, ports::WallTime now);
  Token* find_accessor(std::string_view accessor, ports::WallTime now);
  // Spends one use; the last one revokes the token.
  void spend(Token& token);
  std::optional<Renewal> renew(Token& token, ports::Duration increment, ports::WallTime now);
  // The token and all below it; orphans of it survive nothing, children of another do.
  bool revoke(TokenHandle handle);
  // Every token whose login path starts so: what unmounting an auth method does.
  void revoke_path(std::string_view prefix);

  // The texts, drawn at the first call.
  const std::string& id(Token& token);
  const std::string& accessor(Token& token);

  // The access control list of the token, compiled anew when policies have changed.
  const PolicySet& rights(Token& token);
  std::size_t live(ports::WallTime now) const;

  // For identifiers of other kinds that this store's owner makes up: never the same twice.
  std::string uuid();
  std::string uuid_of(std::uint64_t entity) const;  // always the same for one entity
  std::string letters(std::size_t length);

 private:
  PolicySet* intern(std::vector<std::string> names);
  void compile(PolicySet& set) const;
  void sweep(ports::WallTime now);

  sim::Draws draws_;
  std::uint64_t next_draw_ = 0;
  TokenHandle next_ = 1;
  std::uint64_t generation_ = 1;
  std::map<std::string, std::shared_ptr<const Policy>, std::less<>> policies_;
  std::map<std::vector<std::string>, std::unique_ptr<PolicySet>> sets_;
  // Never iterated where the order could show.
  std::unordered_map<TokenHandle, Token> tokens_;
  std::unordered_map<std::string, TokenHandle> by_id_;
  std::size_t sweep_at_ = 1024;
};

}  // namespace mocks::vault
