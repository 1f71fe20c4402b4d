// RefreshEvents: token refreshes (RFC 6749 section 6) of all open sessions together, as a Poisson
// stream of events. Each is decided by the record at its instant and counted apart from logins.
#pragma once

#include <cstdint>

#include "mocks/scheduler.h"
#include "mocks/users/fidelity/method.h"

namespace mocks::users {

class RefreshEvents final : private Timed {
 public:
  explicit RefreshEvents(const LoginSetting& setting) : setting_(setting) {}
  ~RefreshEvents();
  RefreshEvents(const RefreshEvents&) = delete;
  RefreshEvents& operator=(const RefreshEvents&) = delete;

  // From `from` on, until end() or stop(). While a refresh of an ended stream is still to come, the
  // stream goes on as it was.
  void begin(ports::Instant from);
  // None from `at` on.
  void end(ports::Instant at) { end_ = at; }
  // None at all any more.
  void stop() { setting_.scheduler.cancel(timer_); }

 private:
  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void draw_next();

  LoginSetting setting_;
  ports::Instant next_ = {};
  ports::Instant end_ = forever;
  TimerId timer_ = 0;
  std::uint64_t drawn_ = 0;
};

}  // namespace mocks::users
