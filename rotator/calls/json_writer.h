// JsonWriter: writes JSON straight into one string, in the order of the calls, commas and escapes
// included. What is no UTF-8 goes out as U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rotator {

class JsonWriter {
 public:
  // With room for `expected` bytes: a text that holds a secret should not have to grow, for what
  // it grows out of is not wiped.
  explicit JsonWriter(std::size_t expected = 512) { out_.reserve(expected); }

  JsonWriter& open_object() { return open('{'); }
  JsonWriter& open_array() { return open('['); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& close_array() { return close(']'); }

  JsonWriter& name(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(std::uint64_t value);
  JsonWriter& number(double value);  // finite
  JsonWriter& flag(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  // A value that is JSON already.
  JsonWriter& raw(std::string_view json);

  JsonWriter& member(std::string_view name, std::string_view value) {
    return this->name(name).text(value);
  }
  JsonWriter& member(std::string_view name, std::int64_t value) {
    return this->name(name).number(value);
  }

  std::string take() { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string out_;
};

}  // namespace rotator
