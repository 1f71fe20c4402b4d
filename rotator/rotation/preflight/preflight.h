// Preflight: looks at everything that a rotation will rest on, changes nothing, and refuses to
// begin where something fails or cannot be seen.
#pragma once

#include "rotator/rotation/preflight/examination.h"
#include "rotator/rotation/strategy.h"

namespace rotator {

// All groups of checks, in the order in which a later one needs an earlier one. What was learnt
// (the old value, the workload, the lines to provider and probe) stays in the context.
Plan look_at_everything(Context& context, const Strategy& strategy, Depth depth);

// The phase that opens a rotation: looks, and on a good plan makes the journal's entry, in memory:
// the first intent writes it. The entry that it finds there has the rotation's id, when the one
// before was done, and no more. Under `unsafe.skip_preflight` it goes on over obstacles, loudly.
class Preflight final : public PhaseWork {
 public:
  // `strategy` must outlive this.
  explicit Preflight(const Strategy& strategy) : strategy_(strategy) {}
  Phase name() const override { return Phase::preflight; }
  Stepped perform(Context& context) const override;

 private:
  void open_journal(Context& context, const Plan& plan) const;

  const Strategy& strategy_;
};

}  // namespace rotator
