// Secrets: the two places that a Keycloak client has for a secret, primary and rotated, over Core.
//
// Under a policy with the executor secret-rotation, regenerating turns the primary into the rotated
// one, which lapses by itself, and evicts what was there; without it, the old one ends at once. An
// expired primary is refused, and with it the rotated one. Times are whole seconds, and the last of
// them still counts. https://www.keycloak.org/docs/latest/server_admin/#_secret_rotation
#pragma once

#include <map>
#include <optional>
#include <string>

#include "mocks/idp/core.h"

namespace mocks::idp::keycloak {

class Secrets {
 public:
  explicit Secrets(Core& core) : core_(core) {}

  struct Slots {
    const SecretObject* primary = nullptr;  // null: the client has no secret
    const SecretObject* rotated = nullptr;
    // The last second in which each is accepted; the epoch = for ever.
    ports::WallTime primary_ends = {};
    ports::WallTime rotated_ends = {};
  };
  // Valid until the next change.
  Slots slots(const std::string& client_id) const;

  // A new primary of the dialect's own making; returns its value.
  std::string regenerate(const std::string& client_id);
  // A client update, with or without a chosen secret. Chosen, it takes the primary's place at once;
  // where the primary has expired, any update generates a new one, and what was chosen becomes the
  // rotated one.
  void update(const std::string& client_id, std::optional<std::string> chosen);
  void remove_rotated(const std::string& client_id);

  Core::NewSecret make(std::string value) const;

 private:
  struct Place {
    std::string primary = {};  // ids in Core
    std::string rotated = {};
    ports::WallTime primary_ends = {};
    ports::WallTime rotated_ends = {};
  };
  Place& place(const std::string& client_id);
  Place read(const std::string& client_id) const;
  // The primary of this value, with the life that the policy gives it.
  void admit(const std::string& client_id, Place& place, std::string value);
  void retire_primary(const std::string& client_id, Place& place);
  ports::WallTime ends_in(ports::Duration life) const;
  bool expired(const Place& place) const;

  Core& core_;
  std::map<std::string, Place> places_ = {};
};

}  // namespace mocks::idp::keycloak
