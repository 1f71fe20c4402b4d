#include "mocks/vault/store/json_text.h"

#include <array>
#include <charconv>
#include <utility>

#include "mocks/json_escape.h"

namespace mocks::vault {
namespace {

using std::chrono::duration_cast;
using namespace std::string_view_literals;

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""sv; return;
    case '\\': out += "\\\\"sv; return;
    case '\n': out += "\\n"sv; return;
    case '\r': out += "\\r"sv; return;
    case '\t': out += "\\t"sv; return;
    default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  (out += "\\u00"sv).append({digits[byte >> 4U], digits[byte & 15U]});
}

void append_padded(std::string& out, std::uint64_t number, std::size_t width) {
  std::array<char, 20> digits{};
  for (std::size_t i = width; i-- > 0; number /= 10)
    digits[i] = static_cast<char>('0' + number % 10);
  out.append(digits.data(), width);
}

// A fraction below one second, as ".5" or nothing.
void append_fraction(std::string& out, std::uint64_t nanoseconds) {
  if (nanoseconds == 0) return;
  out += '.';
  append_padded(out, nanoseconds, 9);
  while (out.back() == '0') out.pop_back();
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  // 0xE2 may begin U+2028 or U+2029, which do not stand for themselves either.
  constexpr auto plain = plain_run<'<', '>', '&', '\xE2'>;
  out += '"';
  for (std::size_t run = plain(text); run < text.size(); run = plain(text)) {
    out.append(text, 0, run);
    text.remove_prefix(run);
    std::size_t taken = 1;
    if (text.front() != '\xE2') {
      append_escape(out, text.front());
    } else if (text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9")) {
      out += text[2] == '\xA8' ? "\\u2028" : "\\u2029";
      taken = 3;
    } else {
      out += '\xE2';
    }
    text.remove_prefix(taken);
  }
  out += text;
  out += '"';
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

// encoding/json writes a float64 as %f, but as %e below 1e-6 and from 1e21 on, with the exponent's
// leading zero cut.
void append_float(std::string& out, double number) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 std::chars_format::scientific)
                       .ptr;
  std::string text(buffer.data(), end);  // "-1.25e+02": the shortest digits that read back the same
  const double size = number < 0 ? -number : number;
  const std::size_t e = text.find('e');
  if (size != 0 && (size < 1e-6 || size >= 1e21)) {
    if (text.compare(e, 3, "e-0") == 0) text.erase(e + 2, 1);
    out += text;
    return;
  }
  int exponent = 0;
  const std::size_t digits_of_exponent = e + (text[e + 1] == '+' ? 2U : 1U);
  std::from_chars(text.data() + digits_of_exponent, text.data() + text.size(), exponent);
  std::string digits;
  for (const char c : std::string_view(text).substr(0, e))
    if (c >= '0' && c <= '9') digits += c;
  if (number < 0) out += '-';
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  out.append(digits, 0, whole);
  if (digits.size() < whole) out.append(whole - digits.size(), '0');
  if (digits.size() <= whole) return;
  out += '.';
  out.append(digits, whole, std::string::npos);
}

void append_bool(std::string& out, bool value) { out += value ? "true"sv : "false"sv; }

void append_strings(std::string& out, const std::vector<std::string>& list) {
  out += '[';
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ',';
    append_string(out, list[i]);
  }
  out += ']';
}

void append_map(std::string& out, const std::map<std::string, std::string>* map) {
  if (map == nullptr) {
    out += "null";
    return;
  }
  ObjectText object(out);
  for (const auto& [key, value] : *map) object.string(key, value);
}

void ObjectText::name(std::string_view key) {
  if (!first_) out_ += ',';
  first_ = false;
  append_string(out_, key);
  out_ += ':';
}

ObjectText& ObjectText::string(std::string_view key, std::string_view value) {
  name(key);
  append_string(out_, value);
  return *this;
}

ObjectText& ObjectText::number(std::string_view key, std::int64_t value) {
  name(key);
  append_number(out_, value);
  return *this;
}

ObjectText& ObjectText::boolean(std::string_view key, bool value) {
  name(key);
  append_bool(out_, value);
  return *this;
}

ObjectText& ObjectText::strings(std::string_view key, const std::vector<std::string>& value) {
  name(key);
  append_strings(out_, value);
  return *this;
}

ObjectText& ObjectText::map(std::string_view key, const std::map<std::string, std::string>* value) {
  name(key);
  append_map(out_, value);
  return *this;
}

ObjectText& ObjectText::raw(std::string_view key, std::string_view json) {
  name(key);
  out_ += json;
  return *this;
}

