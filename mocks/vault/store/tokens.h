// TokenStore: the tokens of one Vault, their lives and what they may do
// (https://developer.hashicorp.com/vault/docs/concepts/tokens; arithmetic measured on Vault 1.14).
// Expiry is looked at when a token is used: an expired one is as good as gone.
//
// A Token& or Token* is good until that token is revoked: a caller that goes on after something
// that may revoke keeps the handle and finds it again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mocks/vault/store/identifiers.h"
#include "mocks/vault/store/kv.h"
#include "mocks/vault/store/policies.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

// Names one token for typed actors; 0 names none. Never used twice.
using TokenHandle = std::uint64_t;

// The system's default and maximum lease, 768 h.
inline constexpr ports::Duration system_ttl = std::chrono::hours(768);

// Who a token belongs to: shared by all tokens of one login, and never changed once it is.
struct Bearer {
  std::string display_name = "token";
  // Where it was issued; revoking by path looks at this.
  std::string path = "auth/token/create";
  // Shown as "meta" or "metadata"; nothing is null there. Also what tells a login's token from one
  // that was created: see renew().
  std::optional<std::map<std::string, std::string>> metadata = {};
  std::string entity_id = {};  // "" without one: identity is not imitated beyond its id
};

// One token, service or batch. Its limits stand as they were granted: a change of its role does not
// reach it, a change of its policies does.
struct Token {
  TokenHandle handle = 0;
  std::string id = {};            // drawn when first asked for
  std::string accessor = {};      // likewise
  PolicySet* policies = nullptr;  // one of Policies', never null
  std::shared_ptr<const Bearer> bearer = {};
  TokenHandle parent = 0;     // 0 = an orphan
  bool has_children = false;  // or had: revoking the others need not look for any
  ports::WallTime created = no_time;
  ports::WallTime expires = no_time;       // never
  ports::WallTime last_renewal = no_time;  // none yet
  ports::Duration creation_ttl{0};
  ports::Duration ttl{0};               // what a renewal without increment grants
  ports::Duration max_ttl{0};           // from creation; 0 = the system's
  ports::Duration explicit_max_ttl{0};  // from creation; 0 = none
  ports::Duration period{0};            // what each renewal grants, without a maximum; 0 = none
  std::int64_t uses_left = 0;           // 0 = unlimited
  bool renewable = false;
  bool orphan = false;
  bool batch = false;

  bool expired_at(ports::WallTime now) const { return expires != no_time && expires <= now; }
};

// What a new token is to be; all members have Vault's own defaults.
struct TokenRequest {
  std::vector<std::string> policies = {};     // need not exist
  std::shared_ptr<const Bearer> bearer = {};  // never null
  TokenHandle parent = 0;
  std::string id = {};         // empty = drawn
  ports::Duration ttl{0};      // 0 = the system's
  ports::Duration max_ttl{0};  // 0 = the system's
  ports::Duration explicit_max_ttl{0};
  ports::Duration period{0};
  std::int64_t uses = 0;
  bool renewable = true;
  bool never_expires = false;  // root tokens; not renewable then
  bool default_policy = true;  // adds "default", but never beside "root"
  bool batch = false;          // cannot be renewed or create others
};

// What a renewal came to: how long from now, and Vault's warning.
struct Renewal {
  ports::Duration granted{0};
  std::string warning = {};  // set when the maximum cut it
};

class TokenStore {
 public:
  // Both must outlive it.
  TokenStore(Identifiers& identifiers, Policies& policies)
      : identifiers_(identifiers), policies_(policies) {}

  // Never fails: limits are cut to the system's, policies need not exist.
  Token& create(TokenRequest request, ports::WallTime now);
  // A token of policy "root" that never expires; root() names the latest.
  Token& create_root(std::string id, std::shared_ptr<const Bearer> bearer, ports::WallTime now);
  TokenHandle root() const { return root_; }
  // A token that may be used now; finding it spends none of its uses.
  // Null when it never was, is expired or revoked: those are not told apart, as Vault does not.
  Token* find(std::string_view id, ports::WallTime now);
  Token* find(TokenHandle handle, ports::WallTime now);
  Token* find_accessor(std::string_view accessor, ports::WallTime now);
  // Spends one use; the last one revokes the token. Of a token without a limit: nothing.
  void spend(Token& token);
  // From now by `increment`, or by the token's own TTL when that is 0, up to its maximum. Nothing
  // for a token that is not renewable.
  std::optional<Renewal> renew(Token& token, ports::Duration increment, ports::WallTime now);
  // The token and all below it; orphans of it survive nothing, children of another do.
  bool revoke(TokenHandle handle);
  // Every token whose login path starts so, as unmounting an auth method does; how many.
  std::size_t revoke_path(std::string_view prefix);

  // The texts, drawn at the first call: most tokens of a fleet's agents are never written out.
  // Service tokens are "hvs.CAES" and 87 characters, batch tokens "hvb." and 91.
  const std::string& id(Token& token);
  const std::string& accessor(Token& token);

  // What the token may do, by the policies as they are now.
  const PolicySet& rights(const Token& token) const { return policies_.compiled(*token.policies); }
  // How many may be used now.
  std::size_t live(ports::WallTime now) const;

 private:
  void sweep(ports::WallTime now);

  Identifiers& identifiers_;
  Policies& policies_;
  TokenHandle next_ = 1;
  TokenHandle root_ = 0;
  // Never iterated where the order could show.
  std::unordered_map<TokenHandle, Token> tokens_;
  std::unordered_map<std::string, TokenHandle> by_id_;
  std::size_t sweep_at_ = 1024;
};

}  // namespace mocks::vault
