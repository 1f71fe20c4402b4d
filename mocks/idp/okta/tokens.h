// OktaTokens: what the access tokens (RFC 9068) and ID tokens say, and whether one that comes back
// is still good.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mocks/idp/tokens.h"
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
  void revoke(std::string_view token) { tokens_.revoke(token); }

  // "00u...", the same for the same user name.
  static std::string user_id(std::string_view user_name);

 private:
  Tokens tokens_;
};

}  // namespace mocks::idp
