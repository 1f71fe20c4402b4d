#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gates.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

using ports::ErrorCode;

// Both secrets stay valid until every pod is proved to be on the old one. First the template of
// before, which heals a rollout that is stuck: its pods are still there. What they cannot prove is
// then settled by a restart.
class FleetBack final : public PhaseWork {
 public:
  Phase name() const override { return Phase::rollback; }
  bool wanted(const Context& context) const override {
    const auto& journal = context.ledger.entry();
    return journal.new_kv_version > 0 || !journal.restart_value.empty();
  }
  Stepped perform(Context& context) const override;
};

// The mark that the pods should carry.
std::optional<std::string> wanted_mark(const Context& context) {
  const auto& journal = context.ledger.entry();
  const auto back = journal.rotation_id + "/back";
  if (journal.restarts_back > 0) return back + std::to_string(journal.restarts_back);
  const auto now = context.fleet.mark();
  const bool forward = now == journal.restart_value && !now->starts_with(back);
  return forward ? journal.restart_before : now;
}

ports::Status restart_back(Context& context, const std::optional<std::string>& mark) {
  if (const auto settled = context.vault_value.settled_at())
    if (const auto waited = context.waiter.wait(*settled); !waited)
      return ports::fail(waited.error());
  ++context.ledger.entry().restarts;
  if (const auto ready = context.ledger.about_to(Intent::restart_back); !ready) return ready;
  return context.fleet.restart(mark);
}

// What the pods still lack; empty = every one of them holds the old value.
ports::Result<std::string> missing_proof(Context& context, const FleetQuestion& question) {
  const auto fleet = context.fleet.inspect(question);
  if (!fleet) return ports::fail(fleet.error());
  bool holds = true;
  for (const auto& judged : {judge_every_pod_on(*fleet, context.ledger.entry().old_fingerprint),
                             judge_process_newer_than_file(*fleet)}) {
    context.teller.judged(judged);
    if (judged.verdict == Judgement::unknown) return ports::fail(ErrorCode::busy, judged.reason);
    holds = holds && judged.verdict == Judgement::pass;
  }
  return holds ? std::string() : std::string("a pod may still hold the new secret");
}

Stepped FleetBack::perform(Context& context) const {
  auto& fleet = context.fleet;
  const auto& rotation = context.configuration.rotation;
  // Whatever begins this phase anew goes on with the restarts that are left.
  auto& restarts = context.ledger.entry().restarts_back;
  for (;;) {
    if (const auto read = fleet.read(); !read) return ports::fail(read.error());
    const auto mark = wanted_mark(context);
    if (mark != fleet.mark())
      if (const auto restarted = restart_back(context, mark); !restarted)
        return ports::fail(restarted.error());
    const Fleet::Wait wait{.until = context.clock.now() + rotation.rollout_deadline,
                           .heed_failures = false};
    const auto broken = fleet.await_rollout(wait);
    if (!broken) return ports::fail(broken.error());
    std::string trouble = *broken ? (*broken)->why : "";
    if (!*broken) {
      const FleetQuestion question{.restart_value = mark};
      const auto stuck = fleet.await_older_gone(question, wait);
      if (!stuck) return ports::fail(stuck.error());
      if (*stuck) return **stuck;
      const auto missing = missing_proof(context, question);
      if (!missing) return ports::fail(missing.error());
      if (missing->empty()) return Step::done();
      trouble = *missing;
    }
    if (restarts >= rotation.max_restarts) {
      // An operator who has looked and resumes has as many again.
      restarts = 0;
      return Step::stop("the way back could not be finished: " + trouble +
                        "; both secrets stay valid");
    }
    ++restarts;
    context.teller.note(Severity::warning, "restarting on the way back: " + trouble);
  }
}

const FleetBack bringing_back;

}  // namespace

const PhaseWork& fleet_back = bringing_back;

}  // namespace rotator::phases
