#include "mocks/idp/keycloak/secrets.h"

#include <algorithm>
#include <utility>

#include "mocks/facts.h"

namespace mocks::idp::keycloak {
namespace {

using std::chrono::seconds;

constexpr std::size_t generated_length = 86;  // since 26.7; 32 before
constexpr std::string_view alphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// From when on a secret is refused whose last second this is.
ports::WallTime refused_from(ports::WallTime ends) {
  return ends == ports::WallTime{} ? ends : ends + seconds(1);
}

}  // namespace

Core::NewSecret Secrets::make(std::string value) const {
  const auto number = core_.secrets_created();
  if (value.empty())
    value = core_.draws().text(generated_length, alphanumeric, sim::Stream::identifiers,
                               name_of("idp/secret") + number);
  // Keycloak gives secrets no ids; Core needs one.
  return {.id = "secret-" + std::to_string(number), .value = std::move(value)};
}

ports::WallTime Secrets::ends_in(ports::Duration life) const {
  return std::chrono::floor<seconds>(core_.scheduler().wall_now()) +
         std::chrono::floor<seconds>(life);
}

bool Secrets::expired(const Place& place) const {
  return place.primary_ends != ports::WallTime{} &&
         core_.scheduler().wall_now() >= refused_from(place.primary_ends);
}

// Of a client that was never changed here: as the world was built, the first one is the primary.
Secrets::Place Secrets::read(const std::string& client_id) const {
  const auto found = places_.find(client_id);
  if (found != places_.end()) return found->second;
  Place place;
  const auto all = core_.secrets(client_id);
  const auto last_second = [](const SecretObject& secret) {
    return secret.expires == ports::WallTime{} ? secret.expires : secret.expires - seconds(1);
  };
  if (!all.empty()) {
    place.primary = all.front()->id;
    place.primary_ends = last_second(*all.front());
  }
  if (all.size() > 1) {
    place.rotated = all[1]->id;
    place.rotated_ends = last_second(*all[1]);
  }
  return place;
}

Secrets::Place& Secrets::place(const std::string& client_id) {
  return places_.insert_or_assign(client_id, read(client_id)).first->second;
}

Secrets::Slots Secrets::slots(const std::string& client_id) const {
  const auto place = read(client_id);
  return {.primary = core_.find_secret(client_id, place.primary),
          .rotated = place.rotated.empty() ? nullptr : core_.find_secret(client_id, place.rotated),
          .primary_ends = place.primary_ends,
          .rotated_ends = place.rotated_ends};
}

void Secrets::remove_rotated(const std::string& client_id) {
  auto& slots = place(client_id);
  if (slots.rotated.empty()) return;
  core_.remove_secret(client_id, slots.rotated);
  slots.rotated.clear();
  slots.rotated_ends = {};
}

void Secrets::admit(const std::string& client_id, Place& place, std::string value) {
  auto fresh = make(std::move(value));
  place.primary = fresh.id;
  place.primary_ends = {};
  const auto& succession = core_.options().succession;
  if (succession.possible) place.primary_ends = ends_in(succession.life);
  fresh.expires = refused_from(place.primary_ends);
  core_.create_secret(client_id, std::move(fresh));
}

void Secrets::retire_primary(const std::string& client_id, Place& place) {
  const auto& succession = core_.options().succession;
  if (succession.possible && succession.grace > ports::Duration(0)) {
    place.rotated = std::exchange(place.primary, {});
    place.rotated_ends = ends_in(succession.grace);
    // The new primary's end would be its end too.
    core_.set_expiry(client_id, place.rotated,
                     refused_from(std::min(place.rotated_ends, ends_in(succession.life))));
  } else if (!place.primary.empty()) {
    core_.remove_secret(client_id, place.primary);
    place.primary.clear();
  }
}

std::string Secrets::regenerate(const std::string& client_id) {
  remove_rotated(client_id);
  auto& slots = place(client_id);
  retire_primary(client_id, slots);
  admit(client_id, slots, {});
  return core_.find_secret(client_id, slots.primary)->value;
}

void Secrets::update(const std::string& client_id, std::optional<std::string> chosen) {
  auto& slots = place(client_id);
  const auto* rotated = core_.find_secret(client_id, slots.rotated);
  if (expired(slots)) {
    remove_rotated(client_id);
    if (chosen) {
      core_.remove_secret(client_id, slots.primary);
      admit(client_id, slots, std::move(*chosen));
    }
    retire_primary(client_id, slots);
    admit(client_id, slots, {});
  } else if (chosen && rotated != nullptr && rotated->value == *chosen) {
    // The value is there already: it moves, and what is said of it goes on.
    core_.remove_secret(client_id, slots.primary);
    slots.primary = std::exchange(slots.rotated, {});
    slots.rotated_ends = {};
    slots.primary_ends = {};
    if (core_.options().succession.possible)
      slots.primary_ends = ends_in(core_.options().succession.life);
    core_.set_expiry(client_id, slots.primary, refused_from(slots.primary_ends));
  } else if (const auto* primary = core_.find_secret(client_id, slots.primary);
             chosen && (primary == nullptr || primary->value != *chosen)) {
    if (primary != nullptr) core_.remove_secret(client_id, slots.primary);
    admit(client_id, slots, std::move(*chosen));
  } else if (primary != nullptr && core_.options().succession.possible &&
             slots.primary_ends == ports::WallTime{}) {
    // A client older than the policy: its first update starts the clock.
    slots.primary_ends = ends_in(core_.options().succession.life);
    core_.set_expiry(client_id, slots.primary, refused_from(slots.primary_ends));
  }
}

}  // namespace mocks::idp::keycloak
