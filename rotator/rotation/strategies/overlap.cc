// Overlap: both secrets are valid at once for as long as anybody may use the old one. No login
// fails. The default.
#include "rotator/rotation/phases/phases.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {

const Strategy strategies::overlap = {
    .name = "overlap",
    .fits = [](const Capability& provider) { return provider.slots != Capability::Slots::single; },
    .misfit =
        "the provider keeps one secret at a time here, so the old and the new one cannot "
        "overlap; use a second registration (blue/green), or strategy cutover with "
        "accept_downtime",
    .fit = "the provider lets the old and the new secret be valid at once",
    .needs_window = true,
    .forward = {{&phases::create},
                {&phases::store, &phases::create},
                {&phases::rollout},
                {&phases::verify, &phases::rollout},
                {&phases::overlap_window, &phases::store},
                {&phases::disable, &phases::overlap_window},
                {&phases::soak, &phases::store},
                {&phases::remove_old, &phases::store},
                {&phases::confirm}},
    .back = {&phases::enable_old, &phases::prove_old, &phases::find_new, &phases::value_back,
             &phases::fleet_back, &phases::remove_new},
    .last_turn_by_itself = &phases::overlap_window,
    .last_turn = &phases::soak,
};

}  // namespace rotator
