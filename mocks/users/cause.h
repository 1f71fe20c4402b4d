// Cause: why a login failed. Every failed login has exactly one; blame() tells which from the facts
// of the instant, never from the error text that the portal saw.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace mocks::users {

// The numbers are part of the trace (Fact login_failed.number): add at the end only.
enum class Cause : std::uint8_t {
  secret_retired,         // the pod's secret was disabled or deleted at the identity provider
  secret_not_propagated,  // the identity provider does not accept the pod's secret yet
  stale_render,     // the pod was created after Vault had moved on, yet rendered the old value
  auth_method,      // the portal authenticates in another way than its client is registered
  wrong_client,     // the code was issued to another client than the pod's, or it is unknown
  cookie_loop,      // no pod accepts the session cookie: the browser is sent round and round
  code_expired,     // the code was too old when it was redeemed
  idp_unavailable,  // no answer from the identity provider, or 5xx
  rate_limited,     // 429 from the identity provider
  pod_gone,         // the pod's process had stopped or stopped meanwhile
  no_pod,           // no pod takes logins
  not_assigned,     // the identity provider lets no user into the pod's client (access_denied)
};
inline constexpr std::array all_causes = {Cause::secret_retired, Cause::secret_not_propagated,
                                          Cause::stale_render,   Cause::auth_method,
                                          Cause::wrong_client,   Cause::cookie_loop,
                                          Cause::code_expired,   Cause::idp_unavailable,
                                          Cause::rate_limited,   Cause::pod_gone,
                                          Cause::no_pod,         Cause::not_assigned};
inline constexpr std::size_t cause_count = all_causes.size();

// The name as in reports: "secret_retired", ...
const char* to_string(Cause cause);
// Whether a portal can have counted such a failure: a process that dies under a login tells nobody.
bool told_by_portal(Cause cause);

// Whether a cause is the work of a rotation: what it may never bring about. The others happen on
// any day: a pod ends, a provider does not answer or asks for patience, a user takes too long.
bool of_rotation(Cause cause);

// Logins (or refreshes) tried, and failed by cause.
struct Count {
  std::uint64_t tried = 0;
  std::uint64_t failed = 0;
  std::array<std::uint64_t, cause_count> by_cause = {};

  std::uint64_t of(Cause cause) const { return by_cause[static_cast<std::size_t>(cause)]; }
  void add(std::optional<Cause> outcome, std::uint64_t times = 1);
  Count& operator+=(const Count& other);
  friend bool operator==(const Count&, const Count&) = default;
};

// What was true of one token exchange, from the instant a pod was picked until the identity
// provider's answer.
struct ExchangeFacts {
  bool process_alive = true;  // the same process picked, and still there for the answer
  bool provider_up = true;
  bool client_known = true;
  bool method_registered = true;  // the pod's method is the one its client is registered with
  bool secret_accepted = true;    // by the replica of the token endpoint that was met
  bool secret_retired = false;    // its latest administrative change was disable or delete
  // The pod was created when Vault's current value was another than the one it holds.
  bool created_after_successor = false;
  bool code_fresh = true;
  bool code_of_this_client = true;
  bool throttled = false;
};

// The decision table; the first row that holds is the cause, and no row means success. Its order is
// the one in which things fail: the pod's own process, the way to the provider, then the checks of
// the token endpoint in its order (RFC 6749 section 5.2: the client is authenticated before the
// grant is looked at).
//
//   process not alive                                                    pod_gone
//   provider down                                                        idp_unavailable
//   client not known there                                               wrong_client
//   method differs from the registered one                               auth_method
//   secret refused, not retired (not accepted yet, or never created)     secret_not_propagated
//   secret refused, retired, pod created after Vault had moved on        stale_render
//   secret refused, retired, otherwise                                   secret_retired
//   code expired                                                         code_expired
//   code issued to another client                                        wrong_client
//   user throttled                                                       rate_limited
std::optional<Cause> blame(const ExchangeFacts& facts);

}  // namespace mocks::users
