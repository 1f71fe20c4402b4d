#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/give_back.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class Disable final : public PhaseWork {
 public:
  struct Options {
    bool ask_leave = true;  // only while every gate was open a moment ago
  };
  explicit constexpr Disable(Options options) : options_(options) {}
  Phase name() const override { return Phase::disable; }
  Stepped perform(Context& context) const override;
  void foresee(Context& context) const override {
    if (context.systems.capability().can_disable)
      static_cast<void>(
          context.systems.provider().disable_secret(context.ledger.entry().old_secret_id));
  }
  bool relieve(Context& context) const override;

 private:
  Options options_;
};

// A resumed run, or a second attempt: what was proved then may not hold now.
Stepped look_without_leave(Context& context) {
  const auto records = context.systems.provider().list_secrets();
  if (!records) return ports::fail(records.error());
  const auto* old = find_secret(*records, context.ledger.entry().old_secret_id);
  if (old == nullptr) context.retirement.found_gone();
  if (old != nullptr && old->active) return Step::again();
  context.retirement.found_disabled();
  return Step::done();
}

Stepped Disable::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  if (options_.ask_leave && !context.retirement.take_permit()) return look_without_leave(context);
  if (!context.systems.capability().can_disable) return Step::done();
  if (context.failures.counts() && options_.ask_leave) context.failures.look();
  journal.failures_at_disable = context.failures.count();
  if (const auto ready = context.ledger.about_to(Intent::disable_old); !ready)
    return ports::fail(ready.error());
  if (const auto disabled = context.systems.provider().disable_secret(journal.old_secret_id);
      !disabled)
    return ports::fail(disabled.error());
  context.retirement.found_disabled();
  journal.disabled_at = context.clock.wall_now();
  journal.intent = Intent::none;
  return Step::done();
}

// A call whose reply was lost may have put it out of use.
bool Disable::relieve(Context& context) const {
  if (!options_.ask_leave || !leave_old_enabled(context)) return false;
  // Whether it was, nobody knows: a way back proves that it is accepted again.
  auto& since = context.ledger.entry().disabled_at;
  if (since == ports::WallTime{}) since = context.clock.wall_now();
  return true;
}

const Disable with_leave({.ask_leave = true});
const Disable without_leave({.ask_leave = false});

}  // namespace

const PhaseWork& disable = with_leave;
const PhaseWork& disable_at_once = without_leave;

}  // namespace rotator::phases
