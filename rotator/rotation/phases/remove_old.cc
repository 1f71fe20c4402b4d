#include <algorithm>
#include <utility>

#include "rotator/calls/times.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/give_back.h"
#include "rotator/rotation/phases/last_look.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class RemoveOld final : public PhaseWork {
 public:
  struct Options {
    bool look_first = true;  // only while the new secret is everywhere and the old one nowhere
  };
  explicit constexpr RemoveOld(Options options) : options_(options) {}
  Phase name() const override { return Phase::removal; }
  bool wanted(const Context& context) const override {
    return !context.retirement.gone() && !context.systems.capability().create_replaces;
  }
  Stepped perform(Context& context) const override;
  void foresee(Context& context) const override {
    static_cast<void>(
        context.systems.provider().foresee_delete(context.ledger.entry().old_secret_id));
  }
  bool relieve(Context& context) const override {
    return options_.look_first && leave_old_enabled(context);
  }

 private:
  Options options_;
};

// The old secret works again before anything is said.
Stepped give_back_and(Context& context, Step step) {
  if (const auto back = give_old_back(context); !back)
    return ports::fail(back.error().code, step.why + "; " + back.error().message);
  step.why += std::string("; ") + old_given_back(context);
  return step;
}

// Pods come and go while they are looked into: looked at until they can be told.
ports::Result<Judgement> settle_pods(Context& context) {
  auto& clock = context.clock;
  const auto& rotation = context.configuration.rotation;
  const auto patience_ends = clock.now() + rotation.patience;
  for (;;) {
    const auto judged = look_at_pods(context);
    if (!judged || *judged != Judgement::unknown || clock.now() >= patience_ends) return judged;
    const auto changed = context.waiter.wait_for_change(
        context.fleet.workload(), Subject::pods,
        std::min(clock.now() + rotation.soak_check_every, patience_ends));
    if (!changed) return ports::fail(changed.error());
  }
}

// The pods last of all: what they hold is what logins are lost to. Done = nothing speaks against
// the removal.
Stepped look(Context& context, const SecretRecord& old) {
  if (context.systems.capability().can_disable && old.active) {
    context.teller.note(Severity::warning, "the old secret is active again before its removal");
    return Step::again();
  }
  auto changed = look_at_vault(context);
  if (!changed) return ports::fail(changed.error());
  if (*changed) return give_back_and(context, Step::stop_before_again(std::move(**changed)));
  const auto pods = settle_pods(context);
  if (!pods) return ports::fail(pods.error());
  if (*pods == Judgement::pass) return Step::done();
  if (*pods == Judgement::unknown)
    return give_back_and(
        context, Step::stop_before_again("whether every pod uses the new secret could not be told "
                                         "right before the removal of the old one for " +
                                         to_text(context.configuration.rotation.patience)));
  context.teller.note(Severity::warning,
                      "a pod may still use the old secret, so it is not removed");
  return give_back_and(context, Step::again());
}

Stepped RemoveOld::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  auto& provider = context.systems.provider();
  const auto records = provider.list_secrets();
  if (!records) return ports::fail(records.error());
  const auto* old = find_secret(*records, journal.old_secret_id);
  if (!new_is_current(context, *records))
    return Step::stop_before_again(another_took_its_place(context));
  if (old == nullptr) return Step::done();
  const auto* fresh = find_secret(*records, journal.new_secret_id);
  if (fresh == nullptr || !fresh->active) {
    auto stop = Step::stop_before_again("the new secret " + journal.new_secret_id +
                                        " is not active at the provider, so the old one stays");
    return options_.look_first ? give_back_and(context, std::move(stop)) : stop;
  }
  if (options_.look_first) {
    auto looked = look(context, *old);
    if (!looked || looked->kind != Step::Kind::done) return looked;
  }
  if (const auto ready = context.ledger.about_to(Intent::delete_old); !ready)
    return ports::fail(ready.error());
  if (const auto removed = provider.delete_secret(journal.old_secret_id); !removed)
    return ports::fail(removed.error());
  journal.intent = Intent::none;
  return Step::done();
}

const RemoveOld looking({.look_first = true});
const RemoveOld unlooking({.look_first = false});

}  // namespace

const PhaseWork& remove_old = looking;
const PhaseWork& remove_old_unasked = unlooking;

}  // namespace rotator::phases
