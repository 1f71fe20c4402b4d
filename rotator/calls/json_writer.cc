#include "rotator/calls/json_writer.h"

#include <array>
#include <charconv>

#include "rotator/calls/utf8.h"

namespace rotator {
namespace {

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u00";
  out += digits[static_cast<unsigned char>(c) >> 4U];
  out += digits[static_cast<unsigned char>(c) & 15U];
}

// Bytes that stand for themselves, whatever comes before or after.
constexpr auto plain = [] {
  std::array<bool, 256> set{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) set[byte] = byte != '"' && byte != '\\';
  return set;
}();

template <typename Number>
std::array<char, 32> digits_of(Number value) {
  std::array<char, 32> digits{};  // enough for any double (std::to_chars), with a zero at the end
  std::to_chars(digits.data(), digits.data() + digits.size() - 1, value);
  return digits;
}

}  // namespace

// A comma, unless a value begins here.
void JsonWriter::separate() {
  if (out_.empty() || out_.back() == '{' || out_.back() == '[' || out_.back() == ':') return;
  out_ += ',';
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::name(std::string_view name) {
  text(name);
  out_ += ':';
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  out_ += '"';
  std::size_t from = 0;
  std::size_t at = 0;
  const auto flush = [&] { out_.append(value, from, at - from); };
  for (;;) {
    while (at < value.size() && plain[static_cast<unsigned char>(value[at])]) ++at;
    if (at == value.size()) break;
    if (const auto length = utf8_length(value.substr(at)); length > 1) {
      at += length;
      continue;
    }
    flush();
    if (static_cast<unsigned char>(value[at]) < 0x80)
      append_escape(out_, value[at]);
    else
      out_ += "\xef\xbf\xbd";
    from = ++at;
  }
  flush();
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) { return raw(digits_of(value).data()); }
JsonWriter& JsonWriter::number(std::uint64_t value) { return raw(digits_of(value).data()); }
JsonWriter& JsonWriter::number(double value) { return raw(digits_of(value).data()); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace rotator
