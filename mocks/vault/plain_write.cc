#include "mocks/vault/plain_write.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace mocks::vault {
namespace {

// More digits than this are left to the tree.
constexpr std::size_t most_digits = 9;

constexpr std::array<bool, 256> left_as_it_is() {
  std::array<bool, 256> left{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) left[c] = true;
  for (const char c : {'"', '\\', '<', '>', '&'}) left[static_cast<unsigned char>(c)] = false;
  return left;
}
constexpr std::array<bool, 256> as_it_is = left_as_it_is();

using Members = std::vector<std::pair<std::string_view, std::string_view>>;

// A cursor; every read moves it past what was read, or fails.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text) : text_(text) {}

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool at_end() const { return at_ == text_.size(); }

  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    const std::size_t from = at_;
    while (at_ < text_.size() && as_it_is[static_cast<unsigned char>(text_[at_])]) ++at_;
    const auto inside = text_.substr(from, at_ - from);
    if (!take('"')) return std::nullopt;
    return inside;
  }

  std::optional<std::int64_t> number() {
    std::int64_t number = 0;
    const char* const from = text_.data() + at_;
    const auto [end, failure] = std::from_chars(from, text_.data() + text_.size(), number);
    const auto digits = static_cast<std::size_t>(end - from);
    const bool leading_zero = digits > 1 && *from == '0';
    if (failure != std::errc() || digits > most_digits || leading_zero || *from == '-')
      return std::nullopt;
    at_ += digits;
    return number;
  }

  // {"name":"value",...}
  bool members(Members& into) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      const auto name = string();
      if (!name || !take(':')) return false;
      const auto value = string();
      if (!value) return false;
      into.emplace_back(*name, *value);
    } while (take(','));
    return take('}');
  }

  // {} or {"cas":3}
  bool options(std::optional<std::int64_t>& cas) {
    if (!take('{')) return false;
    if (take('}')) return true;
    if (string() != "cas" || !take(':')) return false;
    cas = number();
    return cas && take('}');
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<PlainWrite> read_plain_write(std::string_view body) {
  PlainWrite write;
  Members members;
  PlainReader reader(body);
  bool data_read = false;
  bool options_read = false;
  if (!reader.take('{')) return std::nullopt;
  do {
    const auto name = reader.string();
    if (!name || !reader.take(':')) return std::nullopt;
    const bool is_data = name == "data";
    if (!is_data && name != "options") return std::nullopt;
    if (std::exchange(is_data ? data_read : options_read, true)) return std::nullopt;
    if (!(is_data ? reader.members(members) : reader.options(write.cas))) return std::nullopt;
  } while (reader.take(','));
  if (!reader.take('}') || !reader.at_end() || !data_read) return std::nullopt;

  std::sort(members.begin(), members.end());
  const auto twice =
      std::adjacent_find(members.begin(), members.end(),
                         [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twice != members.end()) return std::nullopt;
  write.data.reserve(body.size());
  write.data += '{';
  for (const auto& [name, value] : members) {
    if (write.data.size() > 1) write.data += ',';
    write.data.append(1, '"').append(name).append("\":\"").append(value).append(1, '"');
  }
  write.data += '}';
  return write;
}

}  // namespace mocks::vault
