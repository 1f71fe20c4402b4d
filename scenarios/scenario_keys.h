// The keys of a scenario's file: one row a key, for all who read, describe or divide them
// (rotator/cli/keys.h). A new key is a member of its struct in scenario.h and its row here.
#pragma once

#include <string>

#include "rotator/cli/keys.h"
#include "scenarios/scenario.h"

namespace scenarios {

// The whole file; with it a visitor sees every value of `scenario` that a file can set.
void list_keys(rotator::Keys& keys, Scenario& scenario);

// One rule of its list `faults`.
void list_fault(rotator::Keys& keys, mocks::sim::FaultRule& rule);

// The JSON Schema of a scenario (draft 7), two-space indentation, newline at the end: what
// `rehearse schema` prints.
std::string scenario_schema();

}  // namespace scenarios
