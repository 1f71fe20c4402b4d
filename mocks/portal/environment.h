// Environment: what one portal process holds from its start until it ends. A process reads its
// secret once; a file that changes later does not change the process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mocks/idp/core.h"
#include "rotator/ports/clock.h"

namespace mocks::portal {

// How often a portal that tries a second secret tries the two in turn, beyond its first request.
inline constexpr int fallback_rounds = 8;

// What a pod is given beside its secret; fixed when the pod is created.
struct PortalConfiguration {
  std::string client_id = {};
  // Where the identity provider sends its users back; empty: where all pods are called back.
  std::string redirect_uri = {};
  idp::AuthenticationMethod method = idp::AuthenticationMethod::client_secret_post;
  // Keys of the session cookie: the first signs, all verify (a key ring). Names, not key material.
  std::vector<std::string> cookie_keys = {"session-key-1"};
  // A session remembers the client configuration (client and secret) that it was made under, and a
  // pod with another one asks the user to log in again.
  bool session_bound = false;
  // The fault behind a login loop: having logged in such a user, the portal does not replace the
  // cookie that it could verify, so that the next request meets the stale one again.
  bool keeps_stale_cookie = false;
  ports::Duration session_max_age = std::chrono::hours(12);
  // A second secret that the pod was given is tried where the first one is refused, and then the
  // two in turn for some more rounds: replicas of the token endpoint that know another one of the
  // two may answer one after the other.
  bool tries_fallback = false;
};

// A session cookie as far as a pod looks at it. Names are mocks::name_of.
struct Cookie {
  bool present = false;
  std::uint64_t key = 0;            // that it is signed with
  std::uint64_t configuration = 0;  // of the process that issued it
  ports::Instant issued = {};
};

enum class CookieVerdict : std::uint8_t {
  none,          // no cookie, or too old: the browser sent none
  unverifiable,  // signed with a key that the pod does not have: dropped
  stale,         // verified, but made under another client configuration
  good,
};

struct Environment {
  std::uint64_t client = 0;        // name_of(client_id)
  std::uint64_t redirect_uri = 0;  // name_of(redirect_uri); 0 = that of all pods
  std::uint64_t secret = 0;        // name_of the secret value read; 0 = none
  std::uint64_t fallback = 0;      // of the one that is tried where that is refused; 0 = none
  idp::AuthenticationMethod method = idp::AuthenticationMethod::client_secret_post;
  std::vector<std::uint64_t> cookie_keys = {};
  std::uint64_t configuration = 0;  // of client and secret together
  bool session_bound = false;
  bool keeps_stale_cookie = false;
  ports::Duration session_max_age{0};

  friend bool operator==(const Environment&, const Environment&) = default;
};

// `fallback`: name_of a second secret value that was read; 0 = none. Without tries_fallback it is
// left out.
Environment make_environment(const PortalConfiguration& configuration, std::uint64_t secret,
                             std::uint64_t fallback = 0);

// What a process with `environment` makes of a cookie that comes with a request at `now`.
CookieVerdict examine(const Environment& environment, const Cookie& cookie, ports::Instant now);

// The cookie in the browser after the process has logged its user in at `now`.
Cookie issue_cookie(const Environment& environment, const Cookie& brought, ports::Instant now);

}  // namespace mocks::portal
