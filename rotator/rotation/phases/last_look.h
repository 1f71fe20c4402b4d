// What was proved once and may have changed since: looked at again right before an act.
#pragma once

#include <optional>
#include <string>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gate.h"

namespace rotator::phases {

// Nothing when Vault holds the new secret; else one sentence: whose value is there, and what to do.
ports::Result<std::optional<std::string>> look_at_vault(Context& context);

// Whether every pod of `fleet` shows the old value with the wished one beside it.
GateResult judge_on_staged(Context& context, const FleetProof& fleet);
// Done while Vault and every pod hold both; `again` when one does not, or when this run does not
// know what was wished for; an Error when it cannot be told.
Stepped look_at_staged(Context& context);

// The gates over every pod, each told: the worst verdict of those that are switched on. Proofs of
// open gates are kept. pass at once when no gate looks at pods.
ports::Result<Judgement> look_at_pods(Context& context);

}  // namespace rotator::phases
