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
#include <optional>
#include <string_view>
#include <vector>

#include "mocks/facts.h"
#include "mocks/idp/core.h"
#include "mocks/portal/journey.h"
#include "mocks/portal/tally.h"
#include "mocks/portal/timeline.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/sim/faults.h"

namespace mocks::portal {

enum class Fidelity { exact, superposed, counts, hybrid };
const char* to_string(Fidelity fidelity);
std::optional<Fidelity> parse_fidelity(std::string_view text);

// Bound: logins under way at once at exact fidelity; more end the run (check): a runaway rate.
inline constexpr std::size_t max_logins_under_way = 4'000'000;

struct LoginOptions {
  Fidelity fidelity = Fidelity::counts;
  double per_second = 20;           // logins; 0 = none
  double refreshes_per_second = 0;  // of all sessions together (counted apart from logins)
  JourneyOptions journey = {};
};

class Logins final : public Timed, public Timeline::Listener {
 public:
  // All must outlive it. `core` decides at exact fidelity; `faults` is asked before each token
  // request of a pod (caller "portal/<pod id>", server "idp") at exact fidelity and while hybrid
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
  // the newest few seconds are not in it yet (JourneyOptions::longest_after()).
  std::uint64_t failed_so_far();

 private:
  enum TimerKind : std::uint32_t { generate, step, conclude, refresh };
  class LiveProvider;

  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void on_change(ports::Instant at) override;

  void generate_next();
  void begin_stream(ports::Instant from);
  void perform(std::uint32_t slot);
  void conclude_login(std::uint32_t slot);
  void refresh_once();
  void schedule_refresh();
  void count_until(ports::Instant to);
  bool danger(ports::Instant now) const;
  bool events_on() const { return streaming_; }

  Scheduler& scheduler_;
  Observer& observer_;
  sim::Draws draws_;
  Timeline& timeline_;
  idp::Core& core_;
  sim::Faults& faults_;
  LoginOptions options_;
  Protocol protocol_;
  Tally tally_;

  bool running_ = false;
  ports::Instant begun_ = {};
  ports::Instant end_ = forever;
  ports::Instant counted_ = {};  // everything before it is in the tally (counted fidelities)

  // Events.
  bool streaming_ = false;
  std::uint64_t stream_ = 0;  // number of the present stream of exchanges
  std::uint64_t arrival_ = 0;
  ports::Instant next_exchange_ = {};
  TimerId generator_ = 0;
  TimerId refresher_ = 0;
  std::uint64_t refreshes_ = 0;
  std::vector<Journey> journeys_;
  std::vector<std::uint32_t> free_;
  std::size_t under_way_ = 0;
  std::uint64_t counted_pieces_ = 0;
};

}  // namespace mocks::portal
