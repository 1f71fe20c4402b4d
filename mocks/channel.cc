#include "mocks/channel.h"

#include <utility>

namespace mocks {

void Channel::push(std::string piece) {
  if (ended_ || abandoned_) return;
  if (pieces_.size() >= max_queued_pieces) {
    overflowed_ = true;
    ended_ = true;
  } else {
    pieces_.push_back(std::move(piece));
  }
  if (reader_ != nullptr) reader_->on_readable();
}

void Channel::end() {
  if (ended_ || abandoned_) return;
  ended_ = true;
  if (reader_ != nullptr) reader_->on_readable();
}

std::optional<std::string> Channel::pop() {
  if (pieces_.empty()) return std::nullopt;
  std::string piece = std::move(pieces_.front());
  pieces_.pop_front();
  return piece;
}

void Channel::abandon() {
  abandoned_ = true;
  reader_ = nullptr;
  pieces_.clear();
}

}  // namespace mocks
