// The phases that strategies are made of. One file each; none knows of another, and none of the
// strategy that it is in. Where the same phase is done in two ways there are two objects, and the
// strategy's table says which.
#pragma once

#include "rotator/rotation/strategy.h"

namespace rotator::phases {

// ---- Forward

// A second secret at the provider, found again after a lost reply; done when the token endpoint
// accepts it. `again` when the value of one made earlier is lost: it was removed.
extern const PhaseWork& create;
// The same, without waiting for the token endpoint.
extern const PhaseWork& create_unproved;

// As create, for an old secret that leaked: it may lapse however soon, and once it has ended the
// token endpoint is not waited for.
extern const PhaseWork& create_after_leak;

// A chosen new value, of which the provider knows nothing yet, beside the old one in a new KV
// version. Turns back when the path holds what is neither.
extern const PhaseWork& stage;
// As rollout and verify below, before the provider has the new value: every pod proves both.
extern const PhaseWork& stage_rollout;
extern const PhaseWork& stage_verify;
// As create, where the new value is staged and takes the old one's place: only while Vault and
// every pod hold both; `again` when one does not.
extern const PhaseWork& create_staged;

// The new value as a new KV version. `again` when this run does not know the new value.
extern const PhaseWork& store;

// The same with the old value beside it; stop where somebody else changed the path.
extern const PhaseWork& store_staged;

// The workload is restarted once lagging replicas of Vault have caught up; done when it says that
// its rollout is complete, or at once when no gate will look at its pods.
extern const PhaseWork& rollout;
// Restarted at once, and no waiting for anything.
extern const PhaseWork& restart;

// A restart of its own after that of stage_rollout.
extern const PhaseWork& rollout_staged;

// Older pods are gone and every pod proves the new value, in its file and in its process. `again`
// when a pod rendered the old one: the next restart has been named. Passed over when every gate
// that looks at pods is switched off.
extern const PhaseWork& verify;
extern const PhaseWork& verify_last;   // and no login failed that nobody has looked at yet
extern const PhaseWork& verify_moved;  // and there is leave to end the old secret

// Both secrets stay valid until the window, the last probes and the quiet period have passed; then
// Vault and every pod are looked at once more, and there is leave to retire the old secret. `again`
// when a pod no longer proves the new value; stop from there when Vault no longer holds it.
extern const PhaseWork& overlap_window;

// The old secret is made inactive, with the leave of overlap_window; `again` when there is none.
// Done at once where the provider cannot disable.
extern const PhaseWork& disable;
// The same without asking for leave.
extern const PhaseWork& disable_at_once;

// A leaked old secret is put out of use, or removed where the provider cannot disable: at once with
// the leave of verify_moved, else when the exposure that is bearable ends; `again` while the move
// to the new one has not been proved. Only with an active new secret; never given back.
extern const PhaseWork& end_leaked;

// Logins, Vault's value and every process that starts are watched while the old secret is out of
// use. Any trouble enables it again at once; then `again` where another restart mends it, else stop
// from there.
extern const PhaseWork& soak;

// The old secret is removed for good, if it is out of use, the new one is active, Vault holds it
// and, looked at last, every pod proves it. Else it is enabled again at once; then as in soak.
extern const PhaseWork& remove_old;
// The same if only the new one is active.
extern const PhaseWork& remove_old_unasked;

// Vault holds the new value alone. Stop when it holds another.
extern const PhaseWork& clear;

// The old secret is gone, the token endpoint refuses it, the new one is there.
extern const PhaseWork& confirm;

// ---- Back: all under the name `rollback`

// The old secret is active again, also when a call to disable it is still on its way.
extern const PhaseWork& enable_old;
// The token endpoint accepts an old secret that was out of use, on all of its replicas: nothing is
// moved to it before.
extern const PhaseWork& prove_old;
// The old value is the provider's again, where the new one took its place or may have, and the
// token endpoint accepts it on all of its replicas.
extern const PhaseWork& replace_back;
// A create whose reply was lost: what it made is found, so that it can be removed.
extern const PhaseWork& find_new;
// Vault's current version holds the old value again.
extern const PhaseWork& value_back;
// The same, and no value of this rotation is left beside it.
extern const PhaseWork& value_back_staged;
// Every pod proves the old value again. Passed over when no pod can have seen the new one.
extern const PhaseWork& fleet_back;
// The new secret is removed, and the old one is the active one.
extern const PhaseWork& remove_new;

}  // namespace rotator::phases
