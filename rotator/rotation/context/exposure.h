// Exposure: how long an old secret that leaked may go on being accepted. It counts from the
// creation of the secret that takes its place, and nothing puts its end off: whoever still uses the
// old secret then fails. Only where the strategy has a row at which the old secret is due.
#pragma once

#include <utility>

#include "rotator/rotation/context/ledger.h"

namespace rotator {

class Exposure {
 public:
  // Both must outlive this.
  Exposure(Ledger& ledger, ports::Clock& clock) : ledger_(ledger), clock_(clock) {}

  // Whether the walk is on its way to the row at which the old secret is due: only then it begins,
  // and only then it is over.
  void heed(bool heeded) { heeded_ = heeded; }

  // The new secret is there: made at `created`, as the provider says; the zero time where it does
  // not. `unheard`: nobody heard of it when it was made, so that now is too late to count from.
  // Into the entry, not yet written.
  void begin(ports::WallTime created, bool unheard);
  // For a run that takes up what another began. A wall clock that jumped does not stretch it beyond
  // what was allowed.
  void recall();

  // There is a new secret, and the old one is still to be ended.
  bool runs() const;
  // When the old one ends at the latest; Instant::max() where it does not run.
  ports::Instant ends() const;
  // It runs, and its end has come before the row at which the old secret is due.
  bool over() const { return heeded_ && clock_.now() >= ends(); }

  // The walk passed over what stands before the row: there, time alone opens the way, and it goes
  // on at an earlier row once the old secret has ended.
  void cut_short() { cut_short_ = true; }
  bool take_cut_short() { return std::exchange(cut_short_, false); }

 private:
  Ledger& ledger_;
  ports::Clock& clock_;
  ports::Instant ends_ = ports::Instant::max();
  bool heeded_ = false;
  bool cut_short_ = false;
};

}  // namespace rotator
