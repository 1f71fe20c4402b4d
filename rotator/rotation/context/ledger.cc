#include "rotator/rotation/context/ledger.h"

#include <utility>

namespace rotator {

ports::Status Ledger::load() {
  auto loaded = store_.load();
  if (!loaded) return ports::fail(loaded.error());
  entry_ = std::move(*loaded);
  return {};
}

ports::Status Ledger::append() {
  dirty_ = true;
  entry_.holder = lock_.holder();
  const auto written = store_.append(entry_);
  if (written)
    dirty_ = unwritten_end_ = false;
  else if (written.error().code == ports::ErrorCode::conflict)
    lock_.lose();
  return written;
}

void Ledger::came_about() {
  entry_.intent = Intent::none;
  unwritten_end_ = true;
}

ports::Status Ledger::about_to(Intent intent) {
  entry_.intent = intent;
  if (const auto written = append(); !written) return written;
  return lock_.fence();
}

}  // namespace rotator
