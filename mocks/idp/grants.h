// Grants: authorization codes and refresh tokens (RFC 6749 sections 4.1 and 6), bound to client,
// redirect URI and user.
//
// A grant is known by its handle, a number. Its text, which travels through browsers, holds the
// handle and 160 bits that only this table's seed yields, so nothing is stored for it and a made-up
// code is not found. What only some logins need (nonce, scope, PKCE challenge) is kept apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mocks/sim/draws.h"
#include "rotator/ports/clock.h"

namespace mocks::idp {

// Names one code or refresh token for the whole run.
using GrantHandle = std::uint64_t;
inline constexpr GrantHandle no_grant = 0;

// Bound: grants of one kind that are remembered; the oldest is forgotten first, as if expired.
inline constexpr std::size_t max_grants = 1'000'000;

// How long each lives. RFC 6749 section 4.1.2 wants codes to live 10 minutes at the most; Okta
// gives them 60 s.
struct GrantOptions {
  ports::Duration code_lifetime = std::chrono::seconds(60);
  ports::Duration access_token_lifetime = std::chrono::hours(1);
  ports::Duration refresh_token_lifetime = std::chrono::hours(24 * 90);
};

// What travels with a grant beyond its bindings; all may be empty.
struct GrantDetails {
  std::string nonce = {};
  std::string scope = {};           // as granted, space-separated
  std::string code_challenge = {};  // PKCE, method S256 (RFC 7636 section 4.2)
  std::string issuer = {};          // which authorization server issued it
  std::string user_name = {};       // who signed in
};

// One code or refresh token: to whom it was issued, and until when.
struct Grant {
  std::uint64_t client = 0;        // mocks::name_of
  std::uint64_t redirect_uri = 0;  // mocks::name_of; codes only
  std::uint64_t user = 0;          // who signed in; 0 without one
  ports::Instant issued = {};
  ports::Instant expires = {};
  bool spent = false;  // a code used once, a refresh token revoked
};

// All grants of one provider. Times are handed in: it reads no clock and sets no timer.
class Grants {
 public:
  enum class Kind : std::uint8_t { code, refresh_token };

  Grants(sim::Draws draws, GrantOptions options) : draws_(draws), options_(options) {}

  const GrantOptions& options() const { return options_; }

  // Always a new one, never no_grant. `redirect_uri` is 0 for refresh tokens. Forgets what has
  // expired, so that a long day costs no more memory than its last hours.
  GrantHandle issue(Kind kind, std::uint64_t client, std::uint64_t redirect_uri, std::uint64_t user,
                    ports::Instant now);

  // The grant, or null when it never was, is of the other kind, or was forgotten. It may be expired
  // or spent: usable() tells.
  const Grant* find(Kind kind, GrantHandle handle) const;
  static bool usable(const Grant& grant, ports::Instant now) {
    return !grant.spent && now < grant.expires;
  }
  // A code used once (RFC 6749 section 4.1.2), a refresh token revoked (RFC 7009). Of one that is
  // not there: nothing.
  void spend(Kind kind, GrantHandle handle);
  // Voids all of a client, which is removed.
  void revoke_client(std::uint64_t client);

  // What only some logins need, kept until the grant is forgotten.
  void describe(Kind kind, GrantHandle handle, GrantDetails details);
  // Empty ones when nothing was said. Valid until the next change.
  const GrantDetails& details(Kind kind, GrantHandle handle) const;

  // The text for a handle, and the handle for a text: no_grant for one that this table never wrote.
  std::string text_of(Kind kind, GrantHandle handle) const;
  GrantHandle handle_of(Kind kind, std::string_view text) const;

 private:
  struct Table {
    std::uint64_t first = 1;  // the number of grants.front()
    std::deque<Grant> grants = {};
  };
  void forget_expired(Kind kind, ports::Instant now);
  Table& table(Kind kind) { return kind == Kind::code ? codes_ : refresh_tokens_; }
  const Table& table(Kind kind) const { return kind == Kind::code ? codes_ : refresh_tokens_; }

  sim::Draws draws_;
  GrantOptions options_;
  Table codes_;
  Table refresh_tokens_;
  std::map<std::pair<Kind, GrantHandle>, GrantDetails> details_;
};

}  // namespace mocks::idp
