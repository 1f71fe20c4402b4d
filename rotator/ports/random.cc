#include "rotator/ports/random.h"

#include <vector>

namespace ports {

std::string random_hex(Random& random, std::size_t bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::vector<std::byte> raw(bytes);
  random.fill(raw);
  std::string hex;
  hex.reserve(2 * bytes);
  for (const auto byte : raw) {
    hex += digits[std::to_integer<unsigned>(byte) >> 4];
    hex += digits[std::to_integer<unsigned>(byte) & 15U];
  }
  return hex;
}

}  // namespace ports
