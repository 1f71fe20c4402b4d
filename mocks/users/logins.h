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
// agree login by login. What each one sees and does not:
//
//   - The record (timeline.h) is seen by all: secrets, methods, processes, endpoints, a provider
//     that is cut off or throttles.
//   - Faults between a pod and the provider, and refusals that only the provider's Core knows of,
//     are seen while logins are events: always at exact, while some login could fail anyway at
//     hybrid, never at superposed and counts. A scenario that needs them names a fidelity that has
//     them.
//   - login_succeeded and login_failed are told as they happen while logins are events; superposed
//     and counts look at the record when asked (settle, failed_so_far) and tell no Facts.
//
// One file a fidelity: fidelity/.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mocks/facts.h"
#include "mocks/idp/provider.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/users/journey.h"
#include "mocks/users/tally.h"
#include "mocks/users/timeline.h"

namespace mocks::users {

enum class Fidelity { exact, superposed, counts, hybrid };
inline constexpr Fidelity all_fidelities[] = {Fidelity::exact, Fidelity::superposed,
                                              Fidelity::counts, Fidelity::hybrid};
// The name as in scenarios: "exact", ...
const char* to_string(Fidelity fidelity);

class LiveProvider;
class LoginMethod;

struct LoginOptions {
  Fidelity fidelity = Fidelity::counts;
  double per_second = 20;           // logins; 0 = none
  double refreshes_per_second = 0;  // of all sessions together (counted apart from logins)
  JourneyOptions journey = {};
  idp::EndpointPaths paths = {};  // idp::Provider::endpoint_paths(), as Faults see them
};

class Logins final {
 public:
  // All must outlive it. `core` decides while logins are events; `faults` is asked then, of
  // server "idp", before each authorization request (caller "user") and each token request of a pod
  // (caller "portal/<pod>"). A code lives as long as `core`
  // says, whatever the options do. Hybrid listens to the timeline, as the only one.
  Logins(Scheduler& scheduler, Observer& observer, sim::Draws draws, Timeline& timeline,
         idp::Core& core, sim::Faults& faults, LoginOptions options);
  ~Logins();
  Logins(const Logins&) = delete;
  Logins& operator=(const Logins&) = delete;

  // As given, with the provider's code lifetime.
  const LoginOptions& options() const { return options_; }

  // From now on users log in; and no more. A login counts when its exchange instant lies between.
  // Each is called once (check).
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

  // Failed logins so far, as a portal's own counter would show them now (told_by_portal). At the
  // counted fidelities the newest are not in it yet: those of the last
  // JourneyOptions::longest_landing(), and while logins are entangled (counting.h) those of the
  // last longest_after().
  std::uint64_t failed_so_far();

 private:
  Scheduler& scheduler_;
  LoginOptions options_;
  Protocol protocol_;
  Tally tally_;
  std::unique_ptr<LiveProvider> live_;
  std::unique_ptr<LoginMethod> method_;
  bool running_ = false;
};

}  // namespace mocks::users
