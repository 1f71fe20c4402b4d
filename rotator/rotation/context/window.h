// Window: how long both secrets stay valid, counted from the creation of the new one. Its length
// and its wall times are in the journal; this is the same by the clock that waits go by.
#pragma once

#include <optional>

#include "rotator/ports/clock.h"
#include "rotator/rotation/context/ledger.h"

namespace rotator {

class Window {
 public:
  // Both must outlive this.
  Window(Ledger& ledger, ports::Clock& clock) : ledger_(ledger), clock_(clock) {}

  // The new secret has just been made: the window runs from now. Into the entry, not yet written.
  void open();
  // For a run that takes up what another began. A wall clock that jumped does not stretch or shrink
  // the window beyond what it is.
  void recall();
  // When it has passed; counted from now when nobody knows when it was opened.
  ports::Instant ends();

 private:
  Ledger& ledger_;
  ports::Clock& clock_;
  std::optional<ports::Instant> ends_;
};

}  // namespace rotator
