// Cutover: the old secret dies as soon as the workload was told to restart. Logins fail until every
// pod has restarted: the baseline of rehearsals, and the last resort where a provider keeps one
// secret at a time.
#include "rotator/rotation/phases/phases.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {

const Strategy strategies::cutover = {
    .name = "cutover",
    .fits = [](const Capability&) { return true; },
    .costs_logins = true,
    .needs_window = false,
    .forward = {{&phases::create_unproved},
                {&phases::store, &phases::create_unproved},
                {&phases::restart},
                {&phases::disable_at_once},
                {&phases::remove_old_unasked},
                {&phases::confirm}},
    .back = {&phases::enable_old, &phases::prove_old, &phases::find_new, &phases::value_back,
             &phases::remove_new},
    .last_turn_by_itself = &phases::restart,
    .last_turn = &phases::disable_at_once,
};

}  // namespace rotator
