// The half of Core that the token endpoint and the simulated logins ask.
#include <algorithm>
#include <bit>

#include "mocks/idp/core.h"

namespace mocks::idp {
namespace {

bool with_secret(AuthenticationMethod method) {
  return method == AuthenticationMethod::client_secret_basic ||
         method == AuthenticationMethod::client_secret_post;
}

bool has_grant(const Registration& registration, GrantType grant) {
  const auto& grants = registration.grant_types;
  return std::find(grants.begin(), grants.end(), grant) != grants.end();
}

}  // namespace

bool Core::accepts(std::uint64_t client, std::uint64_t secret, ports::Instant at) const {
  const Client* found = client_named(client);
  return found != nullptr && accepts(*found, secret, 0, at);
}

int Core::accepting_replicas(std::uint64_t client, std::uint64_t secret, ports::Instant at) const {
  const Client* found = client_named(client);
  return found == nullptr ? 0 : accepting_replicas(*found, secret, at);
}

bool Core::accepts(const Client& client, std::uint64_t secret, std::uint64_t fallback,
                   ports::Instant at) const {
  const auto either = std::max(accepting_replicas(client, secret, at),
                               fallback == 0 ? 0 : accepting_replicas(client, fallback, at));
  if (either == options_.replicas) return true;
  const auto replicas = static_cast<std::uint64_t>(options_.replicas);
  // Which replica a request meets is a draw of the instant, so that the verdict is a pure function.
  const auto index = static_cast<std::uint64_t>(at.time_since_epoch().count());
  if (!options_.replacement_is_one_turn) {
    if (either == 0) return false;
    const auto met =
        draws_.below(replicas, sim::Stream::propagation_lag, client.name ^ secret, index);
    return met < static_cast<std::uint64_t>(either);
  }
  // Both values of one attempt meet the same one.
  const auto mask =
      accepting(client, secret, at) | (fallback == 0 ? 0U : accepting(client, fallback, at));
  const auto met = draws_.below(replicas, sim::Stream::propagation_lag, client.name, index);
  return (mask >> met & 1U) != 0;
}

int Core::accepting_replicas(const Client& client, std::uint64_t secret, ports::Instant at) const {
  return std::popcount(accepting(client, secret, at));
}

std::uint32_t Core::accepting(const Client& client, std::uint64_t secret, ports::Instant at) const {
  std::uint32_t accepting = 0;
  for (const auto& one : client.secrets) {
    if (one.name != secret || at >= one.expires_at) continue;
    std::uint32_t mask = 0;
    for (const auto& step : one.steps) {
      if (step.at > at) continue;
      const auto bit = 1U << static_cast<unsigned>(step.replica);
      mask = step.accepted ? mask | bit : mask & ~bit;
    }
    accepting |= mask;
  }
  return accepting;
}

TokenVerdict Core::verdict(const Client* client, const TokenAttempt& attempt,
                           ports::Instant now) const {
  const bool bare = attempt.method == AuthenticationMethod::none;
  if (attempt.client == 0 || (!bare && attempt.secret == 0)) return TokenVerdict::no_credentials;
  if (client == nullptr || !client->registration.active) return TokenVerdict::unknown_client;
  const auto registered = client->registration.authentication_method;
  if (bare && registered != AuthenticationMethod::none) return TokenVerdict::no_credentials;
  if (attempt.method != registered &&
      !(options_.either_secret_method && with_secret(attempt.method) && with_secret(registered)))
    return TokenVerdict::method_mismatch;
  if (!bare && !accepts(*client, attempt.secret, attempt.fallback, now))
    return TokenVerdict::wrong_secret;
  if (!has_grant(client->registration, attempt.grant)) return TokenVerdict::grant_not_allowed;
  if (attempt.grant == GrantType::client_credentials) return TokenVerdict::granted;

  const bool code = attempt.grant == GrantType::authorization_code;
  const auto kind = code ? Grants::Kind::code : Grants::Kind::refresh_token;
  const Grant* grant = grants_.find(kind, attempt.handle);
  if (grant == nullptr || !Grants::usable(*grant, now))
    return code ? TokenVerdict::code_invalid : TokenVerdict::refresh_invalid;
  if (grant->client != attempt.client) return TokenVerdict::other_client;
  if (code && grant->redirect_uri != attempt.redirect_uri) return TokenVerdict::redirect_mismatch;
  if (over_limit(grant->user)) return TokenVerdict::throttled;
  return TokenVerdict::granted;
}

TokenDecision Core::decide(const TokenAttempt& attempt) const {
  return {.verdict = verdict(client_named(attempt.client), attempt, scheduler_.now()),
          .answer_time = answer_time(attempt.client),
          .refresh_token = no_grant};
}

TokenDecision Core::redeem(const TokenAttempt& attempt) {
  auto decision = decide(attempt);
  if (decision.verdict != TokenVerdict::granted) return decision;
  if (attempt.grant == GrantType::client_credentials) return decision;
  const bool code = attempt.grant == GrantType::authorization_code;
  const auto user =
      grants_.find(code ? Grants::Kind::code : Grants::Kind::refresh_token, attempt.handle)->user;
  count_request(user);
  if (!code) return decision;
  grants_.spend(Grants::Kind::code, attempt.handle);
  const Client* client = client_named(attempt.client);
  if (attempt.offline_access && has_grant(client->registration, GrantType::refresh_token))
    decision.refresh_token = grants_.issue(Grants::Kind::refresh_token, attempt.client,
                                           attempt.redirect_uri, user, scheduler_.now());
  return decision;
}

GrantHandle Core::issue_code(std::uint64_t client, std::uint64_t redirect_uri, std::uint64_t user) {
  const Client* found = client_named(client);
  if (found == nullptr || !found->registration.active || found->registration.groups.empty() ||
      !has_grant(found->registration, GrantType::authorization_code))
    return no_grant;
  const auto& uris = found->redirect_names;
  if (std::find(uris.begin(), uris.end(), redirect_uri) == uris.end()) return no_grant;
  return grants_.issue(Grants::Kind::code, client, redirect_uri, user, scheduler_.now());
}

bool Core::nobody_assigned(std::uint64_t client) const {
  const Client* found = client_named(client);
  return found != nullptr && found->registration.active && found->registration.groups.empty();
}

ports::Duration Core::answer_time(std::uint64_t client) const {
  const auto& [low, high] = options_.answer_time;
  if (high == ports::Duration(0)) return high;
  return draws_.between(low, high, sim::Stream::idp_answer_time, client,
                        static_cast<std::uint64_t>(scheduler_.now().time_since_epoch().count()));
}

bool Core::over_limit(std::uint64_t user) const {
  if (throttling_) return true;
  if (options_.user_requests_per_second == 0 || counted_second_ != this_second()) return false;
  for (const auto& [name, count] : counted_users_)
    if (name == user) return count >= options_.user_requests_per_second;
  return false;
}

void Core::count_request(std::uint64_t user) {
  if (options_.user_requests_per_second == 0) return;
  if (counted_second_ != this_second()) {
    counted_second_ = this_second();
    counted_users_.clear();
  }
  ++counted_users_[user];
}

std::int64_t Core::this_second() const {
  return scheduler_.now().time_since_epoch().count() / 1'000'000'000;
}

}  // namespace mocks::idp
