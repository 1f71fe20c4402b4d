#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/acceptance.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class ProveOld final : public PhaseWork {
 public:
  Phase name() const override { return Phase::rollback; }
  // A secret that was never put out of use needs no proof.
  bool wanted(const Context& context) const override {
    const auto& journal = context.ledger.entry();
    return journal.disabled_at != ports::WallTime{} || journal.intent == Intent::disable_old ||
           journal.intent == Intent::enable_old;
  }
  Stepped perform(Context& context) const override;
};

Stepped ProveOld::perform(Context& context) const {
  if (context.values.old_value().empty()) {
    context.teller.note(Severity::warning,
                        "the old value can no longer be read, so its acceptance is not proved");
    return Step::done();
  }
  const auto accepted = prove_old_accepted(context);
  if (!accepted) return ports::fail(accepted.error());
  context.teller.judged(*accepted);
  if (accepted->verdict == Judgement::pass) return Step::done();
  if (accepted->verdict == Judgement::unknown)
    return ports::fail(ports::ErrorCode::busy, accepted->reason);
  return Step::stop("the token endpoint still refuses the old secret that was enabled again (" +
                    accepted->reason +
                    "), so nothing was moved back to it; `rotator resume` goes on going back");
}

const ProveOld proving;

}  // namespace

const PhaseWork& prove_old = proving;

}  // namespace rotator::phases
