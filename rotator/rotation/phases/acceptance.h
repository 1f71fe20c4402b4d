// Proof that the token endpoint accepts the new secret: by its probes in a row.
#pragma once

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gate.h"

namespace rotator::phases {

// A provider that refused the new secret at first has replicas that learn of it one after the
// other, and a probe meets any of them: then this many times the probes must agree, for as long as
// the refusals went on.
inline constexpr int lagging_factor = 4;

// Probes until enough in a row accept the new secret, or `patience_ends`; the gate's judgement, not
// yet told. An Error when the wait failed or this process was asked to stop.
ports::Result<GateResult> prove_accepted(Context& context, ports::Instant patience_ends);

}  // namespace rotator::phases
