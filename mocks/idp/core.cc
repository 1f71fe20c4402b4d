#include "mocks/idp/core.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "rotator/ports/check.h"
#include "rotator/ports/secret.h"

namespace mocks::idp {
namespace {

constexpr std::string_view method_names[] = {"none", "client_secret_basic", "client_secret_post",
                                             "client_secret_jwt", "private_key_jwt"};
constexpr std::string_view grant_names[] = {"authorization_code", "refresh_token",
                                            "client_credentials"};

bool with_secret(AuthenticationMethod method) {
  return method == AuthenticationMethod::client_secret_basic ||
         method == AuthenticationMethod::client_secret_post;
}

bool has_grant(const Registration& registration, GrantType grant) {
  const auto& grants = registration.grant_types;
  return std::find(grants.begin(), grants.end(), grant) != grants.end();
}

}  // namespace

const char* to_string(AuthenticationMethod method) {
  return method_names[static_cast<std::size_t>(method)].data();
}

const char* to_string(GrantType grant) {
  return grant_names[static_cast<std::size_t>(grant)].data();
}

std::optional<GrantType> parse_grant_type(std::string_view text) {
  for (std::size_t i = 0; i < std::size(grant_names); ++i)
    if (text == grant_names[i]) return static_cast<GrantType>(i);
  return std::nullopt;
}

const char* to_string(TokenVerdict verdict) {
  switch (verdict) {
    case TokenVerdict::granted: return "granted";
    case TokenVerdict::no_credentials: return "no_credentials";
    case TokenVerdict::unknown_client: return "unknown_client";
    case TokenVerdict::method_mismatch: return "method_mismatch";
    case TokenVerdict::wrong_secret: return "wrong_secret";
    case TokenVerdict::grant_not_allowed: return "grant_not_allowed";
    case TokenVerdict::code_invalid: return "code_invalid";
    case TokenVerdict::refresh_invalid: return "refresh_invalid";
    case TokenVerdict::other_client: return "other_client";
    case TokenVerdict::redirect_mismatch: return "redirect_mismatch";
    case TokenVerdict::throttled: return "throttled";
  }
  return "unknown";
}

const char* to_string(Variant variant) {
  switch (variant) {
    case Variant::multi: return "multi";
    case Variant::single: return "single";
    case Variant::slow: return "slow";
  }
  return "unknown";
}

CoreOptions options_of(Variant variant) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  CoreOptions options;
  switch (variant) {
    case Variant::multi: break;
    case Variant::single: options.max_secrets = 1; break;
    case Variant::slow: {
      const TimeRange lag{.low = seconds(5), .high = seconds(45)};
      options.create_lag = lag;
      options.enable_lag = lag;
      options.retire_lag = lag;
      options.replicas = 3;
      options.answer_time = {.low = milliseconds(200), .high = seconds(2)};
      break;
    }
  }
  return options;
}

Core::Core(Scheduler& scheduler, Observer& observer, sim::Draws draws, CoreOptions options)
    : scheduler_(scheduler),
      observer_(observer),
      draws_(draws),
      options_(options),
      grants_(draws, options.grants) {
  ports::check(options.replicas >= 1 && options.replicas <= max_replicas, "1 to 16 replicas");
}

// ---- Clients

void Core::add_client(Registration registration) {
  if (registration.object_id.empty()) registration.object_id = registration.client_id;
  ports::check(find_client(registration.client_id) == nullptr &&
                   find_client_by_object(registration.object_id) == nullptr,
               "a client is added once");
  Client client;
  client.name = name_of(registration.client_id);
  client.object_name = name_of(registration.object_id);
  for (const auto& uri : registration.redirect_uris) client.redirect_names.push_back(name_of(uri));
  registration.created = registration.updated = scheduler_.wall_now();
  client.registration = std::move(registration);
  clients_.push_back(std::move(client));
}

void Core::remove_client(std::string_view client_id) {
  Client* client = client_of(client_id);
  if (client == nullptr) return;
  for (auto& secret : client->secrets)
    if (!secret.deleted) retire(*client, secret);
  client->removed = true;
  grants_.revoke_client(client->name);
}

const Registration* Core::find_client(std::string_view client_id) const {
  const Client* client = client_named(name_of(client_id));
  return client == nullptr ? nullptr : &client->registration;
}

const Registration* Core::find_client_by_object(std::string_view object_id) const {
  const auto name = name_of(object_id);
  for (const auto& client : clients_)
    if (!client.removed && client.object_name == name) return &client.registration;
  return nullptr;
}

bool Core::set_authentication_method(std::string_view client_id, AuthenticationMethod method) {
  Client* client = client_of(client_id);
  if (client == nullptr) return false;
  client->registration.authentication_method = method;
  client->registration.updated = scheduler_.wall_now();
  return true;
}

const Core::Client* Core::client_named(std::uint64_t name) const {
  for (const auto& client : clients_)
    if (client.name == name && !client.removed) return &client;
  return nullptr;
}

