#include "mocks/users/live_provider.h"

#include <utility>

namespace mocks::users {
namespace {

// What an injected fault makes of a token request; `effect` tells whether the provider saw it.
struct Injected {
  std::optional<Cause> cause = {};
  bool effect = true;
};

Injected injected(const sim::Fate& fate) {
  using Request = sim::Course::Request;
  using Reply = sim::Course::Reply;
  switch (fate.course.request) {
    case Request::arrives: break;
    case Request::caller_dies: return {.cause = Cause::pod_gone, .effect = false};
    case Request::refused:
    case Request::lost: return {.cause = Cause::idp_unavailable, .effect = false};
    case Request::answered:
      return {.cause = fate.response.status == 429 ? Cause::rate_limited : Cause::idp_unavailable,
              .effect = false};
  }
  switch (fate.course.reply) {
    case Reply::arrives: return {};
    case Reply::caller_dies: return {.cause = Cause::pod_gone};
    case Reply::lost:
    case Reply::broken:
    case Reply::cut_short: break;
  }
  return {.cause = Cause::idp_unavailable};
}

}  // namespace

ExchangeFacts facts_of(idp::TokenVerdict verdict, const Timeline& timeline, RunIndex run,
                       ports::Instant at) {
  using Verdict = idp::TokenVerdict;
  const auto recorded = timeline.exchange_facts(run, at);
  ExchangeFacts facts{.secret_retired = recorded.secret_retired,
                      .created_after_successor = recorded.created_after_successor};
  switch (verdict) {
    case Verdict::granted: break;
    case Verdict::no_credentials:
    case Verdict::wrong_secret: facts.secret_accepted = false; break;
    case Verdict::method_mismatch: facts.method_registered = false; break;
    case Verdict::unknown_client:
    case Verdict::grant_not_allowed:
    case Verdict::redirect_mismatch:
      // Not the registration that the portal was made for.
      facts.client_known = false;
      break;
    case Verdict::code_invalid:
    case Verdict::refresh_invalid: facts.code_fresh = false; break;
    case Verdict::other_client: facts.code_of_this_client = false; break;
    case Verdict::throttled: facts.throttled = true; break;
  }
  return facts;
}

std::optional<Cause> LiveProvider::issue_code(Journey& journey, ports::Instant now) {
  journey.code = idp::no_grant;
  if (!timeline_.provider_up(now)) return Cause::idp_unavailable;
  const auto fault = injected(faults_.consult(
      now,
      sim::Call{.caller = "user", .server = "idp", .method = "GET", .target = paths_.authorize}));
  if (fault.cause) return fault.cause;
  journey.code = core_.issue_code(journey.code_client, journey.redirect_uri, journey.id);
  if (journey.code == idp::no_grant)
    return core_.nobody_assigned(journey.code_client) ? Cause::not_assigned : Cause::wrong_client;
  return std::nullopt;
}

std::optional<Cause> LiveProvider::redeem(const Journey& journey, ports::Instant now) {
  if (!timeline_.provider_up(now)) return Cause::idp_unavailable;
  const std::string caller = "portal/" + timeline_.name(journey.pod);
  const auto fault = injected(faults_.consult(
      now, sim::Call{.caller = caller, .server = "idp", .method = "POST", .target = paths_.token}));
  if (!fault.effect) return fault.cause;
  const auto& held = timeline_.environment(journey.run);
  const auto decision = core_.redeem(idp::TokenAttempt{
      .client = held.client,
      .method = held.method,
      .secret = held.secret,
      .fallback = held.fallback,
      .grant = idp::GrantType::authorization_code,
      .handle = journey.code,
      .redirect_uri = protocol_.redirect_uri_of(held),
  });
  if (fault.cause) return fault.cause;
  auto facts = facts_of(decision.verdict, timeline_, journey.run, now);
  facts.throttled = facts.throttled || timeline_.provider_throttling(now);
  // A code whose issue was planned earlier than it happened is as old as planned.
  if (journey.at - journey.code_issued >= protocol_.options().code_lifetime)
    facts.code_fresh = false;
  return blame(facts);
}

}  // namespace mocks::users
