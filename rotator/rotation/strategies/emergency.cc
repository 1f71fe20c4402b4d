// Emergency: the old secret leaked, and is to die fast. It goes the way of overlap, but the old
// secret ends as soon as every pod is proved to be on the new one, and after the exposure that the
// operator can bear at the latest: whoever still uses it then fails until the move is finished,
// which it is afterwards. It is given back to nobody, so there is no way back.
#include "rotator/rotation/phases/phases.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {

const Strategy strategies::emergency = {
    .name = "emergency",
    .fits = [](const Capability& provider) { return provider.slots != Capability::Slots::single; },
    .misfit =
        "the provider keeps one secret at a time here, so making the new one ends the leaked one "
        "at that instant; use strategy staged_fallback where the portal tries two secrets, else "
        "cutover with accept_downtime",
    .needs_window = false,
    .only_by_name = true,
    .forward = {{&phases::create_after_leak},
                {&phases::store, &phases::create_after_leak},
                {&phases::rollout},
                {&phases::verify_moved, &phases::rollout},
                {&phases::end_leaked, &phases::create_after_leak},
                {&phases::remove_old_unasked, &phases::create_after_leak},
                {&phases::confirm}},
    .due = &phases::end_leaked,
};

}  // namespace rotator
