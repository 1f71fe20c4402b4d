#include "mocks/vault/store/identifiers.h"

#include <string_view>

namespace mocks::vault {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string Identifiers::letters(std::size_t length) {
  // Ten characters of six bits from each draw.
  std::string out;
  out.reserve(length);
  const std::uint64_t entity = next_++;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 10 == 0) bits = draws_.bits(sim::Stream::identifiers, entity, i / 10);
    out += alphabet[bits & 63U];
    bits >>= 6U;
  }
  return out;
}

std::string Identifiers::uuid() { return uuid_of(next_++); }

std::string Identifiers::uuid_of(std::uint64_t entity) const {
  std::uint64_t high = draws_.bits(sim::Stream::identifiers, entity, 0);
  std::uint64_t low = draws_.bits(sim::Stream::identifiers, entity, 1);
  std::string out(36, '-');
  for (std::size_t i = 0; i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) continue;
    std::uint64_t& half = i < 18 ? high : low;
    out[i] = "0123456789abcdef"[half & 15U];
    half >>= 4U;
  }
  return out;
}

}  // namespace mocks::vault
