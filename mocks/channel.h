// Channel: pieces on their way from a mock to whichever wire carries them. One writer (the mock),
// one reader (the wire), both under the world's lock; it holds no thread and no clock.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace mocks {

// Bound: a reader this far behind is cut off (the channel closes abnormally), as an API server
// drops a slow watcher.
inline constexpr std::size_t max_queued_pieces = 10'000;

class Channel {
 public:
  // Who wants to know that pop() or ended() may have something new. Not owned; must outlive the
  // channel or be taken off.
  class Reader {
   public:
    virtual void on_readable() = 0;

   protected:
    ~Reader() = default;
  };

  // Writer's side. Both do nothing once the reader has left or the channel has ended.
  void push(std::string piece);
  void end();

  // True when nobody reads any more: the writer may forget the channel.
  bool abandoned() const { return abandoned_; }

  // Reader's side.
  std::optional<std::string> pop();
  bool ended() const { return ended_ && pieces_.empty(); }
  // True when the channel ended because the reader fell behind by max_queued_pieces.
  bool overflowed() const { return overflowed_; }
  void set_reader(Reader* reader) { reader_ = reader; }
  void abandon();

 private:
  std::deque<std::string> pieces_;
  Reader* reader_ = nullptr;
  bool ended_ = false;
  bool abandoned_ = false;
  bool overflowed_ = false;
};

}  // namespace mocks
