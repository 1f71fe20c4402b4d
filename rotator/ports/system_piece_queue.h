// PieceQueue: what a reading thread hands to the caller of Stream::next(), for libraries that push
// what they read. Internal to system_*.cc.
//
// Bound: a reader that is ahead of its caller by max_stream_piece waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"

namespace ports {

class PieceQueue {
 public:
  explicit PieceQueue(Clock& clock) : clock_(clock) {}

  // --- The reader's side ---

  // Waits for room. False once nobody wants more. With `joined`, pieces may be handed on as one.
  bool push(std::string piece, bool joined);
  // There is no more: the end, or why not. `next` says the same from then on.
  void finish(std::optional<Error> error);

  // --- The caller's side ---

  // As Stream::next.
  Result<Piece> next(Instant deadline);
  // Wakes the reader, for good.
  void leave();

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> pieces_;
  std::size_t bytes_ = 0;
  bool finished_ = false;
  bool left_ = false;
  std::optional<Error> error_ = {};
};

}  // namespace ports
