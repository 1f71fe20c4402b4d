#include "rotator/rotation/context/window.h"

#include <algorithm>

namespace rotator {

void Window::open() {
  auto& journal = ledger_.entry();
  journal.window_opened = clock_.wall_now();
  journal.window_ends = journal.window_opened + journal.window;
  ends_ = clock_.now() + journal.window;
}

void Window::recall() {
  const auto& journal = ledger_.entry();
  if (journal.window_ends == ports::WallTime{}) return;
  ends_ = clock_.now() + std::clamp<ports::Duration>(journal.window_ends - clock_.wall_now(),
                                                     ports::Duration(0),
                                                     journal.window_ends - journal.window_opened);
}

ports::Instant Window::ends() {
  if (!ends_) ends_ = clock_.now() + ledger_.entry().window;
  return *ends_;
}

}  // namespace rotator
