#include "mocks/kubernetes/json/go_json.h"

namespace mocks::kubernetes {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<std::string> check() {
    if (value(0)) {
      blank();
      if (at_ < text_.size()) unexpected("after top-level value");
    }
    return error_;
  }

 private:
  void blank() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool unexpected(const std::string& where) {
    if (error_) return false;
    if (at_ >= text_.size()) {
      error_ = "unexpected end of JSON input";
    } else {
      const char c = text_[at_];
      const std::string shown = c == '\'' ? "\\'" : c == '\n' ? "\\n" : std::string(1, c);
      error_ = "invalid character '" + shown + "' " + where;
    }
    return false;
  }
  bool end() const { return at_ >= text_.size(); }
  char peek() const { return end() ? '\0' : text_[at_]; }

  bool value(int depth) {
    blank();
    if (depth > max_json_depth) return unexpected("exceeded max depth");
    switch (peek()) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return string();
      case 't': return literal("true");
      case 'f': return literal("false");
      case 'n': return literal("null");
      default: return number();
    }
  }
  bool object(int depth) {
    ++at_;
    blank();
    if (peek() == '}') return ++at_, true;
    while (true) {
      blank();
      if (peek() != '"') return unexpected("looking for beginning of object key string");
      if (!string()) return false;
      blank();
      if (peek() != ':') return unexpected("after object key");
      ++at_;
      if (!value(depth + 1)) return false;
      blank();
      if (peek() == '}') return ++at_, true;
      if (peek() != ',') return unexpected("after object key:value pair");
      ++at_;
    }
  }
  bool array(int depth) {
    ++at_;
    blank();
    if (peek() == ']') return ++at_, true;
    while (true) {
      if (!value(depth + 1)) return false;
      blank();
      if (peek() == ']') return ++at_, true;
      if (peek() != ',') return unexpected("after array element");
      ++at_;
    }
  }
  bool string() {
    for (++at_; !end(); ++at_) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20) return unexpected("in string literal");
      if (c != '\\') continue;
      ++at_;
      if (end()) break;
      if (std::string_view("\"\\/bfnrtu").find(text_[at_]) == std::string_view::npos) {
        return unexpected("in string escape code");
      }
    }
    return unexpected("");
  }
  bool literal(std::string_view word) {
    for (std::size_t i = 0; i < word.size(); ++i, ++at_) {
      if (peek() != word[i] || end()) {
        return unexpected("in literal " + std::string(word) + " (expecting '" + word[i] + "')");
      }
    }
    return true;
  }
  bool digits() {
    const std::size_t from = at_;
    while (!end() && peek() >= '0' && peek() <= '9') ++at_;
    return at_ > from;
  }
  bool number() {
    const bool negative = peek() == '-';
    if (negative) ++at_;
    if (!digits()) {
      return unexpected(negative ? "in numeric literal" : "looking for beginning of value");
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return unexpected("after decimal point in numeric literal");
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return unexpected("in exponent of numeric literal");
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::string> error_;
};

}  // namespace

std::optional<std::string> go_json_error(std::string_view text) { return Scanner(text).check(); }

}  // namespace mocks::kubernetes
