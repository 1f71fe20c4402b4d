// What both wires share when they turn a run into a report: the users' behaviour, and the counts by
// phase.
#pragma once

#include <string>
#include <vector>

#include "mocks/users/journey.h"
#include "mocks/users/tally.h"
#include "mocks/users/timeline.h"
#include "scenarios/report.h"
#include "scenarios/scenario.h"

namespace scenarios {

// How the users of this scenario log in.
mocks::users::JourneyOptions journey_options(const Scenario& scenario);
// Logins a second.
double login_rate(const Scenario& scenario);

LoginCount login_count(const mocks::users::Count& from);

// Fills logins and phases of `report`: the counts, and beside each the closed-form expectation.
// `end` closes what is open.
void count_logins(const Scenario& scenario, const mocks::users::Tally& tally,
                  const mocks::users::Timeline& timeline, ports::Instant end, Report& report);

// Fills how long the old secret was exposed: Vault's first value, beside the first other one that
// Vault held.
void measure_exposure(const mocks::users::Timeline& timeline, RotationReport& rotation);

// Seconds since `begin`.
double seconds_since(ports::Instant begin, ports::Instant at);

}  // namespace scenarios