Core::Client* Core::client_of(std::string_view client_id) {
  const auto name = name_of(client_id);
  for (auto& client : clients_)
    if (client.name == name && !client.removed) return &client;
  return nullptr;
}

// ---- Secrets

Change Core::create_secret(std::string_view client_id, NewSecret secret) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  const auto count = std::count_if(client->secrets.begin(), client->secrets.end(),
                                   [](const Secret& one) { return !one.deleted; });
  if (options_.max_secrets > 0 && count >= options_.max_secrets) return Change::limit;
  admit(*client, std::move(secret));
  return Change::done;
}

Change Core::set_active(std::string_view client_id, std::string_view secret_id, bool active) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  Secret* secret = secret_of(*client, secret_id);
  if (secret == nullptr) return Change::missing;
  if (secret->object.active == active) return Change::unchanged;
  const auto count =
      std::count_if(client->secrets.begin(), client->secrets.end(),
                    [](const Secret& one) { return !one.deleted && one.object.active; });
  if (!active && count == 1) return Change::last_active;
  secret->object.active = active;
  secret->object.updated = scheduler_.wall_now();
  tell(active ? FactKind::secret_enabled : FactKind::secret_disabled, *client, secret->name);
  propagate(*client, *secret, active, active ? options_.enable_lag : options_.retire_lag);
  return Change::done;
}

Change Core::delete_secret(std::string_view client_id, std::string_view secret_id) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  Secret* secret = secret_of(*client, secret_id);
  if (secret == nullptr) return Change::missing;
  if (secret->object.active) return Change::still_active;
  retire(*client, *secret);
  forget_old_deletions(*client);
  return Change::done;
}

Change Core::remove_secret(std::string_view client_id, std::string_view secret_id) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  Secret* secret = secret_of(*client, secret_id);
  if (secret == nullptr) return Change::missing;
  retire(*client, *secret);
  forget_old_deletions(*client);
  return Change::done;
}

Change Core::replace_secrets(std::string_view client_id, NewSecret secret) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  for (auto& old : client->secrets)
    if (!old.deleted) retire(*client, old);
  forget_old_deletions(*client);
  admit(*client, std::move(secret));
  return Change::done;
}

std::vector<const SecretObject*> Core::secrets(std::string_view client_id) const {
  std::vector<const SecretObject*> objects;
  if (const Client* client = client_named(name_of(client_id)))
    for (const auto& secret : client->secrets)
      if (!secret.deleted) objects.push_back(&secret.object);
  return objects;
}

const SecretObject* Core::find_secret(std::string_view client_id,
                                      std::string_view secret_id) const {
  if (const Client* client = client_named(name_of(client_id)))
    for (const auto& secret : client->secrets)
      if (!secret.deleted && secret.object.id == secret_id) return &secret.object;
  return nullptr;
}

Core::Secret* Core::secret_of(Client& client, std::string_view secret_id) {
  for (auto& secret : client.secrets)
    if (!secret.deleted && secret.object.id == secret_id) return &secret;
  return nullptr;
}

void Core::admit(Client& client, NewSecret fresh) {
  Secret secret;
  secret.name = name_of(fresh.value);
  secret.number = secrets_created_++;
  secret.entity = client.name + client.secrets_created++;
  secret.object = {.id = std::move(fresh.id),
                   .value = std::move(fresh.value),
                   .active = fresh.active,
                   .created = scheduler_.wall_now(),
                   .updated = scheduler_.wall_now(),
                   .expires = {},
                   .label = std::move(fresh.label)};
  secret.created_at = fresh.settled ? ports::Instant::min() : scheduler_.now();
  client.secrets.push_back(std::move(secret));
  Secret& admitted = client.secrets.back();
  tell(FactKind::secret_created, client, admitted.name);
  end_at(admitted, fresh.expires);
  if (!fresh.active) return;
  if (!fresh.settled) {
    propagate(client, admitted, true, options_.create_lag);
    return;
  }
  for (int replica = 0; replica < options_.replicas; ++replica)
    admitted.steps.push_back({.at = ports::Instant::min(), .replica = replica, .accepted = true});
  tell_acceptance(client, admitted.name);
}

void Core::retire(Client& client, Secret& secret) {
  const bool was_active = secret.object.active;
  secret.object.active = false;
  secret.deleted = true;
  secret.deleted_at = scheduler_.now();
  ports::wipe(secret.object.value);
  tell(FactKind::secret_deleted, client, secret.name);
  // A disabled one is on its way out already: deleting it changes no verdict and no draw.
  if (was_active) propagate(client, secret, false, options_.retire_lag);
}

