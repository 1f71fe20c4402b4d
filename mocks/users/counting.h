// Counting: where in a record logins can be counted instead of played, and how many of each outcome
// are to be expected there.
//
// A login stands alone when its fate depends on nothing but which pod was picked for its callback
// and what the identity provider made of that pod's exchange. It is entangled when more of its
// course matters: pods with different clients or cookie keys, a process that stops meanwhile, a
// provider that was down, users who bring cookies, codes that may expire, callbacks that are routed
// apart. Logins that stand alone fall into classes with Poisson counts; entangled ones are played
// one by one.
#pragma once

#include <array>
#include <vector>

#include "mocks/users/cause.h"
#include "mocks/users/journey.h"
#include "mocks/users/timeline.h"
#include "rotator/ports/clock.h"

namespace mocks::users {

struct InstantSpan {
  ports::Instant from = {};
  ports::Instant to = {};
};

// The stretches of exchange instants within [from, to) whose logins are entangled: disjoint,
// ascending. Generous: a login outside certainly stands alone.
std::vector<InstantSpan> entangled_spans(const Timeline& timeline, const JourneyOptions& options,
                                         ports::Instant from, ports::Instant to);

// True when, at `at`, some login on its way could fail: an endpoint whose exchange would be
// refused, or entanglement.
bool failure_possible(const Timeline& timeline, const JourneyOptions& options, ports::Instant at);

// Outcome 0 is success, 1 + cause a failure. In nanoseconds of exchange time: multiply by the rate.
using OutcomeMeasure = std::array<double, 1 + cause_count>;

// How the exchange instants in [from, to) divide among the outcomes. Exact, for logins that stand
// alone; the sum is to - from, less where there is no endpoint at all.
OutcomeMeasure measure_outcomes(const Timeline& timeline, const TimeRange& exchange,
                                ports::Instant from, ports::Instant to);

}  // namespace mocks::users