void append_canonical(std::string& out, JsonView value) {
  switch (value.kind()) {
    case JsonView::Kind::string: append_string(out, value.text()); return;
    case JsonView::Kind::boolean: append_bool(out, value.boolean()); return;
    case JsonView::Kind::integer:
    case JsonView::Kind::real: append_float(out, value.real()); return;
    case JsonView::Kind::array: {
      out += '[';
      bool first = true;
      for (const auto element : value.elements()) {
        if (!std::exchange(first, false)) out += ',';
        append_canonical(out, element);
      }
      out += ']';
      return;
    }
    case JsonView::Kind::object: {
      out += '{';
      bool first = true;
      for (const auto& [name, member] : value.members()) {
        if (!std::exchange(first, false)) out += ',';
        append_string(out, name);
        out += ':';
        append_canonical(out, member);
      }
      out += '}';
      return;
    }
    case JsonView::Kind::null: out += "null"; return;
  }
}

std::string canonical(JsonView value, std::size_t expected) {
  std::string out;
  out.reserve(expected);
  append_canonical(out, value);
  return out;
}

std::string go_value(JsonView value) {
  if (value.is_null()) return "<nil>";
  std::string out;
  if (value.is_array()) {
    for (const auto element : value.elements()) out += (out.empty() ? "" : " ") + go_value(element);
    return "[" + out + "]";
  }
  if (value.is_object()) {
    for (const auto& [name, member] : value.members())
      out += (out.empty() ? "" : " ") + std::string(name) + ":" + go_value(member);
    return "map[" + out + "]";
  }
  return text_of(value);
}

std::string text_of(JsonView value) {
  return value.is_string() ? std::string(value.text()) : value.dump();
}

std::string go_quoted(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

std::string_view go_type(JsonView value) {
  if (value.is_object()) return "map[string]interface {}";
  if (value.is_array()) return "[]interface {}";
  if (value.is_boolean()) return "bool";
  if (value.is_number()) return "json.Number";
  return "string";
}

std::string rfc3339(ports::WallTime time) {
  if (time == ports::WallTime{}) return {};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto of_day = static_cast<std::uint64_t>((time - day).count());
  const std::uint64_t seconds = of_day / 1'000'000'000;
  std::string out;
  out.reserve(30);
  append_padded(out, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, seconds / 3600, 2);
  out += ':';
  append_padded(out, seconds / 60 % 60, 2);
  out += ':';
  append_padded(out, seconds % 60, 2);
  append_fraction(out, of_day % 1'000'000'000);
  out += 'Z';
  return out;
}

std::int64_t unix_seconds(ports::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::int64_t whole_seconds(ports::Duration duration) {
  return duration_cast<std::chrono::seconds>(duration).count();
}

std::string go_duration(ports::Duration duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string out = left < 0 ? "-" : "";
  if (left < 0) left = -left;
  const auto nanoseconds = static_cast<std::uint64_t>(left);
  if (nanoseconds < 1'000'000'000) {
    const bool milli = nanoseconds >= 1'000'000;
    const std::uint64_t unit = milli ? 1'000'000 : nanoseconds >= 1'000 ? 1'000 : 1;
    append_number(out, static_cast<std::int64_t>(nanoseconds / unit));
    append_fraction(out, nanoseconds % unit * (1'000'000'000 / unit));
    return out + (milli ? "ms" : unit == 1'000 ? "\xC2\xB5s" : "ns");
  }
  const std::uint64_t seconds = nanoseconds / 1'000'000'000;
  if (seconds >= 3600) out += std::to_string(seconds / 3600) + "h";
  if (seconds >= 60) out += std::to_string(seconds / 60 % 60) + "m";
  out += std::to_string(seconds % 60);
  append_fraction(out, nanoseconds % 1'000'000'000);
  return out + "s";
}

std::optional<ports::Duration> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
  };
  static constexpr std::array<Unit, 6> units{{{"ms", 1'000'000},
                                              {"ns", 1},
                                              {"s", 1'000'000'000},
                                              {"m", 60'000'000'000},
                                              {"h", 3'600'000'000'000},
                                              {"d", 86'400'000'000'000}}};
  if (text.empty()) return ports::Duration{0};
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::int64_t total = 0;
  bool first = true;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::int64_t unit = 0;
    if (text.empty() && first) unit = 1'000'000'000;
    for (const auto& [name, nanoseconds] : units) {
      if (unit != 0 || !text.starts_with(name)) continue;
      unit = nanoseconds;
      text.remove_prefix(name.size());
    }
    if (unit == 0) return std::nullopt;
    __extension__ using Wide = __int128;
    const Wide sum = static_cast<Wide>(number) * unit + total;
    if (sum > std::int64_t{9'000'000'000'000'000'000}) return std::nullopt;
    total = static_cast<std::int64_t>(sum);
    first = false;
  }
  return ports::Duration(negative ? -total : total);
}

std::optional<ports::Duration> duration_in(JsonView value) {
  if (value.is_string() || value.is_number()) return parse_duration(text_of(value));
  if (value.is_null()) return ports::Duration{0};
  return std::nullopt;
}

}  // namespace mocks::vault
