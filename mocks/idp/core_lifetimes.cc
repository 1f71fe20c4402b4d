// The parts of Core that only some dialects have: secrets that expire, and reads of the
// administration that follow its writes late.
#include "mocks/idp/core.h"

namespace mocks::idp {
namespace {

// Tells the draws of these lags from those of the token endpoint.
constexpr std::uint64_t reads_entity = 0x7265'6164'0000'0000;

}  // namespace

std::vector<const Registration*> Core::clients() const {
  std::vector<const Registration*> all;
  for (const auto& client : clients_)
    if (!client.removed) all.push_back(&client.registration);
  return all;
}

Change Core::set_expiry(std::string_view client_id, std::string_view secret_id,
                        ports::WallTime expires) {
  Client* client = client_of(client_id);
  if (client == nullptr) return Change::missing;
  Secret* secret = secret_of(*client, secret_id);
  if (secret == nullptr) return Change::missing;
  const auto now = scheduler_.now();
  const bool was_over = now >= secret->expires_at;
  end_at(*secret, expires);
  const bool is_over = now >= secret->expires_at;
  if (is_over != was_over && secret->object.active)
    tell(is_over ? FactKind::secret_disabled : FactKind::secret_enabled, *client, secret->name);
  tell_acceptance(*client, secret->name);
  return Change::done;
}

void Core::end_at(Secret& secret, ports::WallTime expires) {
  if (secret.object.expires == expires) return;
  secret.object.expires = expires;
  secret.expires_at = ports::Instant::max();
  if (expires == ports::WallTime{}) return;
  secret.expires_at = scheduler_.now() + (expires - scheduler_.wall_now());
  if (secret.expires_at > scheduler_.now())
    scheduler_.at(secret.expires_at, *this, expiry_timer, secret.number);
}

bool Core::expired(std::uint64_t client, std::uint64_t secret) const {
  const Client* found = client_named(client);
  if (found == nullptr) return false;
  for (const auto& one : found->secrets)
    if (one.name == secret && !one.deleted && scheduler_.now() >= one.expires_at) return true;
  return false;
}

ports::Duration Core::read_lag(const Secret& secret, int replica, bool deletion) const {
  const auto& [low, high] = options_.read_lag;
  return draws_.between(
      low, high, sim::Stream::propagation_lag, secret.entity ^ reads_entity,
      static_cast<std::uint64_t>(replica) * 2 + static_cast<std::uint64_t>(deletion));
}

std::vector<SecretObject> Core::seen_secrets(std::string_view client_id) const {
  std::vector<SecretObject> seen;
  const Client* client = client_named(name_of(client_id));
  if (client == nullptr) return seen;
  const auto now = scheduler_.now();
  const bool lags = options_.read_lag.high > ports::Duration(0);
  const auto replica = static_cast<int>(draws_.below(
      static_cast<std::uint64_t>(options_.replicas), sim::Stream::propagation_lag,
      client->name ^ reads_entity, static_cast<std::uint64_t>(now.time_since_epoch().count())));
  for (const auto& secret : client->secrets) {
    if (!lags) {
      if (!secret.deleted) seen.push_back(secret.object);
      continue;
    }
    const bool came = secret.created_at == ports::Instant::min() ||
                      now - read_lag(secret, replica, false) >= secret.created_at;
    const bool went = secret.deleted && now - read_lag(secret, replica, true) >= secret.deleted_at;
    if (came && !went) seen.push_back(secret.object);
  }
  return seen;
}

}  // namespace mocks::idp
