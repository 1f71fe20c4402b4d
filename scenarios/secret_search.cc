#include "scenarios/secret_search.h"

#include <algorithm>
#include <cstring>

namespace scenarios {

SecretSearch::SecretSearch(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  std::erase(secrets_, std::string());
  if (secrets_.empty()) return;
  for (const auto& secret : secrets_) longest_ = std::max(longest_, secret.size());
  const auto shortest =
      std::min_element(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) {
        return a.size() < b.size();
      })->size();
  // Too short to hold a stretch wherever it begins: then every text is searched for every secret.
  step_ = shortest < stretch ? 0 : shortest - stretch + 1;
  if (step_ == 0) return;
  for (const auto& secret : secrets_)
    for (std::size_t at = 0; at + stretch <= secret.size(); ++at)
      marks_.set(mark(word(secret.data() + at)));
}

std::uint64_t SecretSearch::word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, stretch);
  return word;
}

// Multiplicative hashing (Knuth, The Art of Computer Programming, volume 3, section 6.4).
std::uint64_t SecretSearch::mark(std::uint64_t word) { return (word * 0x9e3779b97f4a7c15) >> 50U; }

bool SecretSearch::found_in(std::string_view text) const {
  const auto search = [&](std::string_view where) {
    return std::any_of(secrets_.begin(), secrets_.end(), [&](const std::string& secret) {
      return where.find(secret) != std::string_view::npos;
    });
  };
  if (step_ == 0) return search(text);
  for (std::size_t at = 0; at + stretch <= text.size(); at += step_) {
    if (!marks_.test(mark(word(text.data() + at)))) continue;
    // Marks are shared by chance: only what is around tells.
    const auto from = at - std::min(at, longest_);
    if (search(text.substr(from, at - from + longest_))) return true;
  }
  return false;
}

}  // namespace scenarios
