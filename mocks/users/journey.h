// Journey: one login as a protocol (OpenID Connect Core 1.0 section 3.1), step by step:
//
//   arrive    a pod redirects the browser to the identity provider, naming its client_id
//   code      the user has typed and thought; the provider issues a code to that client
//   callback  the browser brings the code to any pod, or to any of those to which calls of its
//             redirect URI are routed
//   exchange  that pod's token request, with its client_id, secret and method, reaches the provider
//   answer    the pod has its tokens and signs a session cookie with its own key
//   land      the browser shows the cookie to any pod: in, or sent back to `arrive`
//
// Every duration and every pod is a counter-based draw keyed by the login, so that a login is the
// same at whatever fidelity it is played. Its exchange instant comes first and the steps before it
// are counted backwards: if the exchanges are a Poisson stream, so are the arrivals (each one is
// displaced independently of the others).
#pragma once

#include <cstdint>
#include <optional>

#include "mocks/idp/core.h"
#include "mocks/portal/environment.h"
#include "mocks/sim/draws.h"
#include "mocks/users/cause.h"
#include "mocks/users/timeline.h"
#include "rotator/ports/clock.h"

namespace mocks::users {

// A browser gives up when this many landings in a row were refused.
inline constexpr int max_login_bounces = 5;

// An integer probability, numerator / denominator.
struct Ratio {
  std::uint64_t numerator = 0;
  std::uint64_t denominator = 1;
};

struct JourneyOptions {
  // From the redirect until the provider issues the code, for a user who signs in and for a browser
  // sent round again, whom the provider knows already.
  TimeRange think = {.low = std::chrono::seconds(2), .high = std::chrono::seconds(30)};
  TimeRange single_sign_on = {.low = std::chrono::milliseconds(50),
                              .high = std::chrono::milliseconds(300)};
  // From the code's issue until it arrives at a pod.
  TimeRange redirect = {.low = std::chrono::milliseconds(20),
                        .high = std::chrono::milliseconds(300)};
  // From the callback until the token request is decided at the provider, and from there until the
  // pod has the answer. The longest token exchange is the sum of the highs.
  TimeRange exchange = {.low = std::chrono::milliseconds(20),
                        .high = std::chrono::milliseconds(300)};
  TimeRange answer = {.low = std::chrono::milliseconds(20), .high = std::chrono::milliseconds(200)};
  // From the answer until the browser's next request.
  TimeRange landing = {.low = std::chrono::milliseconds(20),
                       .high = std::chrono::milliseconds(200)};
  // Logins replaces it by the identity provider's own (GrantOptions::code_lifetime).
  ports::Duration code_lifetime = std::chrono::seconds(60);
  // Users who bring a session cookie, and how old it is. One whose cookie is good is let in at
  // once: that counts as a login that succeeded.
  Ratio returning = {};
  TimeRange returning_age = {.low = std::chrono::seconds(0), .high = std::chrono::hours(8)};
  // The load balancer keeps a browser on its pod while that pod is an endpoint.
  bool sticky_sessions = false;
  // name_of, of pods that have none of their own; for codes of the identity provider's Core.
  std::uint64_t redirect_uri = 0;

  // The longest time from arrival to exchange in the first round; from the exchange until the first
  // landing, which decides a login unless it is sent round; and until it is decided in any case.
  ports::Duration longest_before() const;
  ports::Duration longest_landing() const { return answer.high + landing.high; }
  ports::Duration longest_after() const;
};

enum class JourneyStep : std::uint8_t { arrive, code, callback, exchange, answer, land, done };

struct Journey {
  std::uint64_t id = 0;
  ports::Instant exchange = {};  // of the first round: the instant that the login belongs to
  JourneyStep next = JourneyStep::arrive;
  ports::Instant at = {};  // when `next` is due
  int round = 0;
  PodId pod = 0;  // that served last
  RunIndex run = no_run;
  std::uint64_t code_client = 0;
  std::uint64_t redirect_uri = 0;  // that the redirect named
  idp::GrantHandle code = idp::no_grant;
  ports::Instant code_issued = {};
  portal::Cookie cookie = {};
  bool exchanged = false;           // a token exchange has taken place
  std::optional<Cause> cause = {};  // meaningful once done
};

// Who issues codes and redeems them. Two implementations: the facts of a Timeline (a login judged
// from the record) and the identity provider's Core (a login that happens).
class LoginProvider {
 public:
  // At the code step: sets journey.code. A cause when no code is issued.
  virtual std::optional<Cause> issue_code(Journey& journey, ports::Instant now) = 0;
  // At the exchange step, by the process of journey.run. None when tokens are granted.
  virtual std::optional<Cause> redeem(const Journey& journey, ports::Instant now) = 0;

 protected:
  ~LoginProvider() = default;
};

class Protocol {
 public:
  Protocol(sim::Draws draws, JourneyOptions options) : draws_(draws), options_(options) {}

  const JourneyOptions& options() const { return options_; }
  const sim::Draws& draws() const { return draws_; }

  // Where the users of a process are called back.
  std::uint64_t redirect_uri_of(const portal::Environment& environment) const {
    return environment.redirect_uri == 0 ? options_.redirect_uri : environment.redirect_uri;
  }

  // The fleet before `origin` counts as what it was then: for logins that were under way already
  // when the record begins.
  void set_origin(ports::Instant origin) { origin_ = origin; }

  // A login whose first exchange is due at `exchange`. Ids must differ within a run.
  Journey begin(std::uint64_t id, ports::Instant exchange) const;

  // Performs the step that is due, at journey.at, by what `timeline` says of that instant. Returns
  // true once the journey is done.
  bool advance(Journey& journey, const Timeline& timeline, LoginProvider& provider) const;

  // The whole login at once; `timeline` must reach beyond its end or change no more.
  std::optional<Cause> play(std::uint64_t id, ports::Instant exchange, const Timeline& timeline,
                            LoginProvider& provider) const;

  // A token refresh (RFC 6749 section 6) that reaches the provider at `exchange`, decided by the
  // record: any pod, that pod's credentials, no code and no cookie.
  std::optional<Cause> play_refresh(std::uint64_t id, ports::Instant exchange,
                                    const Timeline& timeline) const;
  // Whether the replica that this login's exchange of `round` meets is among the first `accepting`
  // of `replicas`.
  bool meets_accepting(std::uint64_t id, int round, int accepting, int replicas) const;

 private:
  ports::Duration draw(const Journey& journey, const TimeRange& range, JourneyStep step) const;
  portal::Cookie brought_cookie(const Journey& journey, const Timeline& timeline) const;
  bool reach_pod(Journey& journey, const Timeline& timeline, std::uint64_t route = 0) const;
  bool request_page(Journey& journey, const Timeline& timeline) const;
  ports::Instant seen(ports::Instant at) const { return at < origin_ ? origin_ : at; }

  sim::Draws draws_;
  JourneyOptions options_;
  ports::Instant origin_ = {};
};

// Decides by the record.
class RecordedProvider final : public LoginProvider {
 public:
  RecordedProvider(const Timeline& timeline, const Protocol& protocol)
      : timeline_(timeline), protocol_(protocol) {}

  std::optional<Cause> issue_code(Journey& journey, ports::Instant now) override;
  std::optional<Cause> redeem(const Journey& journey, ports::Instant now) override;

 private:
  const Timeline& timeline_;
  const Protocol& protocol_;
};

}  // namespace mocks::users
