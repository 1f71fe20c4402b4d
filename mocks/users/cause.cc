#include "mocks/users/cause.h"

namespace mocks::users {

const char* to_string(Cause cause) {
  switch (cause) {
    case Cause::secret_retired: return "secret_retired";
    case Cause::secret_not_propagated: return "secret_not_propagated";
    case Cause::stale_render: return "stale_render";
    case Cause::auth_method: return "auth_method";
    case Cause::wrong_client: return "wrong_client";
    case Cause::cookie_loop: return "cookie_loop";
    case Cause::code_expired: return "code_expired";
    case Cause::idp_unavailable: return "idp_unavailable";
    case Cause::rate_limited: return "rate_limited";
    case Cause::pod_gone: return "pod_gone";
    case Cause::no_pod: return "no_pod";
    case Cause::not_assigned: return "not_assigned";
  }
  return "unknown";
}

bool told_by_portal(Cause cause) { return cause != Cause::pod_gone; }

bool of_rotation(Cause cause) {
  switch (cause) {
    case Cause::code_expired:
    case Cause::idp_unavailable:
    case Cause::rate_limited:
    case Cause::pod_gone:
    case Cause::no_pod: return false;
    case Cause::secret_retired:
    case Cause::secret_not_propagated:
    case Cause::stale_render:
    case Cause::auth_method:
    case Cause::wrong_client:
    case Cause::cookie_loop:
    case Cause::not_assigned: return true;
  }
  return true;
}

void Count::add(std::optional<Cause> outcome, std::uint64_t times) {
  tried += times;
  if (!outcome) return;
  failed += times;
  by_cause[static_cast<std::size_t>(*outcome)] += times;
}

Count& Count::operator+=(const Count& other) {
  tried += other.tried;
  failed += other.failed;
  for (std::size_t i = 0; i < cause_count; ++i) by_cause[i] += other.by_cause[i];
  return *this;
}

std::optional<Cause> blame(const ExchangeFacts& facts) {
  if (!facts.process_alive) return Cause::pod_gone;
  if (!facts.provider_up) return Cause::idp_unavailable;
  if (!facts.client_known) return Cause::wrong_client;
  if (!facts.method_registered) return Cause::auth_method;
  if (!facts.secret_accepted) {
    if (!facts.secret_retired) return Cause::secret_not_propagated;
    return facts.created_after_successor ? Cause::stale_render : Cause::secret_retired;
  }
  if (!facts.code_fresh) return Cause::code_expired;
  if (!facts.code_of_this_client) return Cause::wrong_client;
  if (facts.throttled) return Cause::rate_limited;
  return std::nullopt;
}

}  // namespace mocks::users
