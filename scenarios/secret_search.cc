#include "scenarios/secret_search.h"

#include <algorithm>
#include <cstring>

namespace scenarios {

SecretSearch::SecretSearch(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  std::erase(secrets_, std::string());
  if (secrets_.empty()) return;
  const auto shortest =
      std::min_element(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) {
        return a.size() < b.size();
      })->size();
  // Too short to hold a stretch wherever it begins: then every text is searched for every secret.
  step_ = shortest < stretch ? 0 : shortest - stretch + 1;
  if (step_ == 0) return;
  for (const auto& secret : secrets_)
    for (std::size_t at = 0; at + stretch <= secret.size(); ++at)
      words_.push_back(word(secret.data() + at));
  for (const auto one : words_) marks_.set(mark(one));
  std::sort(words_.begin(), words_.end());
}

std::uint64_t SecretSearch::word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, stretch);
  return word;
}

// Multiplicative hashing (Knuth, The Art of Computer Programming, volume 3, section 6.4).
std::uint64_t SecretSearch::mark(std::uint64_t word) { return (word * 0x9e3779b97f4a7c15) >> 50U; }

bool SecretSearch::found_in(std::string_view text) const {
  const auto search = [&] {
    return std::any_of(secrets_.begin(), secrets_.end(), [&](const std::string& secret) {
      return text.find(secret) != std::string_view::npos;
    });
  };
  if (step_ == 0) return search();
  for (std::size_t at = 0; at + stretch <= text.size(); at += step_) {
    const auto here = word(text.data() + at);
    if (marks_.test(mark(here)) && std::binary_search(words_.begin(), words_.end(), here))
      return search();
  }
  return false;
}

}  // namespace scenarios
