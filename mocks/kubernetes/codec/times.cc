#include "mocks/kubernetes/codec/times.h"

#include <array>
#include <charconv>
#include <chrono>
#include <string>

#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes::detail {
namespace {

// metav1.MicroTime: exactly six digits of a second. Errors as Go's time.Parse words them.
struct MicroTime {
  ports::WallTime time = {};
  std::string error = {};
};

std::optional<int> take_number(std::string_view& rest, std::size_t width) {
  int value = 0;
  if (rest.size() < width) return std::nullopt;
  const auto end = std::from_chars(rest.data(), rest.data() + width, value);
  if (end.ptr != rest.data() + width) return std::nullopt;
  rest.remove_prefix(width);
  return value;
}

std::string cannot_parse(std::string_view text, std::string_view rest, std::string_view as) {
  return "parsing time " + in_quotes(text) +
         " as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse " + in_quotes(rest) + " as " +
         in_quotes(as);
}

MicroTime parse_micro_time(std::string_view text) {
  MicroTime out;
  std::string_view rest = text;
  struct Part {
    std::string_view name;
    std::size_t width;
    char after;
  };
  constexpr std::array<Part, 6> parts = {{{"2006", 4, '-'},
                                          {"01", 2, '-'},
                                          {"02", 2, 'T'},
                                          {"15", 2, ':'},
                                          {"04", 2, ':'},
                                          {"05", 2, '\0'}}};
  std::array<int, 6> values = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto value = take_number(rest, parts[i].width);
    if (!value) return {.error = cannot_parse(text, rest, parts[i].name)};
    values[i] = *value;
    if (parts[i].after == '\0') continue;
    if (rest.empty() || rest.front() != parts[i].after) {
      return {.error = cannot_parse(text, rest, std::string(1, parts[i].after))};
    }
    rest.remove_prefix(1);
  }
  std::string_view fraction = rest;
  std::optional<int> micros;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    micros = take_number(rest, 6);
  }
  if (!micros) return {.error = cannot_parse(text, fraction, ".000000")};
  int offset_minutes = 0;
  if (rest.starts_with('Z')) {
    rest.remove_prefix(1);
  } else {
    const std::string_view zone = rest;
    const bool minus = rest.starts_with('-');
    const bool plus = rest.starts_with('+');
    if (plus || minus) rest.remove_prefix(1);
    const auto hours = take_number(rest, 2);
    const bool colon = rest.starts_with(':');
    if (colon) rest.remove_prefix(1);
    const auto minutes = take_number(rest, 2);
    if ((!plus && !minus) || !hours || !colon || !minutes) {
      return {.error = cannot_parse(text, zone, "Z07:00")};
    }
    offset_minutes = (*hours * 60 + *minutes) * (minus ? -1 : 1);
  }
  if (!rest.empty()) return {.error = cannot_parse(text, rest, "")};
  const std::chrono::year_month_day date{std::chrono::year{values[0]},
                                         std::chrono::month{static_cast<unsigned>(values[1])},
                                         std::chrono::day{static_cast<unsigned>(values[2])}};
  if (!date.ok() || values[3] > 23 || values[4] > 59 || values[5] > 59) {
    return {.error = "parsing time " + in_quotes(text) + ": out of range"};
  }
  out.time = std::chrono::sys_days(date) + std::chrono::hours(values[3]) +
             std::chrono::minutes(values[4] - offset_minutes) + std::chrono::seconds(values[5]) +
             std::chrono::microseconds(*micros);
  return out;
}

}  // namespace

std::optional<ports::WallTime> decode_micro_time(Fields& fields, std::string_view name) {
  const std::string text = fields.text(name);
  if (text.empty()) return std::nullopt;
  MicroTime parsed = parse_micro_time(text);
  if (parsed.error.empty()) return parsed.time;
  if (!fields.reading().wrong_type) fields.reading().wrong_type = std::move(parsed.error);
  return std::nullopt;
}

std::optional<ports::WallTime> decode_time(Fields& fields, std::string_view name) {
  std::string text = fields.text(name);
  if (text.size() < 20) return std::nullopt;
  const std::size_t zone = text.find_first_of("Z+-", 19);
  if (zone == std::string::npos) return std::nullopt;
  const MicroTime parsed = parse_micro_time(text.substr(0, 19) + ".000000" + text.substr(zone));
  if (parsed.error.empty()) return parsed.time;
  return std::nullopt;
}

}  // namespace mocks::kubernetes::detail
