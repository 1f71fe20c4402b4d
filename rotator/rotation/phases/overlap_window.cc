#include <algorithm>
#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gates.h"
#include "rotator/rotation/phases/acceptance.h"
#include "rotator/rotation/phases/last_look.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

using ports::ErrorCode;
using ports::Instant;
using Obstacle = ports::Result<std::optional<Step>>;

// How long to wait for quiet after the window, in quiet periods.
constexpr int most_quiet_periods = 10;

class OverlapWindow final : public PhaseWork {
 public:
  Phase name() const override { return Phase::overlap; }
  Stepped perform(Context& context) const override;
};

// Until the window opens the way, with the last probes ending as it does.
Obstacle pass_window(Context& context, Instant opens) {
  auto& clock = context.clock;
  const auto& rotation = context.configuration.rotation;
  const bool probing = context.configuration.gate_enabled(Gate::new_secret_accepted);
  const auto lead = probing ? rotation.probe_spacing * rotation.probes : ports::Duration(0);
  while (clock.now() < opens - lead) {
    if (const auto waited = context.waiter.wait(opens - lead); !waited)
      return ports::fail(waited.error());
    if (context.failures.breached())
      return std::optional(
          Step::turn_back(counted(context.failures.seen(), "login failure") + " in the window"));
  }
  if (probing) {
    const auto accepted = prove_still_accepted(context, opens);
    if (!accepted) return ports::fail(accepted.error());
    if (!context.teller.gate(*accepted)) {
      if (accepted->verdict == Judgement::fail)
        return std::optional(Step::turn_back("the new secret is refused: " + accepted->reason));
      return ports::fail(ErrorCode::busy, accepted->reason);
    }
  }
  while (clock.now() < opens)
    if (const auto waited = context.waiter.wait(opens); !waited) return ports::fail(waited.error());
  context.teller.gate(judge_window(clock.now(), context.window.ends()));
  return std::optional<Step>();
}

// Until no login has failed for a while.
Obstacle pass_quiet(Context& context) {
  auto& clock = context.clock;
  auto& failures = context.failures;
  const auto period = context.configuration.rotation.quiet_period;
  if (context.configuration.gate_enabled(Gate::quiet_period)) {
    if (failures.quiet().blind || !failures.quiet().watched_since ||
        (!failures.counts() && failures.next_look() <= clock.now()))
      failures.look();
    const auto latest = clock.now() + most_quiet_periods * period;
    while (clock.now() < quiet_at(period, failures.quiet()) && !failures.quiet().blind) {
      if (failures.breached() || clock.now() >= latest)
        return std::optional(Step::turn_back("logins kept failing after the window"));
      if (const auto waited =
              context.waiter.wait(std::min(quiet_at(period, failures.quiet()), latest));
          !waited)
        return ports::fail(waited.error());
    }
  }
  const auto quiet = judge_quiet(clock.now(), period, failures.quiet());
  if (!context.teller.gate(quiet)) return ports::fail(ErrorCode::busy, quiet.reason);
  return std::optional<Step>();
}

// What was true after the rollout may have changed since: the value in Vault, and every pod.
Stepped look_once_more(Context& context) {
  auto changed = look_at_vault(context);
  if (!changed) return ports::fail(changed.error());
  if (*changed) return Step::stop_before_again(std::move(**changed));
  const auto pods = look_at_pods(context);
  if (!pods) return ports::fail(pods.error());
  return *pods == Judgement::pass ? Step::done() : Step::again();
}

Stepped OverlapWindow::perform(Context& context) const {
  auto& clock = context.clock;
  const auto ends = context.window.ends();
  if (context.values.new_value().empty())
    return Step::stop("the new value can be read neither in Vault nor at the provider");
  const auto opens = context.configuration.gate_enabled(Gate::window_elapsed) ? ends : clock.now();
  if (const auto written = context.ledger.append(); !written) return ports::fail(written.error());
  if (!context.failures.counts() && context.configuration.gate_enabled(Gate::quiet_period))
    context.failures.look_at(
        std::max(clock.now(), opens - context.configuration.rotation.quiet_period));

  auto obstacle = pass_window(context, opens);
  if (obstacle && !*obstacle) obstacle = pass_quiet(context);
  if (!obstacle) return ports::fail(obstacle.error());
  if (*obstacle) return **obstacle;
  auto looked = look_once_more(context);
  if (looked && looked->kind == Step::Kind::done) context.retirement.permit();
  return looked;
}

const OverlapWindow the_window;

}  // namespace

const PhaseWork& overlap_window = the_window;

}  // namespace rotator::phases
