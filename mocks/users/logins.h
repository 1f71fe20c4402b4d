// Logins: the users of the portal. They arrive as a Poisson stream, and how each one fares is
// counted, by cause, phase and window, at the fidelity that is asked for:
//
//   exact       every step of every login is an event and asks the identity provider's Core
//   superposed  no events: where no login's fate can depend on more than its own exchange, each
//               login is one draw of its class; elsewhere each login is played from the record
//   counts      as superposed, but with one Poisson count for each verdict instead of one draw for
//               each login: a rotation costs the same at any rate
//   hybrid      counts while no login can fail, events as in exact while one can
//
// All draw from the same keys and are exact in law; exact and a replay of its keys from the record
// agree login by login. superposed and counts look at the record when asked (settle, failed) and
// tell no Facts; exact and hybrid tell login_succeeded and login_failed as they happen.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/facts.h"
#include "mocks/idp/core.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/sim/superposed.h"
#include "mocks/users/counting.h"
#include "mocks/users/journey.h"
#include "mocks/users/tally.h"
#include "mocks/users/timeline.h"

namespace mocks::users {

enum class Fidelity { exact, superposed, counts, hybrid };
const char* to_string(Fidelity fidelity);
std::optional<Fidelity> parse_fidelity(std::string_view text);

// Bound: logins under way at once at exact fidelity; more end the run (check): a runaway rate.
inline constexpr std::size_t max_logins_under_way = 4'000'000;

class LiveProvider;

struct LoginOptions {
  Fidelity fidelity = Fidelity::counts;
  double per_second = 20;           // logins; 0 = none
  double refreshes_per_second = 0;  // of all sessions together (counted apart from logins)
  JourneyOptions journey = {};
  std::string token_target = "/oauth2/default/v1/token";  // as Faults see it
};

class Logins final : public Timed, public Timeline::Listener {
 public:
  // All must outlive it. `core` decides at exact fidelity; `faults` is asked before each token
  // request of a pod (caller "portal/<pod>", server "idp") at exact fidelity and while hybrid
  // plays events.
  Logins(Scheduler& scheduler, Observer& observer, sim::Draws draws, Timeline& timeline,
         idp::Core& core, sim::Faults& faults, LoginOptions options);
  ~Logins();
  Logins(const Logins&) = delete;
  Logins& operator=(const Logins&) = delete;

  const LoginOptions& options() const { return options_; }

  // From now on users log in; and no more. A login counts when its exchange instant lies between.
  void start();
  void stop();
  // True when nobody is under way any more: run the scheduler until then, after stop().
  bool settled() const;
  // Counts whatever is not counted yet. After stop(), once settled. tally() is complete then.
  void settle();

  // Phases and windows, in the world's time.
  void begin_phase(std::string_view label);
  Tally& tally() { return tally_; }
  const Tally& tally() const { return tally_; }

  // Failed logins so far, as a portal's own counter would show them now. At the counted fidelities
  // the newest are not in it yet: those of the last JourneyOptions::longest_landing(), and while
  // logins are entangled (counting.h) those of the last longest_after().
  std::uint64_t failed_so_far();

 private:
  enum TimerKind : std::uint32_t { generate, step, conclude, refresh };
  struct Flight {
    Journey journey = {};
    TimerId timer = 0;  // 0: the slot is free
  };

  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void on_change(ports::Instant at) override;

  void count_until(ports::Instant to);
  // The same, where the entangled spans of all that is not counted yet up to `to` are known.
  void count_until(ports::Instant to, const std::vector<InstantSpan>& entangled);
  void count_piece(ports::Instant from, ports::Instant to);
  void play_piece(ports::Instant from, ports::Instant to);

  void begin_stream(ports::Instant from);
  void end_stream();
  void draw_next_exchange();
  void generate_next();
  void perform(std::uint32_t slot);
  void conclude_login(std::uint32_t slot);
  void tell(const Journey& journey);
  void begin_refreshes(ports::Instant from);
  void draw_next_refresh();
  void refresh_once();
  std::uint32_t take_slot();
  void wake(std::uint32_t slot, TimerKind kind, ports::Instant at);
  void release(std::uint32_t slot);

  Scheduler& scheduler_;
  Observer& observer_;
  sim::Draws draws_;
  Timeline& timeline_;
  LoginOptions options_;
  Protocol protocol_;
  std::unique_ptr<LiveProvider> live_;
  Tally tally_;

  bool running_ = false;
  ports::Instant begun_ = {};
  ports::Instant end_ = forever;

  // Counting.
  ports::Instant counted_ = {};  // everything before it is in the tally, or is played as events
  sim::Superposed class_counter_;
  std::uint64_t pieces_ = 0;
  std::vector<ports::Instant> instants_;

  // Events.
  bool streaming_ = false;
  ports::Instant stream_end_ = forever;  // hybrid: when events end, once no login can fail
  std::uint64_t stream_ = 0;             // number of the present stream of exchanges
  std::uint64_t arrival_ = 0;            // in it
  ports::Instant next_exchange_ = {};
  ports::Instant next_refresh_ = {};
  ports::Instant refresh_end_ = forever;
  TimerId generator_ = 0;
  TimerId refresher_ = 0;
  std::uint64_t refreshes_ = 0;
  std::vector<Flight> flights_;
  std::vector<std::uint32_t> free_;
  std::size_t under_way_ = 0;
};

}  // namespace mocks::users
