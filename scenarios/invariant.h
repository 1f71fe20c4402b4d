// Invariant: the names of what must hold at every instant of every run. How each is checked is in
// invariants.h.
#pragma once

namespace scenarios {

enum class Invariant {
  vault_secret_valid,       // Vault's current secret is accepted by the identity provider at every
                            // instant; of two that the portal tries, one or the other
  no_live_secret_retired,   // no secret that a live pod uses is ever disabled or deleted, but where
                            // the pod tries another one beside it
  one_rotator_acts,         // two rotators never act at the same time
  nothing_foreign_deleted,  // a secret that is not ours is neither disabled nor deleted
  no_plaintext_secret,      // no secret in any log, journal, report or Event
  one_secret_left,          // at the end: exactly one secret, Vault's, which every pod uses
};

// In the order of reports.
inline constexpr Invariant all_invariants[] = {
    Invariant::vault_secret_valid,  Invariant::no_live_secret_retired,
    Invariant::one_rotator_acts,    Invariant::nothing_foreign_deleted,
    Invariant::no_plaintext_secret, Invariant::one_secret_left};

// The word in scenarios and reports.
const char* to_string(Invariant invariant);

}  // namespace scenarios
