// What was proved once and may have changed since: looked at again right before an act.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gate.h"

namespace rotator::phases {

// Nothing when Vault holds the new secret; else one sentence: whose value is there, and what to do.
ports::Result<std::optional<std::string>> look_at_vault(Context& context);

// One sentence, with what to do, when somebody has deleted the old secret and added its value again
// under another id; nothing while that is not so, or cannot be told. `records` is the client's list
// as it is now.
ports::Result<std::optional<std::string>> find_old_added_again(
    Context& context, const std::vector<SecretRecord>& records);

// Whether every pod of `fleet` shows the old value with the wished one beside it.
GateResult judge_on_staged(Context& context, const FleetProof& fleet);
// Done while Vault and every pod hold both; `again` when one does not, or when this run does not
// know what was wished for; an Error when it cannot be told.
Stepped look_at_staged(Context& context);

// The gates over every pod, each told: the worst verdict of those that are switched on. Proofs of
// open gates are kept. pass at once when no gate looks at pods.
ports::Result<Judgement> look_at_pods(Context& context);

}  // namespace rotator::phases
