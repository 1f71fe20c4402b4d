// Flaw: what is wrong with how a rotation ended that had faults to bear: the one judgement of
// whoever plays a rotation under many faults and asks of each run the same. Other than judge()
// (run.h) it knows no expectation: it asks that no login was lost to the rotation, that every
// invariant held, and that the rotation came to an end of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "scenarios/invariant.h"
#include "scenarios/report.h"

namespace scenarios {

// What a rotation may come to beside the one end that is always right: the new secret in use.
struct AllowedEnds {
  bool turned_back = false;  // the old secret is in use again
  bool refused = false;      // it would not begin, or not go on with what it was given
};

struct Flaw {
  std::uint64_t failed = 0;              // logins that were lost to the rotation
  std::optional<Invariant> broken = {};  // the first that did not hold, or could not be checked
  bool stuck = false;                    // an ending that is not allowed
  bool untested = false;                 // what was to befall it never did; for the caller to say
  std::string what = {};                 // one sentence; empty when all is whole

  bool whole() const { return what.empty(); }
};
// The worst that is wrong; lost logins are worse than broken invariants, these than its end.
Flaw flaw_of(const Report& report, const AllowedEnds& allowed);

// Whether it turned back, at once or as a resumed run told.
bool turned_back(const Report& report);

}  // namespace scenarios
