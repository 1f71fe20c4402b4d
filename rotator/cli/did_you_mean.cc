#include "rotator/cli/did_you_mean.h"

#include <algorithm>
#include <cstddef>

namespace rotator {
namespace {

constexpr std::size_t most_changes = 3;
// A longer word is no slip of the hand.
constexpr std::size_t longest_word = 64;

// Letters to add, drop, replace or swap with their neighbour (optimal string alignment).
std::size_t changes_between(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > longest_word) return "";
  const std::string* nearest = nullptr;
  auto fewest = std::min(most_changes, std::max<std::size_t>(1, word.size() / 3)) + 1;
  for (const auto& one : known) {
    if (one.size() > longest_word) continue;
    const auto changes = changes_between(word, one);
    if (changes == 0 || changes >= fewest) continue;
    fewest = changes;
    nearest = &one;
  }
  return nearest == nullptr ? "" : "; did you mean '" + *nearest + "'?";
}

}  // namespace rotator
