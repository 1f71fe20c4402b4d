#include "mocks/users/journey.h"

#include "mocks/portal/load_balancer.h"
#include "rotator/ports/check.h"

namespace mocks::users {
namespace {

// Draws of one login are numbered by round and step, those of its cookie apart.
constexpr std::uint64_t steps_per_round = 8;
constexpr std::uint64_t is_returning = 1;
constexpr std::uint64_t cookie_age = 2;
constexpr std::uint64_t cookie_pod = 3;
constexpr std::uint64_t first_replica_draw = 16;

std::uint64_t number(int round, JourneyStep step) {
  return static_cast<std::uint64_t>(round) * steps_per_round + static_cast<std::uint64_t>(step);
}

// Why reach_pod() found nobody to talk to.
Cause unreached(const Journey& journey) {
  return journey.pod == PodId{0} ? Cause::no_pod : Cause::pod_gone;
}

bool finish(Journey& journey, std::optional<Cause> cause) {
  journey.next = JourneyStep::done;
  journey.cause = cause;
  return true;
}

}  // namespace

ports::Duration JourneyOptions::longest_before() const {
  return think.high + redirect.high + exchange.high;
}

ports::Duration JourneyOptions::longest_after() const {
  const auto round = single_sign_on.high + redirect.high + exchange.high + longest_landing();
  return longest_landing() + round * (max_login_bounces - 1);
}

Journey Protocol::begin(std::uint64_t id, ports::Instant exchange) const {
  Journey journey{.id = id, .exchange = exchange};
  journey.at = exchange - draw(journey, options_.exchange, JourneyStep::exchange) -
               draw(journey, options_.redirect, JourneyStep::callback) -
               draw(journey, options_.think, JourneyStep::code);
  return journey;
}

bool Protocol::advance(Journey& journey, const Timeline& timeline, LoginProvider& provider) const {
  const auto go = [&](JourneyStep step, const TimeRange& range) {
    journey.at += draw(journey, range, step);
    journey.next = step;
    return false;
  };
  switch (journey.next) {
    case JourneyStep::arrive:
      journey.cookie = brought_cookie(journey, timeline);
      if (request_page(journey, timeline)) return true;
      return go(JourneyStep::code, options_.think);
    case JourneyStep::code:
      journey.code_issued = journey.at;
      if (const auto cause = provider.issue_code(journey, seen(journey.at)))
        return finish(journey, cause);
      return go(JourneyStep::callback, options_.redirect);
    case JourneyStep::callback:
      if (!reach_pod(journey, timeline, journey.redirect_uri))
        return finish(journey, unreached(journey));
      return go(JourneyStep::exchange, options_.exchange);
    case JourneyStep::exchange:
      if (timeline.run_at(journey.pod, seen(journey.at)) != journey.run)
        return finish(journey, Cause::pod_gone);
      if (const auto cause = provider.redeem(journey, seen(journey.at)))
        return finish(journey, cause);
      return go(JourneyStep::answer, options_.answer);
    case JourneyStep::answer:
      if (timeline.run_at(journey.pod, seen(journey.at)) != journey.run)
        return finish(journey, Cause::pod_gone);
      journey.cookie = issue_cookie(timeline.environment(journey.run), journey.cookie, journey.at);
      return go(JourneyStep::land, options_.landing);
    case JourneyStep::land:
      ++journey.round;
      if (request_page(journey, timeline)) return true;
      if (journey.round >= max_login_bounces) return finish(journey, Cause::cookie_loop);
      return go(JourneyStep::code, options_.single_sign_on);
    case JourneyStep::done: return true;
  }
  return true;
}

std::optional<Cause> Protocol::play(std::uint64_t id, ports::Instant exchange,
                                    const Timeline& timeline, LoginProvider& provider) const {
  Journey journey = begin(id, exchange);
  while (!advance(journey, timeline, provider)) {
  }
  return journey.cause;
}

std::optional<Cause> Protocol::play_refresh(std::uint64_t id, ports::Instant exchange,
                                            const Timeline& timeline) const {
  Journey journey{.id = id, .exchange = exchange};
  journey.at = exchange - draw(journey, options_.exchange, JourneyStep::exchange);
  if (!reach_pod(journey, timeline)) return unreached(journey);
  if (timeline.run_at(journey.pod, seen(exchange)) != journey.run) return Cause::pod_gone;
  const auto verdict = timeline.exchange(journey.run, seen(exchange));
  if (meets_accepting(id, 0, verdict.accepting, verdict.replicas)) return std::nullopt;
  return verdict.cause;
}

bool Protocol::meets_accepting(std::uint64_t id, int round, int accepting, int replicas) const {
  if (accepting <= 0) return false;
  if (accepting >= replicas) return true;
  return draws_.chance(static_cast<std::uint64_t>(accepting), static_cast<std::uint64_t>(replicas),
                       sim::Stream::session, id,
                       first_replica_draw + static_cast<std::uint64_t>(round));
}

ports::Duration Protocol::draw(const Journey& journey, const TimeRange& range,
                               JourneyStep step) const {
  return draws_.between(range.low, range.high, sim::Stream::login_think_time, journey.id,
                        number(journey.round, step));
}

// The cookie that a returning user brings, signed by a pod of the day on which it was issued.
portal::Cookie Protocol::brought_cookie(const Journey& journey, const Timeline& timeline) const {
  if (options_.returning.numerator == 0) return {};
  if (!draws_.chance(options_.returning.numerator, options_.returning.denominator,
                     sim::Stream::session, journey.id, is_returning))
    return {};
  const auto issued =
      journey.at - draws_.between(options_.returning_age.low, options_.returning_age.high,
                                  sim::Stream::session, journey.id, cookie_age);
  const auto pod =
      portal::pick_endpoint(timeline.endpoints(seen(issued)),
                            draws_.bits(sim::Stream::session, journey.id, cookie_pod), PodId{0});
  const auto run = pod ? timeline.run_at(*pod, seen(issued)) : no_run;
  return run == no_run ? portal::Cookie{}
                       : issue_cookie(timeline.environment(run), portal::Cookie{}, issued);
}

// A request goes to a pod of the load balancer's, or of the one that `route` leads to where it is
// routed; false when nothing answers.
bool Protocol::reach_pod(Journey& journey, const Timeline& timeline, std::uint64_t route) const {
  const auto at = seen(journey.at);
  const auto pod = portal::pick_endpoint(
      timeline.endpoints(at, route),
      draws_.bits(sim::Stream::login_pod, journey.id, number(journey.round, journey.next)),
      options_.sticky_sessions ? journey.pod : PodId{0});
  journey.run = pod ? timeline.run_at(*pod, at) : no_run;
  journey.pod = pod.value_or(PodId{0});
  return journey.run != no_run;
}

// The browser asks for a page with what cookie it has. True when that decides the login.
bool Protocol::request_page(Journey& journey, const Timeline& timeline) const {
  if (!reach_pod(journey, timeline)) return finish(journey, unreached(journey));
  const auto& environment = timeline.environment(journey.run);
  const auto verdict = examine(environment, journey.cookie, journey.at);
  if (verdict == portal::CookieVerdict::good) return finish(journey, std::nullopt);
  if (verdict != portal::CookieVerdict::stale) journey.cookie = {};
  journey.code_client = environment.client;
  journey.redirect_uri = redirect_uri_of(environment);
  return false;
}

std::optional<Cause> RecordedProvider::issue_code(Journey& journey, ports::Instant now) {
  journey.code = idp::no_grant;
  if (!timeline_.provider_up(now)) return Cause::idp_unavailable;
  return std::nullopt;
}

std::optional<Cause> RecordedProvider::redeem(const Journey& journey, ports::Instant now) {
  auto facts = timeline_.exchange_facts(journey.run, now);
  if (!facts.secret_accepted) {
    const auto verdict = timeline_.exchange(journey.run, now);
    facts.secret_accepted =
        protocol_.meets_accepting(journey.id, journey.round, verdict.accepting, verdict.replicas);
  }
  facts.code_fresh = journey.at - journey.code_issued < protocol_.options().code_lifetime;
  facts.code_of_this_client = journey.code_client == timeline_.environment(journey.run).client;
  return blame(facts);
}

}  // namespace mocks::users
