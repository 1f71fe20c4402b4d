#include "rotator/rotation/context/waiter.h"

#include <algorithm>

namespace rotator {

using ports::ErrorCode;
using ports::Instant;

ports::Result<bool> Waiter::wait(Instant until) { return pass(until, nullptr); }

ports::Result<bool> Waiter::wait_for_change(const Workload& workload, Subject subject,
                                            Instant until) {
  const Change change{workload, subject};
  return pass(until, &change);
}

ports::Result<bool> Waiter::pass(Instant until, const Change* change) {
  if (until > clock_.now())
    teller_.waiting(change != nullptr ? "the cluster" : "time", until - clock_.now());
  while (clock_.now() < until) {
    if (exposure_.over())
      return ports::fail(ErrorCode::busy, "a leaked secret has to end while waiting in phase " +
                                              std::string(to_string(teller_.phase())));
    if (const auto kept = lock_.keep(until); !kept) return ports::fail(kept.error());
    if (const auto kept = systems_.vault().keep(); !kept)
      teller_.note(Severity::warning, "Vault token: " + kept.error().message);
    if (clock_.now() >= failures_.next_look()) {
      const auto seen = failures_.seen();
      failures_.look();
      if (failures_.seen() != seen) return true;
    }
    const auto wake =
        std::max(std::min({until, lock_.next_renewal(), failures_.next_look(), exposure_.ends()}),
                 std::min(until, clock_.now() + shortest_wait));
    if (change != nullptr) {
      const auto changed =
          systems_.cluster().wait_for_change(change->workload, change->subject, wake);
      if (!changed) return ports::fail(changed.error());
      if (*changed) return true;
    } else if (clock_.sleep_until(wake) == ports::Wake::interrupted) {
      return ports::fail(ErrorCode::interrupted, "asked to stop while waiting in phase " +
                                                     std::string(to_string(teller_.phase())));
    }
    if (clock_.interrupted())
      return ports::fail(ErrorCode::interrupted,
                         "asked to stop in phase " + std::string(to_string(teller_.phase())));
  }
  return false;
}

}  // namespace rotator
