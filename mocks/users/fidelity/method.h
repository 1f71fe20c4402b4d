// LoginMethod: one way to find out how the users' logins fare, a fidelity. Each counts into one
// Tally, from the same draws, and is exact in law; they differ in what a login costs and in what
// its fate may depend on (logins.h says what each one sees).
//
// A new fidelity is a file here, a value of Fidelity and a line in Logins' factory.
#pragma once

#include <cstdint>

#include "mocks/facts.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/users/journey.h"
#include "mocks/users/tally.h"
#include "mocks/users/timeline.h"
#include "rotator/ports/clock.h"

namespace mocks::users {

// What every method works with. All must outlive the method.
struct LoginSetting {
  Scheduler& scheduler;
  Observer& observer;
  sim::Draws draws;
  Timeline& timeline;
  const Protocol& protocol;
  LoginProvider& live;  // for a login that happens; one that is read from the record needs none
  Tally& tally;
  double per_second = 0;            // logins
  double refreshes_per_second = 0;  // of all sessions together
};

// A login's id is the number of its stream or counted piece, shifted, and its own number in it. A
// method's own draws, and those of refreshes, are told apart from a login's by the top bits.
inline constexpr unsigned stream_shift = 36;
inline constexpr std::uint64_t counted_entity = 1ULL << 62U;
inline constexpr std::uint64_t refresh_entity = 1ULL << 61U;

class LoginMethod {
 public:
  virtual ~LoginMethod() = default;
  LoginMethod() = default;
  LoginMethod(const LoginMethod&) = delete;
  LoginMethod& operator=(const LoginMethod&) = delete;

  // Logins whose exchange instant lies in [start, stop) count. Each is called once.
  virtual void start(ports::Instant at) = 0;
  virtual void stop(ports::Instant at) = 0;

  // True when no login is under way as events.
  virtual bool idle() const = 0;
  // After stop(): decides by the record whoever is still under way, and counts what is not counted
  // yet, up to `now` at the latest. The tally is complete then.
  virtual void settle(ports::Instant now) = 0;
  // While users log in: counts what is decided by `now`, as far as the method can tell already.
  virtual void catch_up(ports::Instant now) = 0;
};

}  // namespace mocks::users
