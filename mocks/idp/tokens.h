// What the dialects' tokens have in common: claims written in order, signed, checked again when
// they come back. Which claims a token has is the dialect's.
//
// A token is a signed JWT (RFC 7519) whose claims say all that is needed to check it, so any number
// may be out and none is stored. A revoked one is remembered by its name.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "mocks/json_view.h"
#include "rotator/ports/clock.h"

namespace mocks::idp {

// Bound: revoked tokens that are remembered.
inline constexpr std::size_t max_revoked_tokens = 100'000;

// A token's claims, in the order in which they are added.
class Claims {
 public:
  Claims& text(std::string_view name, std::string_view value);
  Claims& number(std::string_view name, std::int64_t value);
  // `json` is JSON text.
  Claims& raw(std::string_view name, std::string_view json);

  // Signed, closed with a jti of `prefix` and what follows from the claims and from `number`: the
  // same run makes the same tokens.
  std::string sign(std::string_view prefix, std::int64_t number = 0) const;

 private:
  std::string json_ = "{";
};

class Tokens {
 public:
  // What tells an access token from those issued before it in the same second: a number for
  // Claims::sign, so that none is the same twice.
  std::int64_t next_in_second(ports::WallTime now);

  // The claims of a token that was signed here, has not expired ("exp") and was not revoked.
  std::optional<JsonDocument> read(std::string_view token, ports::WallTime now) const;
  // For good (RFC 7009). Any text will do: what is no token of ours is refused anyway.
  void revoke(std::string_view token);

 private:
  std::set<std::uint64_t> revoked_;  // mocks::name_of
  std::int64_t last_second_ = 0;     // in which an access token was issued
  std::int64_t in_second_ = 0;       // how many before it in that second
};

// Members of a claims object: empty and 0 where there are none.
std::string text_claim(JsonView claims, std::string_view name);
std::int64_t number_claim(JsonView claims, std::string_view name);

// at_hash (OpenID Connect Core 1.0 section 3.1.3.6).
std::string access_token_hash(std::string_view access_token);

}  // namespace mocks::idp
