#include <algorithm>
#include <string>

#include "rotator/calls/counted.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class Rollout final : public PhaseWork {
 public:
  struct Options {
    bool settle_first = true;  // lagging replicas of Vault are given time before the restart
    bool await = true;         // done when the rollout is
    enum class Of { new_value, staged, after_staged } of = Of::new_value;
  };
  explicit constexpr Rollout(Options options) : options_(options) {}
  Phase name() const override {
    return options_.of == Options::Of::staged ? Phase::stage_rollout : Phase::rollout;
  }
  Stepped perform(Context& context) const override;
  void foresee(Context& context) const override {
    static_cast<void>(context.fleet.restart(std::string()));
  }

 private:
  ports::Status restart(Context& context) const;

  Options options_;
};

ports::Status Rollout::restart(Context& context) const {
  const auto settled = context.vault_value.settled_at();
  if (settled && options_.settle_first)
    if (const auto waited = context.waiter.wait(*settled); !waited)
      return ports::fail(waited.error());
  context.fleet.set_deadline();
  auto& journal = context.ledger.entry();
  // One that was announced and may not have come about is the same restart still.
  if (journal.intent != Intent::restart) ++journal.restarts;
  if (const auto ready = context.ledger.about_to(Intent::restart); !ready) return ready;
  return context.fleet.restart(journal.restart_value);
}

Stepped Rollout::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  auto& fleet = context.fleet;
  if (options_.of == Options::Of::after_staged && journal.restarts_staged == 0) {
    journal.restarts = journal.restarts_staged = std::max(journal.restarts, 1);
    journal.restart_value = journal.rotation_id + "/" + std::to_string(journal.restarts + 1);
  }
  if (journal.restart_value.empty()) {
    // Never asked for: the answer to the patch will say how the workload stands.
    journal.restart_value = journal.rotation_id;
  } else if (const auto read = fleet.read(); !read) {
    return ports::fail(read.error());
  }
  if (fleet.mark() != journal.restart_value) {
    const auto restarts = journal.restarts - journal.restarts_staged;
    if (restarts >= context.configuration.rotation.max_restarts &&
        journal.intent != Intent::restart)
      return Step::turn_back("somebody else put another pod template in the place of " +
                             journal.restart_value + "'s, after " + counted(restarts, "restart"));
    if (const auto restarted = restart(context); !restarted) return ports::fail(restarted.error());
  }
  // Its pod template is there. Whoever finds another one later must restart once more.
  if (journal.intent == Intent::restart) context.ledger.came_about();
  // With no gate that looks at pods, nobody would use the answer: the fixed wait of the guide.
  if (!options_.await || !context.configuration.looks_at_pods()) return Step::done();
  const auto obstacle = fleet.await_rollout({.until = fleet.deadline()});
  if (!obstacle) return ports::fail(obstacle.error());
  if (*obstacle) return **obstacle;
  fleet.forget_deadline();
  return Step::done();
}

const Rollout whole({.settle_first = true, .await = true});
const Rollout at_once({.settle_first = false, .await = false});
const Rollout staged_restart({.of = Rollout::Options::Of::staged});
const Rollout restart_after_staged({.of = Rollout::Options::Of::after_staged});

}  // namespace

const PhaseWork& rollout = whole;
const PhaseWork& restart = at_once;
const PhaseWork& stage_rollout = staged_restart;
const PhaseWork& rollout_staged = restart_after_staged;

}  // namespace rotator::phases
