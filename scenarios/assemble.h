// What both wires share when they turn a run into a report: the users' behaviour, and the counts by
// phase.
#pragma once

#include <string>
#include <vector>

#include "mocks/portal/timeline.h"
#include "mocks/users/journey.h"
#include "mocks/users/tally.h"
#include "scenarios/report.h"
#include "scenarios/scenario.h"

namespace scenarios {

// How the users of this scenario log in.
mocks::portal::JourneyOptions journey_options(const Scenario& scenario);
// Logins a second.
double login_rate(const Scenario& scenario);

LoginCount login_count(const mocks::portal::Count& from);

// Fills logins and phases of `report`: the counts, and beside each the closed-form expectation.
// `end` closes what is open.
void count_logins(const Scenario& scenario, const mocks::portal::Tally& tally,
                  const mocks::portal::Timeline& timeline, ports::Instant end, Report& report);

// Seconds since `begin`.
double seconds_since(ports::Instant begin, ports::Instant at);

}  // namespace scenarios
