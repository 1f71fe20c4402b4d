#include "rotator/calls/json_view.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

#include "rotator/calls/utf8.h"

namespace rotator {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Four hexadecimal digits; nothing when there are fewer.
std::optional<std::uint32_t> hex4(const char* at, const char* end) {
  std::uint32_t value = 0;
  if (end - at < 4) return std::nullopt;
  const auto [stop, error] = std::from_chars(at, at + 4, value, 16);
  if (error != std::errc() || stop != at + 4) return std::nullopt;
  return value;
}

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// The value of a string's inside that the parser has passed.
std::string unescaped(std::string_view inside) {
  std::string value;
  value.reserve(inside.size());
  const char* at = inside.data();
  const char* const end = at + inside.size();
  for (;;) {
    const auto* const next = std::find(at, end, '\\');
    value.append(at, next);
    if (next == end) return value;
    at = next + 1;
    const char escape = *at++;
    switch (escape) {
      case 'b': value += '\b'; break;
      case 'f': value += '\f'; break;
      case 'n': value += '\n'; break;
      case 'r': value += '\r'; break;
      case 't': value += '\t'; break;
      case 'u': {
        std::uint32_t point = hex4(at, end).value_or(0);
        at += 4;
        if (is_high_surrogate(point)) {
          point = 0x10000 + ((point - 0xd800) << 10U) + (hex4(at + 2, end).value_or(0) - 0xdc00);
          at += 6;
        }
        append_utf8(value, point);
        break;
      }
      default: value += escape;
    }
  }
}

// How many of the eight bytes at `at` are plain: neither control characters, quotes, backslashes
// nor beyond ASCII. Exact up to the first that is not, which is all that counts
// (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord).
std::size_t plain_of_eight(const char* at) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t high = ones * 0x80;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  const auto zero = [](std::uint64_t x) { return (x - ones) & ~x; };
  const std::uint64_t special = ((word - ones * 0x20) & ~word) | zero(word ^ (ones * '"')) |
                                zero(word ^ (ones * '\\')) | word;
  if constexpr (std::endian::native == std::endian::little)
    return static_cast<std::size_t>(std::countr_zero(special & high)) / 8;
  return (special & high) == 0 ? 8 : 0;
}

}  // namespace

// One pass over the text, without recursion.
class JsonParser {
 public:
  JsonParser(std::string_view text, JsonDocument& document)
      : begin_(text.data()),
        at_(text.data()),
        end_(text.data() + text.size()),
        nodes_(document.nodes_) {
    // A node for each eight bytes is more than Kubernetes needs.
    nodes_.reserve(text.size() / 8 + 8);
  }

  bool parse() {
    constexpr std::string_view mark = "\xef\xbb\xbf";  // RFC 8259 section 8.1: may be ignored
    if (rest().starts_with(mark)) at_ += mark.size();
    for (;;) {
      skip_space();
      if (at_ == end_) return false;
      if (*at_ == '{' || *at_ == '[') {
        if (!open()) return false;
        if (at_ == end_) return false;
        if (*at_ != closing()) {
          if (in_object() && !name()) return false;
          continue;
        }
        close();
      } else if (!scalar()) {
        return false;
      }
      if (!after_value()) return false;
      if (depth_ == 0) return at_ == end_;
    }
  }

 private:
  using Kind = JsonView::Kind;
  using Node = JsonView::Node;

  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  Node& container() { return nodes_[open_[depth_ - 1]]; }
  bool in_object() { return container().kind == Kind::object; }
  char closing() { return in_object() ? '}' : ']'; }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  Node& add(Kind kind, const char* from) {
    if (depth_ > 0) ++container().children;
    Node& node = nodes_.emplace_back();
    node.at = static_cast<std::uint32_t>(from - begin_);
    node.length = static_cast<std::uint32_t>(at_ - from);
    node.kind = kind;
    return node;
  }

  bool open() {
    if (depth_ == max_json_depth) return false;
    add(*at_ == '{' ? Kind::object : Kind::array, at_);
    open_[depth_++] = static_cast<std::uint32_t>(nodes_.size() - 1);
    ++at_;
    skip_space();
    return true;
  }

  void close() {
    ++at_;
    Node& ended = container();
    ended.length = static_cast<std::uint32_t>(at_ - begin_) - ended.at;
    ended.span = static_cast<std::uint32_t>(nodes_.size()) - open_[depth_ - 1];
    // A name and its value are one member.
    if (ended.kind == Kind::object) ended.children /= 2;
    --depth_;
  }

  // Up to where the next value begins, or the end of the text at depth 0.
  bool after_value() {
    for (;;) {
      skip_space();
      if (depth_ == 0) return true;
      if (at_ == end_) return false;
      if (*at_ == ',') {
        ++at_;
        skip_space();
        return !in_object() || name();
      }
      if (*at_ != closing()) return false;
      close();
    }
  }

