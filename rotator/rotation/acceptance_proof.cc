#include "rotator/rotation/acceptance_proof.h"

#include "rotator/rotation/gates.h"

namespace rotator {

using ports::Duration;
using ports::Instant;

void AcceptanceProof::add(Instant now, const std::optional<ProbeAnswer>& answer) {
  if (answer) last_ = answer;
  if (answer && answer->acceptance == Acceptance::refused) refused_ = now;
  const bool accepted = answer && answer->acceptance == Acceptance::accepted;
  if (accepted && row_ == 0) row_began_ = now;
  row_ = accepted ? row_ + 1 : 0;
}

int AcceptanceProof::needed() const {
  if (lagging()) return std::max(options_.probes, lagging_row);
  return doubtful() ? std::max(options_.probes, doubtful_row) : options_.probes;
}

bool AcceptanceProof::complete(Instant now) const {
  if (row_ == 0 || row_ < needed()) return false;
  if (refused_ && now - *refused_ < *refused_ - options_.changed) return false;
  return now - *row_began_ >= options_.promised.value_or(Duration(0));
}

Duration AcceptanceProof::gap() const {
  if (options_.out_of_use_before) return reborn_gap * options_.spacing;
  const bool widening = doubtful() && !refused_ && row_ >= close_probes;
  return (widening ? row_ - close_probes + 2 : 1) * options_.spacing;
}

GateResult AcceptanceProof::judge() const { return judge_accepted(row_, needed(), last_); }

Duration AcceptanceProof::shortest(const Options& options) {
  AcceptanceProof proof(options);
  Instant now = options.changed;
  for (;; now += proof.gap()) {
    proof.add(now, ProbeAnswer{.acceptance = Acceptance::accepted});
    if (proof.complete(now) || proof.gap() <= Duration(0)) return now - options.changed;
  }
}

}  // namespace rotator
