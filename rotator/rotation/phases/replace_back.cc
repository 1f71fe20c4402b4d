#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/acceptance.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

using ports::ErrorCode;

// As long as a call that was under way when the way back began may still be on its way.
constexpr ports::Duration late_call = std::chrono::seconds(10);

class ReplaceBack final : public PhaseWork {
 public:
  Phase name() const override { return Phase::rollback; }
  bool wanted(const Context& context) const override {
    return !context.ledger.entry().new_secret_id.empty() || context.values.create_in_doubt();
  }
  Stepped perform(Context& context) const override;
};

// Whether the provider is seen to hold the old value, and nothing speaks of another turn.
ports::Result<bool> never_left(Context& context) {
  const auto& journal = context.ledger.entry();
  if (!journal.new_secret_id.empty() || journal.intent == Intent::replace_back) return false;
  const auto shown = context.systems.provider().read_secret(journal.old_secret_id);
  if (!shown && may_pass(shown.error().code)) return ports::fail(shown.error());
  return shown && shown->same_as(context.values.old_value());
}

// All of its replicas, before anything is moved to the old value alone.
Stepped prove_put_back(Context& context) {
  const auto accepted = prove_old_accepted(context);
  if (!accepted) return ports::fail(accepted.error());
  context.teller.judged(*accepted);
  if (accepted->verdict == Judgement::pass) return Step::done();
  if (accepted->verdict == Judgement::unknown)
    return ports::fail(ErrorCode::busy, accepted->reason);
  return Step::stop("the token endpoint still refuses the old secret that was put back (" +
                    accepted->reason +
                    "), so nothing was moved back to it; `rotator resume` goes on going back");
}

Stepped ReplaceBack::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  if (context.values.old_value().empty())
    return Step::stop("the old value can no longer be read in " + context.vault_value.path() +
                      ", so it cannot be put back");
  if (journal.intent == Intent::create_secret)
    if (const auto waited = context.waiter.wait(context.clock.now() + late_call); !waited)
      return ports::fail(waited.error());
  const auto stayed = never_left(context);
  if (!stayed) return ports::fail(stayed.error());
  if (!*stayed) {
    if (const auto ready = context.ledger.about_to(Intent::replace_back); !ready)
      return ports::fail(ready.error());
    const auto replaced = context.systems.provider().create_secret(
        {.label = new_secret_label(context), .value = context.values.old_value().clone()});
    if (!replaced) return ports::fail(replaced.error());
    auto proved = prove_put_back(context);
    if (!proved || proved->kind != Step::Kind::done) return proved;
  }
  journal.new_secret_id.clear();
  journal.intent = Intent::none;
  context.values.doubt_create(false);
  if (const auto written = context.ledger.append(); !written) return ports::fail(written.error());
  return Step::done();
}

const ReplaceBack putting_back;

}  // namespace

const PhaseWork& replace_back = putting_back;

}  // namespace rotator::phases