void Core::propagate(Client& client, Secret& secret, bool accepted, const TimeRange& lag) {
  const auto now = scheduler_.now();
  const std::uint64_t index = std::uint64_t{secret.changes++} * (max_replicas + 1);
  const auto whole =
      draws_.between(lag.low, lag.high, sim::Stream::propagation_lag, secret.entity, index);
  for (int replica = 0; replica < options_.replicas; ++replica) {
    auto at = now + whole;
    if (replica + 1 < options_.replicas)
      at = now + draws_.between(ports::Duration(0), whole, sim::Stream::propagation_lag,
                                secret.entity, index + 1 + static_cast<std::uint64_t>(replica));
    // Changes reach a replica in the order in which they were made.
    for (const auto& step : secret.steps)
      if (step.replica == replica) at = std::max(at, step.at);
    secret.steps.push_back({.at = at, .replica = replica, .accepted = accepted});
    if (at > now) scheduler_.at(at, *this, 0, secret.number);
  }
  tell_acceptance(client, secret.name);
}

void Core::on_timer(std::uint32_t, std::uint64_t subject) {
  for (auto& client : clients_)
    for (const auto& secret : client.secrets)
      if (secret.number == subject) {
        tell_acceptance(client, secret.name);
        return;
      }
}

void Core::tell(FactKind kind, const Client& client, std::uint64_t secret, std::int64_t number) {
  observer_.observe(
      scheduler_.now(),
      {.kind = kind, .subject = client.name, .object = secret, .number = number, .text = {}});
}

void Core::tell_acceptance(Client& client, std::uint64_t secret) {
  const int accepting = accepting_replicas(client, secret, scheduler_.now());
  auto told = std::find_if(client.told.begin(), client.told.end(),
                           [&](const Told& one) { return one.secret == secret; });
  if (told == client.told.end())
    told = client.told.insert(told, Told{.secret = secret, .replicas = 0});
  if (told->replicas == accepting) return;
  told->replicas = accepting;
  tell(accepting == options_.replicas ? FactKind::secret_accepted : FactKind::secret_refused,
       client, secret, accepting);
}

void Core::forget_old_deletions(Client& client) {
  auto count = std::count_if(client.secrets.begin(), client.secrets.end(),
                             [](const Secret& one) { return one.deleted; });
  const auto now = scheduler_.now();
  for (auto secret = client.secrets.begin();
       count > std::ptrdiff_t{max_remembered_deletions} && secret != client.secrets.end();) {
    const bool settled = std::all_of(secret->steps.begin(), secret->steps.end(),
                                     [&](const Step& step) { return step.at <= now; });
    if (!secret->deleted || !settled) {
      ++secret;
      continue;
    }
    std::erase_if(client.told,
                  [&](const Told& one) { return one.secret == secret->name && one.replicas == 0; });
    secret = client.secrets.erase(secret);
    --count;
  }
}

// ---- The token endpoint

bool Core::accepts(std::uint64_t client, std::uint64_t secret, ports::Instant at) const {
  const Client* found = client_named(client);
  return found != nullptr && accepts(*found, secret, at);
}

int Core::accepting_replicas(std::uint64_t client, std::uint64_t secret, ports::Instant at) const {
  const Client* found = client_named(client);
  return found == nullptr ? 0 : accepting_replicas(*found, secret, at);
}

bool Core::accepts(const Client& client, std::uint64_t secret, ports::Instant at) const {
  const int accepting = accepting_replicas(client, secret, at);
  if (accepting == 0 || accepting == options_.replicas) return accepting != 0;
  // Which replica a request meets is a draw of the instant, so that the verdict is a pure function.
  const auto met =
      draws_.below(static_cast<std::uint64_t>(options_.replicas), sim::Stream::propagation_lag,
                   client.name ^ secret, static_cast<std::uint64_t>(at.time_since_epoch().count()));
  return met < static_cast<std::uint64_t>(accepting);
}

int Core::accepting_replicas(const Client& client, std::uint64_t secret, ports::Instant at) const {
  std::uint32_t accepting = 0;  // one bit a replica
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
  return std::popcount(accepting);
}

TokenVerdict Core::verdict(const Client* client, const TokenAttempt& attempt,
                           ports::Instant now) const {
  const bool bare = attempt.method == AuthenticationMethod::none;
  if (attempt.client == 0 || (!bare && attempt.secret == 0)) return TokenVerdict::no_credentials;
  if (client == nullptr) return TokenVerdict::unknown_client;
  const auto registered = client->registration.authentication_method;
  if (bare && registered != AuthenticationMethod::none) return TokenVerdict::no_credentials;
  if (attempt.method != registered &&
      !(options_.either_secret_method && with_secret(attempt.method) && with_secret(registered)))
    return TokenVerdict::method_mismatch;
  if (!bare && !accepts(*client, attempt.secret, now)) return TokenVerdict::wrong_secret;
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
  if (found == nullptr || !has_grant(found->registration, GrantType::authorization_code))
    return no_grant;
  const auto& uris = found->redirect_names;
  if (std::find(uris.begin(), uris.end(), redirect_uri) == uris.end()) return no_grant;
  return grants_.issue(Grants::Kind::code, client, redirect_uri, user, scheduler_.now());
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
