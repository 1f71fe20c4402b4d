// CountedLogins: logins that are counted from the record, after the fact and without an event.
//
// Where logins stand alone (counting.h), they fall into classes, one for each outcome, and a method
// samples how many fall into each: superposed and counts differ in that sampling alone. Where they
// are entangled, how many there are and when is drawn, and each one is played from the record.
//
// Sees: whatever the Timeline records. Does not see: faults of the network between a pod and the
// provider, and whatever a provider decides by itself, as nothing is asked. Tells no Facts.
#pragma once

#include <cstdint>
#include <vector>

#include "mocks/sim/superposed.h"
#include "mocks/users/counting.h"
#include "mocks/users/fidelity/method.h"

namespace mocks::users {

class CountedLogins : public LoginMethod {
 public:
  // Everything before this instant is in the tally, or is somebody else's to count.
  ports::Instant counted() const { return counted_; }
  // Counts on from `from`, whatever lay between: events have played it.
  void resume(ports::Instant from) { counted_ = from; }
  // Counts up to `to`; nothing when that is counted already.
  void count_until(ports::Instant to);

  void start(ports::Instant at) override { counted_ = at; }
  void stop(ports::Instant at) override { end_ = at; }
  bool idle() const override { return true; }
  void settle(ports::Instant now) override;
  // The newest are not in it yet: those of the last JourneyOptions::longest_landing(), and while
  // logins are entangled those of the last longest_after(), as their fate needs the whole record.
  void catch_up(ports::Instant now) override;

 protected:
  explicit CountedLogins(const LoginSetting& setting) : setting_(setting) {}

 private:
  // Adds to `counts` how many logins of each outcome the interval has; called once an interval, in
  // order of time.
  virtual void sample(const sim::LoginInterval& interval, sim::OutcomeCounts& counts) = 0;

  // Where the entangled spans of all that is not counted yet up to `to` are known.
  void count_until(ports::Instant to, const std::vector<InstantSpan>& entangled);
  void count_piece(ports::Instant from, ports::Instant to);
  void play_piece(ports::Instant from, ports::Instant to);

  LoginSetting setting_;
  ports::Instant counted_ = {};
  ports::Instant end_ = forever;
  std::uint64_t pieces_ = 0;
  std::vector<ports::Instant> instants_;  // of the piece that is played; kept for its memory
};

}  // namespace mocks::users
