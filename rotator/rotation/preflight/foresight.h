// Foresight: the calls by which a rotation will change something, told before it begins. What is
// left out are its own notes, the journal in Vault and the lock in Kubernetes, and what it tells
// others.
#pragma once

#include <vector>

#include "rotator/rotation/plan.h"

namespace rotator {

struct Context;
struct Strategy;

// Of a rotation that nothing disturbs, in its order. Looks at the world and changes nothing; needs
// a context that has looked at everything, and the old secret's id in the entry of its ledger.
std::vector<ForeseenCall> foresee(Context& context, const Strategy& strategy);

}  // namespace rotator
