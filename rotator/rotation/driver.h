// Driver: walks a strategy's table. Patience, the place in the journal, stop conditions, turning
// back, resuming, interrupts and the budget of steps are here, once, for all strategies; what is
// done is the phases' business, and which follows which the table's.
//
// The place is in the journal before a phase acts: its own first intent writes it, or the driver
// does when something is unwritten. A resumed walk begins at the row that the journal names; the
// phases look at the world first, so that performing one again is harmless.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/outcome.h"
#include "rotator/rotation/strategy.h"

namespace rotator {

// Bounds.
inline constexpr int max_steps = 64;  // phases entered in one walk, restarts and returns included
inline constexpr ports::Duration first_backoff = std::chrono::seconds(1);
inline constexpr ports::Duration longest_backoff = std::chrono::seconds(15);

class Driver {
 public:
  // Both must outlive this. The journal is loaded, the lock is held.
  Driver(Context& context, const Strategy& strategy);

  // `opening` looks whether the rotation may begin and opens the journal's entry in memory; without
  // patience, since nothing has been begun. Then the whole table of the strategy that the entry
  // names.
  Outcome begin(const PhaseWork& opening);
  // From where the journal says, forward or back. Needs the context reconnected. A stopped rotation
  // goes on forward. Misconfigured when the journal names a row that the table has not.
  Outcome resume();
  // Whether the strategy has a way back, and the journal's place is not beyond its last turn.
  bool can_turn_back() const;
  // Whether there is something to come back to: with a provider whose new secret takes the old
  // one's place, only until it was made; none once the old one was found gone. Needs the context
  // reconnected.
  bool has_way_back() const;
  // Whether the strategy has no way back at all.
  bool never_turns_back() const { return strategy_->back.empty(); }
  // Takes the rotation back at the operator's wish. Needs can_turn_back(), has_way_back() and
  // the context reconnected.
  Outcome turn_back(std::string why);

 private:
  struct Place {
    enum class Where { opening, forward, back } where = Where::forward;
    std::size_t row = 0;  // with forward
  };

  Outcome walk(Place from);
  Stepped perform_with_patience(Place place);
  Stepped perform(Place place);
  Stepped perform_back();
  ports::Status close(Disposition disposition);

  std::optional<Place> after_step(Place place, const Step& step, Outcome& result);
  std::optional<Place> after_error(Place place, const ports::Error& error, Outcome& result);
  Place after(std::size_t row) const;
  Place again_of(std::size_t row) const;
  bool last(Place place) const;
  Place turn(std::string why);
  Place only_forward(const std::string& why);
  bool lies_before_due(Place place) const;
  // A leaked secret is still to be ended, by a row that lies beyond `place`.
  bool before_due(Place place) const;
  // And it has to be now.
  bool due_now(Place place) const {
    return before_due(place) && context_.clock.now() >= context_.exposure.ends();
  }
  Place go_to_due(const std::string& why);
  // The run ends here, and somebody may be waiting for what a phase has taken away.
  void relieve(Place place);
  Outcome stopped(std::string why);
  Outcome outcome(Ending ending, std::string message) const;
  Phase name_of(Place place) const;
  // No secret was made, as far as anybody knows.
  bool nothing_made() const;

  Context& context_;
  const Strategy* strategy_;
  const PhaseWork* opening_ = nullptr;
  bool only_forward_ = false;  // the way back was found closed in this walk
  std::vector<std::pair<Phase, ports::Duration>> durations_;
};

}  // namespace rotator
