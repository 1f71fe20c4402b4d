// Secret: a client secret, token or key in memory. It cannot be printed, formatted, logged,
// compared in variable time or copied by accident, and it is wiped when it goes. The named ways
// out: reveal_to_wire() and fingerprint().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ports {

// What may be shown of a secret: the first 8 bytes of HMAC-SHA256(key, value) as 16 hexadecimal
// digits. Keyed, so that a leaked log cannot be searched with guessed secrets. Two fingerprints
// compare only under the same key.
using Fingerprint = std::string;

class Secret {
 public:
  Secret() = default;
  // Takes the value and wipes the string it was given.
  explicit Secret(std::string&& value);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // A second copy, asked for by name.
  Secret clone() const;

  bool empty() const { return value_.empty(); }

  // The plain value, only to be put into a request that carries it to its owner. The view lives as
  // long as the Secret.
  std::string_view reveal_to_wire() const { return value_; }

  // In constant time for values of equal length.
  bool same_as(const Secret& other) const;

  // See Fingerprint. `key` may be of any length but empty.
  Fingerprint fingerprint(const Secret& key) const;

 private:
  // Never inside the object, as a short string's bytes are: there a move would leave them behind.
  std::string value_;
};

// Overwrites `text` with zeroes in a way that the optimiser keeps, then empties it.
void wipe(std::string& text);

}  // namespace ports
