// The entropy port: where rotation ids, Lease holder names and fingerprint keys come from.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace ports {

class Random {
 public:
  virtual ~Random() = default;

  // Fills all of `out`. The real one is cryptographically strong (OpenSSL RAND_bytes).
  virtual void fill(std::span<std::byte> out) = 0;
};

// `bytes` random bytes as 2*bytes lower-case hexadecimal digits.
std::string random_hex(Random& random, std::size_t bytes);

}  // namespace ports
