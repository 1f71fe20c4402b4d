// Doctor: each system reached, each permission held: for the first hour with the tool. Looks only.
#pragma once

#include <vector>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/finding.h"
#include "rotator/rotation/strategy.h"

namespace rotator {

struct DoctorReport {
  std::vector<Finding> findings = {};
  // The worst of them.
  Judgement verdict() const;
};

// What cannot be reached is unknown, and what needs it is not looked at.
DoctorReport examine_all(Context& context, const Strategy& strategy);

}  // namespace rotator
