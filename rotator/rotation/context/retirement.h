// Retirement: what this run knows of the old secret's end that is true for a moment only and must
// not outlive the process: the leave to put it out of use, and that it is gone already.
#pragma once

#include <utility>

namespace rotator {

class Retirement {
 public:
  // Every gate was seen open a moment ago. A run that was resumed has no leave: what was proved
  // then may not hold now.
  void permit() { permitted_ = true; }
  // Whether there is leave; it is good for one attempt.
  bool take_permit() { return std::exchange(permitted_, false); }

  // The old secret is out of use, as this run has seen or made it.
  void found_disabled() { disabled_ = true; }
  void found_enabled() { disabled_ = false; }
  bool disabled() const { return disabled_; }

  // The provider no longer lists the old secret: what leads up to its removal is passed over.
  void found_gone() { gone_ = true; }
  bool gone() const { return gone_; }

 private:
  bool permitted_ = false;
  bool disabled_ = false;
  bool gone_ = false;
};

}  // namespace rotator