  bool name() {
    if (at_ == end_ || *at_ != '"' || !text()) return false;
    skip_space();
    if (at_ == end_ || *at_ != ':') return false;
    ++at_;
    return true;
  }

  bool scalar() {
    switch (*at_) {
      case '"': return text();
      case 't': return word("true", Kind::yes);
      case 'f': return word("false", Kind::no);
      case 'n': return word("null", Kind::null);
      default: return number();
    }
  }

  bool word(std::string_view wanted, Kind kind) {
    if (!rest().starts_with(wanted)) return false;
    const char* const from = at_;
    at_ += wanted.size();
    add(kind, from);
    return true;
  }

  bool digits() {
    const char* const from = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != from;
  }

  bool number() {
    const char* const from = at_;
    bool integer = true;
    if (*at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0')
      ++at_;
    else if (!digits())
      return false;
    if (at_ != end_ && *at_ == '.') {
      integer = false;
      ++at_;
      if (!digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      integer = false;
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return false;
    }
    add(Kind::number, from).integer = integer;
    return true;
  }

  bool text() {
    const char* const from = ++at_;
    bool escaped = false;
    for (;;) {
      while (end_ - at_ >= 8) {
        const auto plain = plain_of_eight(at_);
        at_ += plain;
        if (plain < 8) break;
      }
      if (at_ == end_) return false;
      const auto byte = static_cast<unsigned char>(*at_);
      if (byte == '"') break;
      if (byte < 0x20) return false;
      if (byte == '\\') {
        escaped = true;
        if (!escape()) return false;
      } else if (byte < 0x80) {
        ++at_;
      } else {
        const auto length = utf8_length(rest());
        if (length == 0) return false;
        at_ += length;
      }
    }
    add(Kind::text, from).escaped = escaped;
    ++at_;
    return true;
  }

  bool escape() {
    if (end_ - at_ < 2) return false;
    const char kind = at_[1];
    at_ += 2;
    if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
    const auto first = hex4(at_, end_);
    if (!first || is_low_surrogate(*first)) return false;
    at_ += 4;
    if (!is_high_surrogate(*first)) return true;
    if (!rest().starts_with("\\u")) return false;
    const auto second = hex4(at_ + 2, end_);
    at_ += 6;
    return second && is_low_surrogate(*second);
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::vector<Node>& nodes_;
  std::array<std::uint32_t, max_json_depth> open_{};  // indexes of the containers not yet closed
  std::size_t depth_ = 0;
};

std::optional<JsonDocument> JsonDocument::parse(std::string_view text) {
  if (text.size() > max_json_text) return std::nullopt;
  JsonDocument document;
  document.text_ = text.data();
  JsonParser parser(text, document);
  if (!parser.parse()) return std::nullopt;
  return document;
}

JsonDocument JsonDocument::parse_or_null(std::string_view text) {
  if (auto document = parse(text)) return std::move(*document);
  JsonDocument null;
  null.nodes_.emplace_back();
  return null;
}

JsonView JsonView::member(std::string_view name) const {
  if (!is_object()) return {};
  const Node* found = nullptr;
  const Node* const stop = node_ + node_->span;
  for (const Node* at = node_ + 1; at != stop; at += 1 + at[1].span) {
    const std::string_view here(text_ + at->at, at->length);
    const bool same = at->escaped ? unescaped(here) == name : here == name;
    if (same) found = at + 1;
  }
  return {text_, found};
}

JsonView JsonView::member(std::initializer_list<std::string_view> path) const {
  JsonView at = *this;
  for (const auto name : path) at = at.member(name);
  return at;
}

std::optional<std::string> JsonView::text() const {
  if (!is_text()) return std::nullopt;
  return node_->escaped ? unescaped(inside()) : std::string(inside());
}

bool JsonView::says(std::string_view value) const {
  if (!is_text()) return false;
  return node_->escaped ? unescaped(inside()) == value : inside() == value;
}

std::optional<std::int64_t> JsonView::integer() const {
  if (!is_integer()) return std::nullopt;
  const auto digits = inside();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

JsonView::Iterator JsonView::begin() const {
  if (empty()) return {nullptr, nullptr, false};
  return {text_, node_ + 1, is_object()};
}

JsonView::Iterator JsonView::end() const {
  if (empty()) return {nullptr, nullptr, false};
  return {text_, node_ + node_->span, is_object()};
}

JsonView JsonView::front() const { return empty() ? JsonView() : *begin(); }

std::string_view JsonView::raw() const {
  if (node_ == nullptr) return {};
  return is_text() ? std::string_view(text_ + node_->at - 1, node_->length + std::size_t{2})
                   : inside();
}

JsonView::Iterator& JsonView::Iterator::operator++() {
  if (named_) ++node_;
  node_ += node_->span;
  return *this;
}

}  // namespace rotator
