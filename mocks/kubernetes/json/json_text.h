// JsonText: writes JSON straight into a string, commas and escapes included; and the API's two
// spellings of time. For rendering typed objects without building a tree.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mocks/json_escape.h"
#include "mocks/json_view.h"
#include "rotator/ports/clock.h"

namespace mocks::kubernetes {

// A member's name as the source writes it: the compiler sees that nothing in it needs an escape.
class Name {
 public:
  // Implicit: it is as good as the literal.
  template <std::size_t size>
  consteval Name(const char (&text)[size])  // NOLINT(google-explicit-constructor)
      : text_(text, size - 1) {
    static_assert(size <= longest);
    for (const char c : text_) {
      if (needs_escape(c)) throw "a name needs no escape";
    }
  }
  constexpr std::string_view text() const { return text_; }
  static constexpr std::size_t longest = 100;

 private:
  std::string_view text_;
};

class JsonText {
 public:
  // `expected` bytes are set aside at once; more than that is as correct, but slower.
  explicit JsonText(std::size_t expected = 0) { text_.reserve(expected); }

  JsonText& open(char bracket);   // '{' or '['
  JsonText& close(char bracket);  // '}' or ']'
  JsonText& key(Name name);
  JsonText& text(std::string_view value);
  JsonText& number(std::int64_t value);
  JsonText& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonText& raw(std::string_view json);    // a whole value, or whole members; nothing when empty
  JsonText& value(const JsonView& value);  // what a client sent, members sorted
  JsonText& time(ports::WallTime value);   // metav1.Time: "2026-11-23T10:00:00Z"
  JsonText& micro_time(ports::WallTime value);  // metav1.MicroTime: "2026-11-23T10:00:00.000000Z"

  // Members of an object.
  JsonText& member(Name name, std::string_view value) { return key(name).text(value); }
  JsonText& member(Name name, std::int64_t value) { return key(name).number(value); }
  // The key of a member whose name came from a client: a label's, an annotation's.
  JsonText& given_key(std::string_view name);
  JsonText& given_member(std::string_view name, std::string_view value) {
    return given_key(name).text(value);
  }

  // Ends a text that is a line of its own.
  JsonText& end_line();
  // The text so far; nothing may be written after it.
  std::string take();

 private:
  // Where the next few characters go; written() says where they ended.
  char* room(std::size_t size) {
    if (pending_.size() - used_ < size) flush();
    return pending_.data() + used_;
  }
  void written(const char* end) { used_ = static_cast<std::size_t>(end - pending_.data()); }
  // The same for a value or a key, after the comma that it may need.
  char* begin(std::size_t size);
  void put(std::string_view plain);
  void put_quoted(std::string_view value);
  void put_time(ports::WallTime value, bool micros);
  void flush();

  std::string text_;
  // The end of the text, not yet in text_: most pieces are a few characters.
  std::array<char, 512> pending_;
  std::size_t used_ = 0;
  bool comma_ = false;  // a value stands before what comes next
};

// A JSON string, which is Go's %q for plain text: "text".
std::string in_quotes(std::string_view text);

}  // namespace mocks::kubernetes
