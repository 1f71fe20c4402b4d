// How long the overlap must be in the world of a scenario: computed from the world's own times, and
// found by search.
//
// The computed window is the rotator's sum (rotator/rotation/safe_window.h) with the true times of
// this world in place of what a rotator must estimate. The search asks the world itself: a timer
// that creates, stores, restarts, waits and deletes, and looks at nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "mocks/users/cause.h"
#include "mocks/users/logins.h"
#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/rotation/safe_window.h"
#include "scenarios/report.h"
#include "scenarios/scenario.h"

namespace scenarios {

struct SweepResult;

struct WindowSearch {
  int seeds = 50;  // runs at each window that is tried
  std::uint64_t first_seed = 1;
  unsigned threads = 1;  // the answer does not depend on it
  // Else counts, or what the scenario needs.
  std::optional<mocks::users::Fidelity> fidelity = {};
  // Ends it soon with an Error of code interrupted. May be null.
  ports::StopSignal* stop = nullptr;
};

struct WindowAnswer {
  rotator::SafeWindow computed = {};
  std::optional<ports::Duration> own = {};  // the scenario's rotation.window
  // What the rotator computes there: it sees less of this world, and refuses a shorter one.
  ports::Duration rotators{0};
  // The shortest wait, to the second, at which a timer lost no login to the rotation with any seed;
  // nothing where it loses some however long it waits.
  std::optional<ports::Duration> found_minimum = {};
  // What a timer lost to the rotation at the computed window, by cause, over all seeds.
  std::map<mocks::users::Cause, std::uint64_t> lost = {};
  int seeds = 0;
};

// What the rotator sees of the fleet (plan_simulated), with this world's own times in place of its
// estimates; each says which key it stands at.
rotator::FleetFacts true_facts(const Scenario& scenario, rotator::FleetFacts seen);

// Whoever rotates by the clock alone: the guide's commands, and `wait: window` between them.
Driver timer();

// How many of the failed logins a rotation brought about (mocks/users/cause.h).
std::uint64_t lost_to_rotation(const LoginCount& logins);

// Computes and searches. Error when the scenario cannot be run.
ports::Result<WindowAnswer> answer_window(const Scenario& scenario, const WindowSearch& search);

// The answer in one sentence for a person, with a line break: the safe window, where it starts,
// what dominates it, what the search found, what the rotator asks for where that is more, and how
// the scenario's own window compares (else the guide's 15 minutes). No number where a timer, or a
// policy in the sweep's table that waits for the window, loses logins at or beyond it: then the
// sentence says that, and why.
std::string window_sentence(const SweepResult& sweep);

}  // namespace scenarios
