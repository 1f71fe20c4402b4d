#include "rotator/rotation/context/exposure.h"

#include <algorithm>

namespace rotator {

using ports::Duration;
using ports::WallTime;

void Exposure::begin(WallTime created, bool unheard) {
  if (!heeded_) return;
  auto& journal = ledger_.entry();
  const auto now = clock_.wall_now();
  const auto latest = std::max(now, journal.started);
  if (created == WallTime{}) created = unheard ? journal.started : now;
  // The provider's clock is not ours.
  created = std::clamp(created, journal.started, latest);
  journal.exposure_ends = created + journal.window;
  ends_ = clock_.now() + (journal.exposure_ends - now);
}

void Exposure::recall() {
  const auto& journal = ledger_.entry();
  if (journal.exposure_ends == WallTime{}) return;
  ends_ =
      clock_.now() + std::min<Duration>(journal.exposure_ends - clock_.wall_now(), journal.window);
}

bool Exposure::runs() const {
  const auto& journal = ledger_.entry();
  return journal.exposure_ends != WallTime{} && !journal.new_secret_id.empty() &&
         journal.disabled_at == WallTime{};
}

ports::Instant Exposure::ends() const { return runs() ? ends_ : ports::Instant::max(); }

}  // namespace rotator
