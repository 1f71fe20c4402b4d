// What of a text a JSON string holds as it is, and what needs a backslash (RFC 8259 section 7). For
// the writers of the servers' own JSON: most of what they write needs no escape at all, so it is
// looked at sixteen characters at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mocks {

// Whether RFC 8259 lets a character stand in a string only behind a backslash.
constexpr bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// How many characters at the start of `text` neither need an escape nor are one of `others`.
template <char... others>
std::size_t plain_run(std::string_view text) {
  constexpr std::size_t half = sizeof(std::uint64_t);
  using Halves = std::uint64_t __attribute__((vector_size(2 * half)));
  using Block = unsigned char __attribute__((vector_size(2 * half)));
  const auto word = [&text](std::size_t from) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + from, half);
    return bytes;
  };
  const auto plain = [&word](std::size_t first, std::size_t second) {
    const auto block = std::bit_cast<Block>(Halves{word(first), word(second)});
    const auto always = (block < 0x20) | (block == '"') | (block == '\\');
    const auto marked = (always | ... | (block == static_cast<unsigned char>(others)));
    const auto marks = std::bit_cast<Halves>(marked);
    return (marks[0] | marks[1]) == 0;
  };
  std::size_t at = 0;
  while (text.size() - at >= 2 * half && plain(at, at + half)) at += 2 * half;
  // The halves of the last block may overlap.
  const std::size_t left = text.size() - at;
  if (left >= half && left < 2 * half && plain(at, text.size() - half)) return text.size();
  while (at < text.size() && !needs_escape(text[at]) && (... && (text[at] != others))) ++at;
  return at;
}
}  // namespace mocks
