#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gates.h"
#include "rotator/rotation/phases/last_look.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class Verify final : public PhaseWork {
 public:
  struct Options {
    bool staged = false;  // the old value with the new one beside it
    bool last = false;    // behind it there is no way back, and no window in which to watch logins
    bool leave = false;   // what stands open is leave for the row behind it
  };
  explicit constexpr Verify(Options options) : options_(options) {}
  Phase name() const override { return options_.staged ? Phase::stage_verify : Phase::verify; }
  bool wanted(const Context& context) const override {
    return context.configuration.looks_at_pods();
  }
  Stepped perform(Context& context) const override;

 private:
  Options options_;
};

// The guide's remedy for a pod that rendered the old value: another restart, under a name of its
// own.
Step restart_again(Context& context, const std::string& why) {
  auto& journal = context.ledger.entry();
  const auto restarts = journal.restarts - journal.restarts_staged;
  if (restarts >= context.configuration.rotation.max_restarts)
    return Step::turn_back(why + ", after " + counted(restarts, "restart"));
  journal.restart_value = journal.rotation_id + "/" + std::to_string(journal.restarts + 1);
  context.teller.note(Severity::warning, "restarting again: " + why);
  return Step::again();
}

Stepped Verify::perform(Context& context) const {
  // Somebody undid the rollout: its pods are no stragglers that time would end.
  if (context.fleet.mark() != context.ledger.entry().restart_value) return Step::again();
  auto question = context.fleet.question();
  question.fallback = options_.staged;
  if (context.configuration.gate_enabled(Gate::old_pods_gone)) {
    const auto obstacle = context.fleet.await_older_gone(question, {});
    if (!obstacle) return ports::fail(obstacle.error());
    if (*obstacle) return **obstacle;
  }
  auto fleet = context.fleet.inspect_seen(std::move(question));
  if (!fleet) return ports::fail(fleet.error());
  const bool older_gone = context.teller.gate(judge_old_pods_gone(*fleet));
  const auto on_new = options_.staged
                          ? judge_on_staged(context, *fleet)
                          : judge_every_pod_on(*fleet, context.ledger.entry().new_fingerprint);
  for (const auto& judged : {on_new, judge_process_newer_than_file(*fleet)}) {
    if (context.teller.gate(judged)) continue;
    if (judged.verdict == Judgement::fail) return restart_again(context, judged.reason);
    // Pods come and go: look again, until patience ends.
    return ports::fail(ports::ErrorCode::busy,
                       std::string("gate ") + to_string(judged.gate) + ": " + judged.reason);
  }
  if (!older_gone) return ports::fail(ports::ErrorCode::busy, "an older pod came back");
  if (options_.last && context.failures.counts()) {
    context.failures.look();
    if (context.failures.breached())
      return Step::turn_back(counted(context.failures.seen(), "login failure") +
                             " until every pod was restarted");
  }
  context.fleet.keep_proofs(std::move(fleet->live));
  if (options_.leave) context.retirement.permit();
  return Step::done();
}

const Verify verifying_new({.staged = false});
const Verify verifying_staged({.staged = true, .leave = true});
const Verify verifying_last({.last = true});
const Verify verifying_moved({.leave = true});

}  // namespace

const PhaseWork& verify = verifying_new;
const PhaseWork& stage_verify = verifying_staged;
const PhaseWork& verify_last = verifying_last;
const PhaseWork& verify_moved = verifying_moved;

}  // namespace rotator::phases
