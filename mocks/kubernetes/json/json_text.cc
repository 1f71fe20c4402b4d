#include "mocks/kubernetes/json/json_text.h"

#include <charconv>
#include <chrono>
#include <utility>

namespace mocks::kubernetes {
namespace {

// What stands for a character that needs an escape.
std::string escaped(char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: {
      const auto code = static_cast<unsigned char>(c);
      return std::string("\\u00") + hex[code >> 4U] + hex[code & 15U];
    }
  }
}

char* copy(std::string_view text, char* at) { return at + text.copy(at, text.size()); }

// Writes `value` in `width` digits and returns where it ended.
template <int width>
char* put_padded(char* at, std::int64_t value) {
  auto left = static_cast<std::uint32_t>(value);
  for (int i = width - 1; i >= 0; --i, left /= 10) at[i] = static_cast<char>('0' + left % 10);
  return at + width;
}

}  // namespace

std::string in_quotes(std::string_view text) { return JsonText().text(text).take(); }

void JsonText::flush() { text_.append(pending_.data(), std::exchange(used_, 0)); }

char* JsonText::begin(std::size_t size) {
  char* at = room(size + 1);
  if (comma_) *at++ = ',';
  return at;
}

void JsonText::put(std::string_view plain) {
  if (plain.size() <= pending_.size() - used_) {
    written(copy(plain, pending_.data() + used_));
    return;
  }
  text_.reserve(text_.size() + pending_.size() + plain.size());
  flush();
  text_.append(plain);
}

void JsonText::put_quoted(std::string_view value) {
  char* at = begin(1);
  *at++ = '"';
  written(at);
  for (std::size_t run = plain_run<>(value); run < value.size(); run = plain_run<>(value)) {
    put(value.substr(0, run));
    put(escaped(value[run]));
    value.remove_prefix(run + 1);
  }
  put(value);
  at = room(1);
  *at++ = '"';
  written(at);
  comma_ = true;
}

JsonText& JsonText::open(char bracket) {
  char* at = begin(1);
  *at++ = bracket;
  written(at);
  comma_ = false;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  char* at = room(1);
  *at++ = bracket;
  written(at);
  comma_ = true;
  return *this;
}

JsonText& JsonText::key(Name name) {
  char* at = begin(Name::longest + 3);
  *at++ = '"';
  at = copy(name.text(), at);
  *at++ = '"';
  *at++ = ':';
  written(at);
  comma_ = false;
  return *this;
}

JsonText& JsonText::given_key(std::string_view name) {
  put_quoted(name);
  put(":");
  comma_ = false;
  return *this;
}

JsonText& JsonText::text(std::string_view value) {
  put_quoted(value);
  return *this;
}

JsonText& JsonText::number(std::int64_t value) {
  constexpr std::size_t longest = 20;
  char* const at = begin(longest);
  written(std::to_chars(at, at + longest, value).ptr);
  comma_ = true;
  return *this;
}

JsonText& JsonText::raw(std::string_view json) {
  if (json.empty()) return *this;
  written(begin(0));
  put(json);
  comma_ = true;
  return *this;
}

JsonText& JsonText::value(const JsonView& value) {
  switch (value.kind()) {
    case JsonView::Kind::string: return text(value.text());
    case JsonView::Kind::boolean: return boolean(value.boolean());
    case JsonView::Kind::null: return raw("null");
    case JsonView::Kind::object:
      open('{');
      for (const auto& [name, member] : value.members()) given_key(name).value(member);
      return close('}');
    case JsonView::Kind::array:
      open('[');
      for (const JsonView& element : value.elements()) this->value(element);
      return close(']');
    default: return raw(value.dump());
  }
}

JsonText& JsonText::time(ports::WallTime value) {
  put_time(value, false);
  return *this;
}

JsonText& JsonText::micro_time(ports::WallTime value) {
  put_time(value, true);
  return *this;
}

void JsonText::put_time(ports::WallTime value, bool micros) {
  const auto day = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::microseconds>(value - day));
  constexpr std::size_t longest = 30;
  char* at = begin(longest);
  *at++ = '"';
  at = put_padded<4>(at, static_cast<int>(date.year()));
  *at++ = '-';
  at = put_padded<2>(at, static_cast<unsigned>(date.month()));
  *at++ = '-';
  at = put_padded<2>(at, static_cast<unsigned>(date.day()));
  *at++ = 'T';
  at = put_padded<2>(at, time.hours().count());
  *at++ = ':';
  at = put_padded<2>(at, time.minutes().count());
  *at++ = ':';
  at = put_padded<2>(at, time.seconds().count());
  if (micros) {
    *at++ = '.';
    at = put_padded<6>(at, time.subseconds().count());
  }
  *at++ = 'Z';
  *at++ = '"';
  written(at);
  comma_ = true;
}

JsonText& JsonText::end_line() {
  put("\n");
  comma_ = false;
  return *this;
}

std::string JsonText::take() {
  flush();
  return std::move(text_);
}

}  // namespace mocks::kubernetes
