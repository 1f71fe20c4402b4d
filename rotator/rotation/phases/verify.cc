#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gates.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class Verify final : public PhaseWork {
 public:
  Phase name() const override { return Phase::verify; }
  bool wanted(const Context& context) const override {
    return context.configuration.looks_at_pods();
  }
  Stepped perform(Context& context) const override;
};

// The guide's remedy for a pod that rendered the old value: another restart, under a name of its
// own.
Step restart_again(Context& context, const std::string& why) {
  auto& journal = context.ledger.entry();
  if (journal.restarts >= context.configuration.rotation.max_restarts)
    return Step::turn_back(why + ", after " + std::to_string(journal.restarts) + " restarts");
  ++journal.restarts;
  journal.restart_value = journal.rotation_id + "/" + std::to_string(journal.restarts);
  context.teller.note(Severity::warning, "restarting again: " + why);
  return Step::again();
}

Stepped Verify::perform(Context& context) const {
  auto question = context.fleet.question();
  if (context.configuration.gate_enabled(Gate::old_pods_gone)) {
    const auto obstacle = context.fleet.await_older_gone(question, {});
    if (!obstacle) return ports::fail(obstacle.error());
    if (*obstacle) return **obstacle;
  }
  auto fleet = context.fleet.inspect_seen(std::move(question));
  if (!fleet) return ports::fail(fleet.error());
  const bool older_gone = context.teller.gate(judge_old_pods_gone(*fleet));
  for (const auto& judged : {judge_every_pod_on(*fleet, context.ledger.entry().new_fingerprint),
                             judge_process_newer_than_file(*fleet)}) {
    if (context.teller.gate(judged)) continue;
    if (judged.verdict == Judgement::fail) return restart_again(context, judged.reason);
    // Pods come and go: look again, until patience ends.
    return ports::fail(ports::ErrorCode::busy,
                       std::string("gate ") + to_string(judged.gate) + ": " + judged.reason);
  }
  if (!older_gone) return ports::fail(ports::ErrorCode::busy, "an older pod came back");
  context.fleet.keep_proofs(std::move(fleet->live));
  return Step::done();
}

const Verify the_verify;

}  // namespace

const PhaseWork& verify = the_verify;

}  // namespace rotator::phases
