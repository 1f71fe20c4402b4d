#include "mocks/sim/trace.h"

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include "mocks/sim/draws.h"

namespace mocks::sim {
namespace {

// Up to eight characters as one number, the first lowest: the same on every machine.
std::uint64_t word_of(std::string_view text) {
  std::array<char, 8> bytes{};
  text.copy(bytes.data(), bytes.size());
  auto word = std::bit_cast<std::uint64_t>(bytes);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

constexpr std::uint64_t absorb(std::uint64_t hash, std::uint64_t word) {
  return Draws::mix(hash ^ word) + 0x9e3779b97f4a7c15ULL;
}

}  // namespace

void Trace::observe(ports::Instant at, const Fact& fact) {
  std::uint64_t hash = absorb(hash_, static_cast<std::uint64_t>(at.time_since_epoch().count()));
  hash = absorb(hash, static_cast<std::uint64_t>(fact.kind) << 32U ^ fact.text.size());
  hash = absorb(hash, fact.subject);
  hash = absorb(hash, fact.object);
  hash = absorb(hash, static_cast<std::uint64_t>(fact.number));
  std::string_view text = fact.text;
  for (; text.size() > 8; text.remove_prefix(8)) hash = absorb(hash, word_of(text.substr(0, 8)));
  hash_ = absorb(hash, word_of(text));
  ++facts_;
  if (entries_.size() < keep_)
    entries_.push_back({.at = at,
                        .kind = fact.kind,
                        .subject = fact.subject,
                        .object = fact.object,
                        .number = fact.number,
                        .text = std::string(fact.text)});
  for (Observer* observer : further_) observer->observe(at, fact);
}

std::string Trace::hash_text() const {
  std::string text(16, '0');
  for (std::size_t i = 0; i < 16; ++i) text[i] = "0123456789abcdef"[(hash_ >> (60 - 4 * i)) & 0xfU];
  return text;
}

}  // namespace mocks::sim
