// Browsers: the same logins over real HTTPS. Each login is a Journey whose steps come due by the
// Scheduler; at its two steps that concern the identity provider a client thread sends a real
// request: GET on the authorization endpoint for the code, POST on the token endpoint with the
// client id, secret and method of the pod that the callback reached (RFC 6749 sections 4.1 and
// 2.3.1).
//
// The world is touched only under its mutex, which is never held while a request is on its way. A
// failed login is blamed by the decision table (cause.h) on what was true between the request's
// departure and its answer, never on the error text.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "mocks/facts.h"
#include "mocks/idp/provider.h"
#include "mocks/portal/fleet.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/users/journey.h"
#include "mocks/users/tally.h"
#include "mocks/users/timeline.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::users {

// Bounds: client threads; logins under way at once. A login that would be one too many is not begun
// and counts in held_back().
inline constexpr std::size_t max_browser_threads = 64;
inline constexpr std::size_t max_browser_logins = 10'000;

struct BrowserOptions {
  std::string origin = {};        // of the identity provider, "https://127.0.0.1:port"
  idp::EndpointPaths paths = {};  // idp::Provider::endpoint_paths()
  std::string redirect_uri = {};  // of pods that have none of their own
  std::string scope = "openid";
  // What calls tell of their caller: User-Agent is this and "user" for the user's own browser, this
  // and "portal/<pod>" for a pod.
  std::string user_agent_prefix = {};
  std::size_t threads = 8;
  double per_second = 20;         // of real time
  std::uint64_t most_logins = 0;  // begun; 0: until stop()
  ports::Duration request_timeout = std::chrono::seconds(10);
  JourneyOptions journey = {};  // in real time: already compressed
};

class Browsers final : private Timed {
 public:
  // All must outlive it; `http` must serve many threads at once. `scheduler` fires under `world`
  // and its now() is the clock of `http`'s deadlines.
  Browsers(std::mutex& world, Scheduler& scheduler, Observer& observer, sim::Draws draws,
           Timeline& timeline, const portal::Fleet& fleet, ports::HttpClient& http,
           BrowserOptions options);
  ~Browsers();
  Browsers(const Browsers&) = delete;
  Browsers& operator=(const Browsers&) = delete;

  // The rest is called without the world's lock, unless it says otherwise.
  // Logins begin at once, paced as a Poisson stream.
  void start();
  // No further login begins. Those that have not reached the identity provider are dropped,
  // requests on their way end by their answer or request_timeout. Joins the threads. Idempotent.
  void stop();
  // Waits until most_logins have begun and been decided, or stop() is called.
  void wait();

  // A copy of what is counted so far.
  Tally tally() const;
  // Under the world's lock.
  void begin_phase(std::string_view label);
  // Logins that failed so far, as a portal's own counter would show them (told_by_portal). From any
  // thread, with or without the world's lock.
  std::uint64_t failed_so_far() const { return failed_; }
  std::uint64_t held_back() const { return held_back_; }
  // Refusals for which the record had no reason; should stay 0.
  std::uint64_t unexplained() const { return unexplained_; }

 private:
  enum TimerKind : std::uint32_t { arrive, step };
  struct Flight {
    Journey journey = {};
    TimerId timer = 0;
    bool free = true;
    bool sent = false;            // a token request has left
    ports::Instant reached = {};  // when the first one did
    std::string client_id = {};   // that the redirect named
    std::string redirect_uri = {};
    std::string code = {};
    std::string state = {};
  };
  struct Reply {
    bool answered = false;
    int status = 0;
    std::string location = {};
    bool tokens = false;  // the body is a token response
  };

  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void draw_next_arrival();
  void begin_login();
  void go_on(std::uint32_t slot);
  void advance(std::uint32_t slot, std::optional<Cause> provider_said);
  void conclude(std::uint32_t slot);
  bool all_decided() const;
  void work();
  void call(std::unique_lock<std::mutex>& lock, std::uint32_t slot);
  Reply exchange_messages(const ports::Request& request);
  const std::string& redirect_uri_of(const portal::PortalConfiguration& configuration) const {
    return configuration.redirect_uri.empty() ? options_.redirect_uri : configuration.redirect_uri;
  }
  ports::Request authorize_request(const Flight& flight) const;
  ports::Request token_request(const Flight& flight, const portal::Fleet::Process& process,
                               std::string_view secret) const;
  std::optional<Cause> judge_code(Flight& flight, const Reply& reply) const;
  std::optional<Cause> judge_tokens(const Flight& flight, const Reply& reply, ports::Instant left);

  std::mutex& world_;
  Scheduler& scheduler_;
  Observer& observer_;
  sim::Draws draws_;
  Timeline& timeline_;
  const portal::Fleet& fleet_;
  ports::HttpClient& http_;
  BrowserOptions options_;
  Protocol protocol_;

  // All guarded by world_.
  Tally tally_;
  bool stopping_ = false;
  std::uint64_t begun_ = 0;
  std::uint64_t under_way_ = 0;
  ports::Instant next_arrival_ = {};
  TimerId arrival_timer_ = 0;
  std::deque<Flight> flights_;  // stable addresses
  std::vector<std::uint32_t> free_;
  std::deque<std::uint32_t> ready_;  // whose request may be sent
  std::condition_variable work_;
  std::condition_variable decided_;

  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<std::uint64_t> held_back_ = 0;
  std::atomic<std::uint64_t> unexplained_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace mocks::users
