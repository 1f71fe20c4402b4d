// Probes of the token endpoint until it is proved that it accepts a secret (acceptance_proof.h).
#pragma once

#include "rotator/rotation/acceptance_proof.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gate.h"

namespace rotator::phases {

// Each returns the gate's judgement, not yet told: pass when the proof is complete, else how it
// stood when the provider was given up: some time after what it promises, or minutes later. An
// Error when a wait or the journal failed, or this process was asked to stop.

// The secret just made. A refusal goes into the journal, so that whoever resumes knows of it.
ports::Result<GateResult> prove_new_accepted(Context& context);
// The new secret, which was proved before, once more; given up some time after `opens`.
ports::Result<GateResult> prove_still_accepted(Context& context, ports::Instant opens);
// The old secret, which this rotation had put out of use and enabled again.
ports::Result<GateResult> prove_old_accepted(Context& context);

}  // namespace rotator::phases
