// KnownSecrets: every value that is or was a client secret in a world, by what may be shown of it.
// For whoever tells who uses what without telling a secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/http.h"
#include "scenarios/world.h"

namespace scenarios {

// The first 16 hexadecimal digits of the value's SHA-256, so that whoever holds a secret can find
// it: `printf %s "$SECRET" | sha256sum | cut -c1-16`. Nobody finds it the other way: secrets are
// long and random.
std::string fingerprint_of(std::string_view secret);

// Under the world's lock.
class KnownSecrets {
 public:
  struct Known {
    std::string value = {};
    std::uint64_t name = 0;  // mocks::name_of(value), as facts and mocks have it
    std::string fingerprint = {};
  };

  // Learns what is new in this world: secrets of the client, and values in Vault that are none.
  void learn_from(const World& world);

  // Empty for a name that is no known secret's.
  std::string fingerprint_of_name(std::uint64_t name) const;
  // Those that are in the text as they are, each once.
  std::vector<std::string> found_in(std::string_view text) const;
  // Those that a request carries: as they are, percent-encoded, or in HTTP Basic (RFC 7617); and
  // what it presents as a client secret without it being one.
  std::vector<std::string> carried_by(const ports::Request& request) const;
  // The text with FINGERPRINT in the place of each.
  std::string without_secrets(std::string text) const;

 private:
  void learn(const std::string& value);

  std::vector<Known> all_;
  std::size_t seen_ = 0;           // of World::secrets()
  std::int64_t seen_version_ = 0;  // of the portal's path in Vault
};

}  // namespace scenarios
