#include "rotator/rotation/phases/acceptance.h"

#include <algorithm>
#include <optional>
#include <string>

namespace rotator::phases {
namespace {

using ports::Duration;
using ports::Instant;

enum class Memory { keep, none };  // whether a refusal is written into the journal

ports::Status remember_refusal(Context& context) {
  auto& journal = context.ledger.entry();
  const bool first = journal.refused_at == ports::WallTime{};
  journal.refused_at = context.clock.wall_now();
  return first ? context.ledger.append() : ports::Status();
}

// Who has begun to agree is not given up: either the row becomes the proof, or a refusal ends it.
ports::Result<GateResult> prove(Context& context, const ports::Secret& secret,
                                AcceptanceProof proof, Instant patience_ends, Memory memory) {
  for (;;) {
    const auto answer = context.systems.probe().ask(secret);
    if (!answer && answer.error().code == ports::ErrorCode::interrupted)
      return ports::fail(answer.error());
    const auto now = context.clock.now();
    proof.add(now, answer ? std::optional(*answer) : std::nullopt);
    if (memory == Memory::keep && answer && answer->acceptance == Acceptance::refused)
      if (const auto kept = remember_refusal(context); !kept) return ports::fail(kept.error());
    if (proof.complete(now) || (proof.row() == 0 && now >= patience_ends)) return proof.judge();
    if (const auto waited = context.waiter.wait(now + proof.gap()); !waited)
      return ports::fail(waited.error());
  }
}

AcceptanceProof::Options options_of(const Context& context) {
  const auto& rotation = context.configuration.rotation;
  return {.probes = rotation.probes,
          .spacing = rotation.probe_spacing,
          .promised = context.systems.capability().propagation,
          .changed = context.clock.now()};
}

void tell_wait(Context& context, const char* secret, Instant patience_ends) {
  context.teller.waiting(std::string("the token endpoint to accept ") + secret,
                         patience_ends - context.clock.now());
}

}  // namespace

ports::Result<GateResult> prove_new_accepted(Context& context) {
  const auto now = context.clock.now();
  const auto& journal = context.ledger.entry();
  auto options = options_of(context);
  // The run that saw it may have seen it up to its last moment.
  if (journal.refused_at != ports::WallTime{}) options.refused = now;
  options.changed =
      now - std::max<Duration>(context.clock.wall_now() - journal.window_opened, Duration(0));
  const auto patience_ends = now + context.systems.capability().longest_birth;
  tell_wait(context, "the new secret", patience_ends);
  return prove(context, context.values.new_value(), AcceptanceProof(options), patience_ends,
               Memory::keep);
}

ports::Result<GateResult> prove_still_accepted(Context& context, Instant opens) {
  auto options = options_of(context);
  options.promised = Duration(0);
  return prove(context, context.values.new_value(), AcceptanceProof(options),
               context.propagation_ends(std::max(opens, context.clock.now())), Memory::none);
}

ports::Result<GateResult> prove_old_accepted(Context& context) {
  auto options = options_of(context);
  options.out_of_use_before = true;
  const auto patience_ends = context.propagation_ends(context.clock.now());
  tell_wait(context, "the old secret", patience_ends);
  return prove(context, context.values.old_value(), AcceptanceProof(options), patience_ends,
               Memory::none);
}

}  // namespace rotator::phases
