// Step: what a phase answers when it has looked at the world and done its part. A phase never says
// what comes after it: the strategy's table does (strategy.h).
#pragma once

#include <string>
#include <utility>

#include "rotator/ports/result.h"

namespace rotator {

struct Step {
  enum class Kind {
    done,       // its work is done; the walk goes on with the table's next row
    again,      // something that it builds on is not so: the walk goes on at the row's `again`
    turn_back,  // going on would do harm: everything is taken back, if the strategy still can
    forward,  // of a way back: there is nothing to come back to; the walk goes on to the new secret
              // from the journal's phase, and turns back no more
    stop,     // neither forward nor back by itself: both secrets stay valid, an operator decides
    refuse,   // nothing was changed and nothing will be
  };
  Kind kind = Kind::done;
  // With `stop`: whoever resumes begins at the row's `again` and not at this row.
  bool from_again = false;
  // One sentence for the operator, free of secrets. Of the last row's `done`: what was achieved.
  std::string why = {};

  static Step done(std::string achieved = {}) { return {.why = std::move(achieved)}; }
  static Step again() { return {.kind = Kind::again}; }
  static Step turn_back(std::string why) {
    return {.kind = Kind::turn_back, .why = std::move(why)};
  }
  static Step forward(std::string why) { return {.kind = Kind::forward, .why = std::move(why)}; }
  static Step stop(std::string why) { return {.kind = Kind::stop, .why = std::move(why)}; }
  static Step stop_before_again(std::string why) {
    return {.kind = Kind::stop, .from_again = true, .why = std::move(why)};
  }
  static Step refuse(std::string why) { return {.kind = Kind::refuse, .why = std::move(why)}; }
};

// An Error instead of a Step means that the phase could not look or act. Trouble that may pass is
// met by performing the phase again, for as long as rotation.patience says; the rest ends the walk
// or turns it back.
using Stepped = ports::Result<Step>;

// Whether an Error of this code may pass by itself.
bool may_pass(ports::ErrorCode code);

}  // namespace rotator
