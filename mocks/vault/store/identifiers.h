// Identifiers: the random texts that a Vault makes up: tokens, accessors, UUIDs (RFC 9562 in shape,
// without version bits). Drawn from the world's own numbers, so that a run repeats itself, and
// never twice the same within one Vault.
//
// Each text is one draw further on: who draws more or fewer moves all that come after it, in this
// Vault and in no other part of the world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "mocks/sim/draws.h"

namespace mocks::vault {

class Identifiers {
 public:
  explicit Identifiers(sim::Draws draws) : draws_(draws) {}

  // `length` characters of base64url's alphabet, as in a token after its prefix.
  std::string letters(std::size_t length);
  // 36 characters: "8-4-4-4-12" of lower-case hexadecimal digits.
  std::string uuid();
  // The same for one entity always, whatever else was drawn: for what a Vault has one of, such as
  // its cluster id. Entities are names of mocks::name_of, far beyond what the others count to.
  std::string uuid_of(std::uint64_t entity) const;

 private:
  sim::Draws draws_;
  std::uint64_t next_ = 0;
};

}  // namespace mocks::vault
