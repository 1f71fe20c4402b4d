// Browsers: the same logins over real HTTPS. A bounded pool of client threads logs users in one
// after the other, at paced instants: authorize at the identity provider, callback on a pod that
// the load balancer picks, token exchange with that pod's secret and method, landing on any pod.
//
// The world is read under its mutex, which is never held while a request is on its way. A failed
// login is blamed by the decision table (cause.h) on the facts between the request's departure and
// its answer, never on the error text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "mocks/portal/fleet.h"
#include "mocks/portal/journey.h"
#include "mocks/portal/tally.h"
#include "mocks/portal/timeline.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::portal {

// Bound on client threads.
inline constexpr std::size_t max_browser_threads = 256;

struct BrowserOptions {
  std::string origin = {};  // of the identity provider, "https://127.0.0.1:port"
  std::string authorize_path = "/oauth2/default/v1/authorize";
  std::string token_path = "/oauth2/default/v1/token";
  std::string redirect_uri = {};
  std::string scope = "openid";
  std::size_t threads = 8;
  double per_second = 20;         // of real time, all threads together
  std::uint64_t most_logins = 0;  // 0: until stop()
  ports::Duration request_timeout = std::chrono::seconds(10);
  JourneyOptions journey = {};  // in real time: already compressed
};

class Browsers {
 public:
  // What a thread uses for itself: made once for each, in that thread.
  using MakeClient = std::function<std::unique_ptr<ports::HttpClient>()>;

  // `world` guards scheduler, timeline and fleet; the clock's sleep_until must return promptly once
  // `clock` is interrupted or stop() wakes it. All must outlive it.
  Browsers(std::mutex& world, Scheduler& scheduler, Timeline& timeline, Fleet& fleet,
           sim::Draws draws, ports::Clock& clock, MakeClient make_client, BrowserOptions options);
  ~Browsers();
  Browsers(const Browsers&) = delete;
  Browsers& operator=(const Browsers&) = delete;

  // Starts the threads; logins begin at once.
  void start();
  // No further login begins; those under way end, at the latest after request_timeout. Joins.
  void stop();
  // True once most_logins have been decided.
  bool finished() const;

  // Under its own lock: a copy of what is counted so far. Phases as for Logins.
  Tally tally() const;
  void begin_phase(std::string_view label);
  std::uint64_t failed_so_far() const;

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace mocks::portal
