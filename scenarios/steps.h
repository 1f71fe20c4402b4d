// Steps: acts (acts.h) in their order, as the lists `timeline:` and `operator:` of a scenario hold
// them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rotator/cli/keys.h"
#include "scenarios/acts.h"

namespace scenarios {

// One act and when it happens. The commands of an operator follow one another instead.
struct Step {
  // When: so much after the driver began, or after it entered `phase` for the first time.
  std::string phase = {};  // empty = the driver's beginning
  ports::Duration plus{0};
  Act act = Act::wait;
  Argument argument = {};  // of the kind that the act's row asks for
  int line = 0;            // in the file
};

// Bound on the entries of one list.
inline constexpr std::size_t max_steps = 1000;

// Whether `ending` takes back what `beginning` began: of one pair of acts, and about the same
// server or route where both name one. How many pods either concerns does not matter.
bool takes_back(const Step& ending, const Step& beginning);

// A step of a timeline, as a report names it: "line 7: after rollout + 5s, kill rotator".
std::string describe(const Step& step);

// The steps of one list: how they are read (what is wrong is complained of with line and key),
// described and divided. `steps` must outlive the value.
rotator::OtherValue steps_value(ActPlace place, std::vector<Step>& steps);

// The JSON Schema of such a list, as JSON text; refers to the definition `duration`.
std::string steps_schema(ActPlace place);

}  // namespace scenarios
