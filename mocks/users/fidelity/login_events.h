// LoginEvents: logins that happen. A Poisson stream of exchanges is drawn one after the other, and
// every step of each login is a timer at which the live provider is asked; the outcome is told as a
// Fact (login_succeeded, login_failed: subject = pod, object = login, number = Cause) and counted
// at the login's exchange instant.
//
// Shared by the fidelities exact and hybrid. No allocation and no virtual call of ours for a login
// but those of Timed and LoginProvider.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mocks/scheduler.h"
#include "mocks/users/fidelity/method.h"
#include "mocks/users/journey.h"

namespace mocks::users {

// Bound: logins under way at once; more end the run (check): a runaway rate.
inline constexpr std::size_t max_logins_under_way = 4'000'000;

class LoginEvents final : private Timed {
 public:
  // Who decides when a stream ends; asked before each login is begun.
  class Supervisor {
   public:
    // True when the login that would reach the provider at `exchange`, and all after it, are not
    // this stream's any more: the stream has ended.
    virtual bool ends_before(ports::Instant exchange) = 0;

   protected:
    ~Supervisor() = default;
  };

  // `supervisor` null: a stream goes on until stop().
  explicit LoginEvents(const LoginSetting& setting, Supervisor* supervisor = nullptr);
  ~LoginEvents();
  LoginEvents(const LoginEvents&) = delete;
  LoginEvents& operator=(const LoginEvents&) = delete;

  // A new stream of exchanges from `from` on, which may lie in the past by as much as a login
  // takes: the steps that lie there are decided by the record. The law has no memory, so a stream
  // continues whatever was counted before. The one before it has ended.
  void begin(ports::Instant from);
  // No login begins any more, and whoever would have reached the provider from `end` on is dropped:
  // not counted at all. The rest go on.
  void stop(ports::Instant end);
  // Plays all who are under way to their end by the record, at once, and counts them.
  void settle();
  bool idle() const { return under_way_ == 0; }

 private:
  enum TimerKind : std::uint32_t { generate, step, conclude };
  struct Flight {
    Journey journey = {};
    TimerId timer = 0;  // 0: the slot is free
  };

  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void draw_next_exchange();
  void generate_next();
  void perform(std::uint32_t slot);
  void conclude_login(std::uint32_t slot);
  void tell(const Journey& journey);
  std::uint32_t take_slot();
  void wake(std::uint32_t slot, TimerKind kind, ports::Instant at);
  void release(std::uint32_t slot);

  LoginSetting setting_;
  Supervisor* supervisor_;
  ports::Instant end_ = forever;

  std::uint64_t stream_ = 0;   // number of the present stream of exchanges
  std::uint64_t arrival_ = 0;  // in it
  ports::Instant next_exchange_ = {};
  TimerId generator_ = 0;

  std::vector<Flight> flights_;
  std::vector<std::uint32_t> free_;
  std::size_t under_way_ = 0;
};

}  // namespace mocks::users
