// Strategy: a way to rotate, as a table of phases, forward and back. The driver walks it; forward,
// back and resuming come from the same rows. The tables are in strategies/, one file each.
#pragma once

#include <string_view>
#include <vector>

#include "rotator/idp/identity_provider.h"
#include "rotator/rotation/phase.h"
#include "rotator/rotation/step.h"

namespace rotator {

struct Context;

// The work of one phase. An object without state: what it needs it finds in the context, what it
// learns goes into the journal or into the object of the context that owns it. It looks at the
// world first and acts then, so that performing it twice is performing it once.
class PhaseWork {
 public:
  virtual ~PhaseWork() = default;
  // Where the rotation stands while this is performed: what the journal and the listener are told.
  // A name stands once in a strategy's `forward`; the phases of the way back all are `rollback`.
  virtual Phase name() const = 0;
  // False: there is nothing for it to do in this run, and the walk passes it over untold. Looks at
  // the context alone, without a call.
  virtual bool wanted(const Context&) const { return true; }
  virtual Stepped perform(Context& context) const = 0;
  // Makes the changing calls of a performance that nothing disturbs, for a plan: on lines that note
  // them and send none (Systems::note). Phases that change nothing have none.
  virtual void foresee(Context&) const {}
  // The run ends at this phase for an Error, with its work not done: what must not be left as it
  // is, is put right, as far as that can be. True = whoever resumes begins at the row's `again`.
  virtual bool relieve(Context&) const { return false; }
};

struct Row {
  const PhaseWork* phase = nullptr;
  // Where the walk goes on when the phase answers `again`: an earlier row's phase; nothing = the
  // same phase anew.
  const PhaseWork* again = nullptr;
};

struct Strategy {
  // Public: in rotation.yaml, journal, reports. Never changes once released.
  std::string_view name = {};
  // Whether the provider can bear it; `misfit` is the sentence for one that cannot.
  bool (*fits)(const Capability& provider) = nullptr;
  std::string_view misfit = {};
  // Why it is chosen for a provider that it fits, half a sentence.
  std::string_view fit = {};
  // Logins fail while it is at work, so it runs only with rotation.accept_downtime.
  bool costs_logins = false;
  // It counts on a portal that tries two secrets, so it runs only with
  // rotation.portal_tries_fallback.
  bool needs_fallback = false;
  // Its way back puts the old value into the place of the new one at the provider, so that there is
  // one with a provider, too, whose new secret takes the old one's place.
  bool replaces_back = false;
  // Both secrets must stay valid for the safe window: a shorter one is refused.
  bool needs_window = true;
  // It is never taken for what the provider can do: only where it is named.
  bool only_by_name = false;
  // In the order in which they are performed; the last one's `done` ends the rotation.
  std::vector<Row> forward = {};
  // Of a secret that leaked: the row that ends it. Once there is a new secret and the exposure that
  // is bearable is over (rotation.emergency), or nothing else can be done, the walk goes on there
  // from any row before it.
  const PhaseWork* due = nullptr;
  // The way back, performed as one phase under the name `rollback`: whatever fails in it is met by
  // beginning it anew. The last one's `done` ends it. Empty: there is none, and trouble leaves it
  // to an operator to go on.
  std::vector<const PhaseWork*> back = {};
  // The last row from which trouble takes the rotation back by itself...
  const PhaseWork* last_turn_by_itself = nullptr;
  // ... and the last one from which an operator may take it back: the rows after it leave nothing
  // to come back to.
  const PhaseWork* last_turn = nullptr;

  // The row of the phase with that name, as an index into `forward`; forward.size() when it has
  // none.
  std::size_t row_of(Phase name) const;
  std::size_t row_of(const PhaseWork* phase) const;
};

}  // namespace rotator
