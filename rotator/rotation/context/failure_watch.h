// FailureWatch: what this run knows of login failures: how many, since when it looks, when it looks
// next, whether the stop condition is breached. With a failure signal it counts; without one the
// rotator's own probes of both secrets stand in for it, and nothing is counted.
#pragma once

#include <cstdint>
#include <optional>

#include "rotator/ports/clock.h"
#include "rotator/rotation/context/systems.h"
#include "rotator/rotation/context/teller.h"
#include "rotator/rotation/context/values.h"
#include "rotator/rotation/failure_query.h"
#include "rotator/rotation/gates.h"

namespace rotator {

class FailureWatch {
 public:
  // All must outlive this.
  FailureWatch(Systems& systems, const Values& values, const Configuration& configuration,
               ports::Clock& clock, Teller& teller);

  // Whether there is a failure signal.
  bool counts() const { return query_.has_value(); }
  // The first look of a rotation, which failures are counted from; only where counts(). Its Error
  // says why the signal cannot be read.
  ports::Result<std::int64_t> begin();
  // For a run that takes up what another began: counts from the journal's number, and looks.
  void recall(std::optional<std::int64_t> count_then);
  // An operator has seen the failures so far and decided to go on.
  void forgive();

  // Looks now, and sets when to look next. What cannot be seen is noted and makes quiet() blind.
  void look();
  // When wait() has to look; Instant::max() = never.
  ports::Instant next_look() const { return next_look_; }
  void look_at(ports::Instant next) { next_look_ = next; }
  // No more probing for the sake of looking; a failure signal is still looked at.
  void probe_no_more();
  // There is no way back to the old secret: the new one alone helps whoever fails with the old one,
  // so no number of failures is a breach from here on, and the old secret's refusal is no trouble.
  void only_the_new_one_helps() { no_way_back_ = true; }
  // No look of any kind any more.
  void rest() { next_look_ = ports::Instant::max(); }

  // Quiet may be told from here on: both secrets are known to work.
  void watch_from_now();
  const Quiet& quiet() const { return quiet_; }

  // New failures seen in this run, and the signal's latest number.
  std::int64_t seen() const { return seen_; }
  std::optional<std::int64_t> count() const { return count_; }
  // More than rotation.stop_after_failures; never without a failure signal, nor after
  // only_the_new_one_helps().
  bool breached() const;

 private:
  void look_by_probes();

  Systems& systems_;
  const Values& values_;
  const Configuration& configuration_;
  ports::Clock& clock_;
  Teller& teller_;
  std::optional<FailureQuery> query_;
  Quiet quiet_;
  ports::Instant next_look_ = ports::Instant::max();
  std::optional<std::int64_t> count_;
  std::int64_t seen_ = 0;
  bool no_way_back_ = false;
};

}  // namespace rotator
