#include <string>
#include <utility>
#include <vector>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

// Before a way back that began while a retire was under way looks at the provider: as long as a
// call may still be on its way.
constexpr ports::Duration in_flight_call = std::chrono::seconds(10);

class EnableOld final : public PhaseWork {
 public:
  Phase name() const override { return Phase::rollback; }
  Stepped perform(Context& context) const override;
};

// It has lapsed, or ended when the new one was made. Its return ends the new one, so only while no
// pod can have that.
Stepped restore_old(Context& context) {
  auto& journal = context.ledger.entry();
  auto& vault = context.vault_value;
  const auto shown = vault.read();
  if (!shown) return ports::fail(shown.error());
  const bool never_stored = journal.new_kv_version == 0 && journal.intent != Intent::write_value &&
                            vault.fingerprint(*shown) == journal.old_fingerprint;
  if (!never_stored) {
    // Forward is the only way left, from where Vault is given the new value unless it has it.
    journal.disposition = Disposition::running;
    journal.rollback_asked = false;
    if (vault.fingerprint(*shown) != journal.new_fingerprint) journal.phase = Phase::store;
    return Step::stop("the old secret " + journal.old_secret_id +
                      " no longer works, and pods may use the new one, which its return would "
                      "end; `rotator resume` goes on to the new one");
  }
  if (journal.new_secret_id.empty() && context.values.create_in_doubt()) {
    const auto found = find_lost_create(context);
    if (!found) return ports::fail(found.error());
    context.values.doubt_create(false);
  }
  if (journal.new_secret_id.empty())
    return Step::stop("the old secret " + journal.old_secret_id +
                      " no longer works, and no new one of ours has taken its place");
  if (const auto ready = context.ledger.about_to(Intent::enable_old); !ready)
    return ports::fail(ready.error());
  if (const auto restored = remove_new_secret(context); !restored)
    return ports::fail(restored.error());
  return Step::done();
}

// Somebody deleted it. Pods that hold it fail their logins until they have the new one, so Vault
// and the pods go there: at once, or, where an operator has just asked for the way back, when
// asked.
Stepped go_on_without_old(Context& context, const std::vector<SecretRecord>& records) {
  auto& journal = context.ledger.entry();
  const auto* ours = find_secret(records, journal.new_secret_id);
  const std::string gone =
      "the old secret " + journal.old_secret_id + " no longer exists, so there is no way back";
  if (context.systems.capability().create_replaces || ours == nullptr || !ours->active)
    return Step::stop(gone);
  if (journal.phase != Phase::create) journal.phase = Phase::store;
  if (!std::exchange(journal.rollback_asked, false)) return Step::forward(gone);
  journal.disposition = Disposition::running;
  return Step::stop(gone + "; `rotator resume` goes on to the new one");
}

Stepped EnableOld::perform(Context& context) const {
  const auto& journal = context.ledger.entry();
  auto& provider = context.systems.provider();
  context.failures.probe_no_more();
  if (journal.intent == Intent::disable_old)
    if (const auto waited = context.waiter.wait(context.clock.now() + in_flight_call); !waited)
      return ports::fail(waited.error());
  const auto records = provider.list_secrets();
  if (!records) return ports::fail(records.error());
  const auto* old = find_secret(*records, journal.old_secret_id);
  if ((old == nullptr || !old->active) && context.systems.capability().can_restore)
    return restore_old(context);
  if (old == nullptr) return go_on_without_old(context, *records);
  if (old->active) return Step::done();
  if (const auto ready = context.ledger.about_to(Intent::enable_old); !ready)
    return ports::fail(ready.error());
  if (const auto enabled = provider.enable_secret(journal.old_secret_id); !enabled)
    return ports::fail(enabled.error());
  return Step::done();
}

const EnableOld enabling;

}  // namespace

const PhaseWork& enable_old = enabling;

}  // namespace rotator::phases
