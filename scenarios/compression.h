// Compression: the same scenario, and the same rotator's configuration, with every duration divided
// by one factor, so that a quarter of an hour passes in fifteen real seconds on the HTTP wire.
// Rates are multiplied alike.
#pragma once

#include <string>

#include "rotator/rotation/configuration.h"
#include "scenarios/report.h"
#include "scenarios/scenario.h"

namespace scenarios {

// `factor` from 1 to 60: beyond, the machine's own delays (a call, a late wake-up) would count for
// seconds.
inline constexpr int max_compression = 60;

// A pod that terminates finishes what it has in flight: the real milliseconds of a token exchange
// must fit into this.
inline constexpr ports::Duration shortest_termination = std::chrono::milliseconds(500);

// An agent that asked Vault more often would be all that a run does.
inline constexpr ports::Duration shortest_render_interval = std::chrono::milliseconds(100);

// What does not shrink, or not below a bound, says so in its row of the list of keys.
Scenario compressed(const Scenario& scenario, int factor);
rotator::Configuration compressed(const rotator::Configuration& configuration, int factor);

// A report of a compressed run, in the scenario's own time.
void decompress(Report& report, int factor);

}  // namespace scenarios
