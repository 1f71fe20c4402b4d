#include "rotator/rotation/context/context.h"
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
  if (old == nullptr)
    return Step::stop("the old secret " + journal.old_secret_id +
                      " no longer exists, so there is no way back");
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
