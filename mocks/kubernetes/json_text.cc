#include "mocks/kubernetes/json_text.h"

#include <array>
#include <charconv>
#include <chrono>

namespace mocks::kubernetes {
namespace {

void append_number(std::string& out, std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

// Writes `value` in `width` digits and returns where it ended.
char* put_padded(char* at, std::int64_t value, int width) {
  for (int i = width - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
  return at + width;
}

void append_time(std::string& out, ports::WallTime value, bool micros) {
  const auto day = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::microseconds>(value - day));
  std::array<char, 32> text;
  char* at = text.data();
  const auto put = [&at](std::int64_t part, int width, char after) {
    at = put_padded(at, part, width);
    *at++ = after;
  };
  put(static_cast<int>(date.year()), 4, '-');
  put(static_cast<unsigned>(date.month()), 2, '-');
  put(static_cast<unsigned>(date.day()), 2, 'T');
  put(time.hours().count(), 2, ':');
  put(time.minutes().count(), 2, ':');
  put(time.seconds().count(), 2, micros ? '.' : 'Z');
  if (micros) put(time.subseconds().count(), 6, 'Z');
  out.append(text.data(), at);
}

constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special = {};
  for (std::size_t c = 0; c < 0x20; ++c) special[c] = true;
  special['"'] = special['\\'] = true;
  return special;
}
constexpr std::array<bool, 256> special = make_special();

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::size_t plain = 0;  // where the run of ordinary characters began
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (!special[c]) continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += hex[c >> 4U];
        out += hex[c & 15U];
    }
  }
  out.append(text, plain, text.size() - plain);
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  append_escaped(out, text);
  out += '"';
  return out;
}

std::string to_time(ports::WallTime value) {
  std::string out;
  append_time(out, value, false);
  return out;
}

std::string to_micro_time(ports::WallTime value) {
  std::string out;
  append_time(out, value, true);
  return out;
}

void JsonText::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':' && last != '\n') out_ += ',';
}

JsonText& JsonText::open(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  out_ += bracket;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  separate();
  out_ += '"';
  append_escaped(out_, name);
  out_ += "\":";
  return *this;
}

JsonText& JsonText::text(std::string_view value) {
  separate();
  out_ += '"';
  append_escaped(out_, value);
  out_ += '"';
  return *this;
}

JsonText& JsonText::number(std::int64_t value) {
  separate();
  append_number(out_, value);
  return *this;
}

JsonText& JsonText::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonText& JsonText::raw(std::string_view json) {
  if (json.empty()) return *this;
  separate();
  out_ += json;
  return *this;
}

JsonText& JsonText::time(ports::WallTime value) {
  separate();
  out_ += '"';
  append_time(out_, value, false);
  out_ += '"';
  return *this;
}

JsonText& JsonText::micro_time(ports::WallTime value) {
  separate();
  out_ += '"';
  append_time(out_, value, true);
  out_ += '"';
  return *this;
}

}  // namespace mocks::kubernetes
