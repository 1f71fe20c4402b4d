#include "rotator/ports/system_piece_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ports {

bool PieceQueue::push(std::string piece, bool joined) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return left_ || pieces_.empty() || bytes_ < max_stream_piece; });
  if (left_) return false;
  bytes_ += piece.size();
  const bool fits =
      joined && !pieces_.empty() && pieces_.back().size() + piece.size() <= max_stream_piece;
  if (fits) {
    pieces_.back() += piece;
  } else {
    pieces_.push_back(std::move(piece));
  }
  changed_.notify_all();
  return true;
}

void PieceQueue::finish(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  error_ = std::move(error);
  changed_.notify_all();
}

Result<Piece> PieceQueue::next(Instant deadline) {
  std::unique_lock lock(mutex_);
  while (pieces_.empty() && !finished_) {
    const Duration left = deadline - clock_.now();
    if (left <= Duration::zero()) return Piece{};
    changed_.wait_for(lock, std::min<Duration>(left, std::chrono::hours(24)));
  }
  if (!pieces_.empty()) {
    Piece piece{.kind = Piece::Kind::data, .data = std::move(pieces_.front())};
    pieces_.pop_front();
    bytes_ -= piece.data.size();
    changed_.notify_all();
    return piece;
  }
  if (error_) return fail(*error_);
  return Piece{.kind = Piece::Kind::end};
}

void PieceQueue::leave() {
  const std::lock_guard lock(mutex_);
  left_ = true;
  changed_.notify_all();
}

}  // namespace ports
