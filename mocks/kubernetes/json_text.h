// JsonText: writes JSON straight into a string, commas and escapes included; and the API's two
// spellings of time. For rendering typed objects without building a tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"

namespace mocks::kubernetes {

class JsonText {
 public:
  explicit JsonText(std::string& out) : out_(out) {}

  JsonText& open(char bracket);   // '{' or '['
  JsonText& close(char bracket);  // '}' or ']'
  JsonText& key(std::string_view name);
  JsonText& text(std::string_view value);
  JsonText& number(std::int64_t value);
  JsonText& boolean(bool value);
  JsonText& raw(std::string_view json);  // a whole value, or whole members
  JsonText& time(ports::WallTime value);
  JsonText& micro_time(ports::WallTime value);

  // Members of an object.
  JsonText& member(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonText& member(std::string_view name, std::int64_t value) { return key(name).number(value); }

 private:
  void separate();  // a comma, unless a value starts here
  std::string& out_;
};

// The inside of a JSON string.
void append_escaped(std::string& out, std::string_view text);
std::string in_quotes(std::string_view text);  // as Go's %q for plain text: "text"

// "2026-11-23T10:00:00Z" (metav1.Time) and "2026-11-23T10:00:00.000000Z" (metav1.MicroTime).
std::string to_time(ports::WallTime value);
std::string to_micro_time(ports::WallTime value);

}  // namespace mocks::kubernetes
