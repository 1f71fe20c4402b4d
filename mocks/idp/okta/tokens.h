// OktaTokens: what the access and ID tokens say, and whether one that comes back is still good.
//
// An access token is a signed JWT (RFC 9068) whose claims say all that is needed to check it, so
// any number may be out and none is stored. A revoked one is remembered by its name.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "mocks/idp/grants.h"
#include "rotator/ports/clock.h"

namespace mocks::idp {

// Whom a token is for, and what it grants.
struct TokenSubject {
  std::string issuer = {};
  std::string client_id = {};
  std::string user_name = {};  // empty: the client itself (client_credentials)
  std::string scope = {};      // space-separated
};

// What an access token of ours says.
struct TokenClaims {
  std::string issuer = {};
  std::string client_id = {};
  std::string subject = {};
  std::string user_id = {};  // empty without a user
  std::string scope = {};
  std::int64_t issued = 0;  // seconds since the epoch
  std::int64_t expires = 0;
};

class OktaTokens {
 public:
  // A new access token (RFC 9068 section 2.2: iat, exp, jti), never the same twice.
  std::string access_token(const TokenSubject& subject, ports::Duration lifetime,
                           ports::WallTime now);
  // OpenID Connect Core 1.0 section 2, with at_hash (section 3.1.3.6) for `access_token`.
  static std::string id_token(const TokenSubject& subject, std::string_view nonce,
                              std::string_view access_token, ports::WallTime now);

  // The claims of an access token that was signed here, has not expired and was not revoked.
  std::optional<TokenClaims> read(std::string_view token, ports::WallTime now) const;
  // For good (RFC 7009). Any text will do: what is no token of ours is refused anyway.
  void revoke(std::string_view token);

  // "00u...", the same for the same user name.
  static std::string user_id(std::string_view user_name);

 private:
  std::set<std::uint64_t> revoked_;  // mocks::name_of
  std::int64_t last_second_ = 0;     // in which an access token was issued
  std::int64_t in_second_ = 0;       // how many before it in that second
};

// Bound: revoked tokens that are remembered.
inline constexpr std::size_t max_revoked_tokens = 100'000;

}  // namespace mocks::idp
