#include "mocks/idp/core.h"

#include <algorithm>
#include <utility>

#include "rotator/ports/check.h"
#include "rotator/ports/secret.h"

namespace mocks::idp {
namespace {

constexpr std::string_view method_names[] = {"none", "client_secret_basic", "client_secret_post",
                                             "client_secret_jwt", "private_key_jwt"};
constexpr std::string_view grant_names[] = {"authorization_code", "refresh_token",
                                            "client_credentials"};

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

Change Core::replace_registration(std::string_view client_id, Registration registration) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  auto& current = client->registration;
  registration.client_id = std::move(current.client_id);
  registration.object_id = std::move(current.object_id);
  registration.active = current.active;
  registration.created = current.created;
  registration.updated = scheduler_.wall_now();
  current = std::move(registration);
  client->redirect_names.clear();
  for (const auto& uri : current.redirect_uris) client->redirect_names.push_back(name_of(uri));
  return Change::done;
}

Change Core::assign(std::string_view client_id, std::string_view group) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  auto& groups = client->registration.groups;
  if (std::find(groups.begin(), groups.end(), group) != groups.end()) return Change::unchanged;
  groups.emplace_back(group);
  return Change::done;
}

Change Core::unassign(std::string_view client_id, std::string_view group) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  return std::erase(client->registration.groups, group) > 0 ? Change::done : Change::unchanged;
}

Change Core::set_client_active(std::string_view client_id, bool active) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  auto& registration = client->registration;
  if (registration.active == active) return Change::unchanged;
  registration.active = active;
  registration.updated = scheduler_.wall_now();
  return Change::done;
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
  if (options_.replacement_is_one_turn) {
    turn_over(*client, std::move(secret));
    return Change::done;
  }
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
  const bool active = fresh.active;
  const bool settled = fresh.settled;
  Secret& admitted = enter(client, std::move(fresh));
  if (!active) return;
  if (!settled) {
    propagate(client, admitted, true, options_.create_lag);
    return;
  }
  for (int replica = 0; replica < options_.replicas; ++replica)
    admitted.steps.push_back({.at = ports::Instant::min(), .replica = replica, .accepted = true});
  tell_acceptance(client, admitted.name);
}

Core::Secret& Core::enter(Client& client, NewSecret fresh) {
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
  return admitted;
}

void Core::end(const Client& client, Secret& secret) {
  secret.object.active = false;
  secret.deleted = true;
  secret.deleted_at = scheduler_.now();
  ports::wipe(secret.object.value);
  tell(FactKind::secret_deleted, client, secret.name);
}

// Turns that are still on their way reach a replica before this one does.
void Core::turn_over(Client& client, NewSecret fresh) {
  const auto now = scheduler_.now();
  std::vector<std::uint64_t> ended;  // by number: entering one may move the others
  for (auto& old : client.secrets) {
    if (old.deleted) continue;
    end(client, old);
    ended.push_back(old.number);
  }
  Secret& admitted = enter(client, std::move(fresh));
  const auto [low, high] = options_.create_lag;
  const auto whole = draws_.between(low, high, sim::Stream::propagation_lag, admitted.entity, 0);
  for (int replica = 0; replica < options_.replicas; ++replica) {
    auto at = now + whole;
    if (replica + 1 < options_.replicas)
      at = now + draws_.between(ports::Duration(0), whole, sim::Stream::propagation_lag,
                                admitted.entity, 1 + static_cast<std::uint64_t>(replica));
    for (const auto& secret : client.secrets)
      for (const auto& step : secret.steps)
        if (step.replica == replica) at = std::max(at, step.at);
    for (auto& old : client.secrets) {
      if (std::find(ended.begin(), ended.end(), old.number) == ended.end()) continue;
      old.steps.push_back({.at = at, .replica = replica, .accepted = false});
      if (at > now) scheduler_.at(at, *this, acceptance_timer, old.number);
    }
    admitted.steps.push_back({.at = at, .replica = replica, .accepted = true});
    if (at > now) scheduler_.at(at, *this, acceptance_timer, admitted.number);
  }
  for (const auto& secret : client.secrets)
    if (secret.number == admitted.number ||
        std::find(ended.begin(), ended.end(), secret.number) != ended.end())
      tell_acceptance(client, secret.name);
  forget_old_deletions(client);
}

void Core::retire(Client& client, Secret& secret) {
  const bool was_active = secret.object.active;
  end(client, secret);
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
    if (at > now) scheduler_.at(at, *this, acceptance_timer, secret.number);
  }
  tell_acceptance(client, secret.name);
}

void Core::on_timer(std::uint32_t kind, std::uint64_t subject) {
  for (auto& client : clients_)
    for (const auto& secret : client.secrets)
      if (secret.number == subject) {
        // Unless it was given another end since.
        const bool over = kind == expiry_timer && scheduler_.now() >= secret.expires_at;
        if (over && !secret.deleted && secret.object.active)
          tell(FactKind::secret_disabled, client, secret.name);
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

}  // namespace mocks::idp
