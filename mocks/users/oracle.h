// Oracle: how many logins the record says should fail, in closed form: rate x duration x share of
// the endpoints whose exchange would be refused, summed over the stretches in which nothing
// changes, by cause. It shares the record with the samplers and no code.
//
// What it knows: exchanges refused for their secret or authentication method, or met by a provider
// that is down or throttling; the time between the choice of a pod and the exchange; a token
// endpoint whose replicas disagree; codes that reach a pod of another client, unless callbacks are
// routed or browsers kept on their pods (two_clients.h). What it leaves out, as it needs a login's
// whole course: session cookies, expired codes, processes that stop in the middle of a login, and
// two clients at once while the provider throttles.
#pragma once

#include <array>

#include "mocks/users/cause.h"
#include "mocks/users/journey.h"
#include "mocks/users/timeline.h"
#include "rotator/ports/clock.h"

namespace mocks::users {

struct Expectation {
  double tried = 0;
  double failed = 0;
  std::array<double, cause_count> by_cause = {};

  double of(Cause cause) const { return by_cause[static_cast<std::size_t>(cause)]; }
};

// Of the logins whose exchange instant lies in [from, to).
Expectation expected_failures(const Timeline& timeline, const JourneyOptions& options,
                              double logins_per_second, ports::Instant from, ports::Instant to);

}  // namespace mocks::users
