// Logins that begin with one client and end with another: a pod of the one sends the browser to the
// identity provider, a pod of the other receives the code and may not redeem it. In closed form,
// for the oracle; shares the record with the samplers and no code.
#pragma once

#include <vector>

#include "mocks/users/journey.h"
#include "mocks/users/timeline.h"
#include "rotator/ports/clock.h"

namespace mocks::users {

// Whether there are such logins at all, and they are computed here: pods of several clients behind
// one load balancer that neither routes callbacks nor keeps browsers on their pods.
bool clients_mix(const Timeline& timeline, const JourneyOptions& options);

// The measure, in seconds, of the exchange instants in [from, to) whose login fails by it: multiply
// by the rate. `accepted` is, by pod, the share of its exchanges that nothing else refuses in that
// time; of a pod beyond its end 1.
double seconds_between_clients(const Timeline& timeline, const JourneyOptions& options,
                               const std::vector<double>& accepted, ports::Instant from,
                               ports::Instant to);

}  // namespace mocks::users
