// Staged fallback: where a provider keeps one secret at a time and lets its value be chosen, every
// pod is given the new value beside the old one before the provider is. While the provider turns
// from one to the other, a portal that tries the second where the first is refused is let in by
// either. No login fails. Until the old value is cleared away, there is a way back: the old value
// takes the new one's place again, and every pod still holds both.
#include "rotator/rotation/phases/phases.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {

const Strategy strategies::staged_fallback = {
    .name = "staged_fallback",
    .fits =
        [](const Capability& provider) {
          return provider.slots == Capability::Slots::single && provider.create_replaces &&
                 provider.chooses_value;
        },
    .misfit =
        "staged_fallback is for a provider that keeps one secret at a time and lets its value be "
        "chosen; use strategy overlap where two secrets may exist, else cutover with "
        "accept_downtime",
    .fit =
        "the provider keeps one secret at a time whose value can be chosen, and the portal tries "
        "two",
    .needs_fallback = true,
    .replaces_back = true,
    .needs_window = false,
    .forward = {{&phases::stage},
                {&phases::stage_rollout, &phases::stage},
                {&phases::stage_verify, &phases::stage},
                {&phases::create_staged, &phases::stage},
                {&phases::store_staged, &phases::create_staged},
                {&phases::rollout_staged, &phases::store_staged},
                {&phases::verify_last, &phases::rollout_staged},
                {&phases::clear, &phases::store_staged},
                {&phases::confirm}},
    .back = {&phases::enable_old, &phases::replace_back, &phases::value_back_staged,
             &phases::fleet_back, &phases::remove_new},
    .last_turn_by_itself = &phases::create_staged,
    .last_turn = &phases::verify_last,
};

}  // namespace rotator
