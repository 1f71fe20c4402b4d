#include "rotator/rotation/phases/acceptance.h"

#include <optional>

#include "rotator/rotation/gates.h"

namespace rotator::phases {

using ports::Instant;

ports::Result<GateResult> prove_accepted(Context& context, Instant patience_ends) {
  const auto& rotation = context.configuration.rotation;
  const auto began = context.clock.now();
  std::optional<Instant> refused_at;
  int row = 0;
  std::optional<ProbeAnswer> last;
  for (;;) {
    const auto answer = context.systems.probe().ask(context.values.new_value());
    if (!answer && answer.error().code == ports::ErrorCode::interrupted)
      return ports::fail(answer.error());
    const auto now = context.clock.now();
    if (answer) last = *answer;
    row = answer && answer->acceptance == Acceptance::accepted ? row + 1 : 0;
    if (answer && answer->acceptance == Acceptance::refused) refused_at = now;
    const int needed = refused_at ? lagging_factor * rotation.probes : rotation.probes;
    const bool long_enough = !refused_at || now - *refused_at >= *refused_at - began;
    if ((row >= needed && long_enough) || now >= patience_ends)
      return judge_accepted(row, needed, last);
    if (const auto waited = context.waiter.wait(now + rotation.probe_spacing); !waited)
      return ports::fail(waited.error());
  }
}

}  // namespace rotator::phases
