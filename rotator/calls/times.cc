#include "rotator/calls/times.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace rotator {
namespace {

// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_character(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" to nanoseconds; zero when there is no fraction.
std::optional<ports::Duration> take_fraction(std::string_view& text) {
  if (!take_character(text, '.')) return ports::Duration{0};
  std::int64_t nanoseconds = 0;
  std::int64_t unit = 100'000'000;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    nanoseconds += unit * (text.front() - '0');
    unit /= 10;
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  return ports::Duration{nanoseconds};
}

// "Z" or "+02:00", the whole rest.
std::optional<ports::Duration> take_offset(std::string_view& text) {
  if (text == "Z" || text == "z") return ports::Duration{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours || !take_character(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

// With the first `digits` of the second's nine.
std::string time_text(ports::WallTime time, std::size_t digits) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = "0000-00-00T00:00:00.000000000";
  const auto put = [&text](std::size_t at, std::size_t width, std::int64_t value) {
    for (; width-- > 0; value /= 10) text[at + width] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 9, clock.subseconds().count());
  text.resize(text.size() - (9 - digits));
  text += 'Z';
  return text;
}

}  // namespace

std::optional<ports::WallTime> parse_rfc3339(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take_character(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take_character(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || (!take_character(text, 'T') && !take_character(text, 't'))) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take_character(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take_character(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  // 64 bits of nanoseconds reach from 1678 to 2261.
  if (!date.ok() || *year < 1700 || *year > 2200) return std::nullopt;
  return ports::WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second) + *fraction - *offset;
}

std::optional<ports::Duration> parse_go_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double nanoseconds;
  };
  constexpr std::array units = {Unit{"ns", 1},    Unit{"us", 1e3}, Unit{"\u00b5s", 1e3},
                                Unit{"ms", 1e6},  Unit{"s", 1e9},  Unit{"m", 60e9},
                                Unit{"h", 3600e9}};
  constexpr double longest = 9.2e18;
  const bool negative = take_character(text, '-');
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !(number >= 0)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto name = text.substr(0, text.find_first_of("0123456789."));
    const auto* const unit = std::find_if(units.begin(), units.end(),
                                          [name](const Unit& one) { return one.name == name; });
    if (unit == units.end()) return std::nullopt;
    text.remove_prefix(name.size());
    total += number * unit->nanoseconds;
    if (total > longest) return std::nullopt;
  }
  return ports::Duration(static_cast<std::int64_t>(negative ? -total : total));
}

std::string micro_time(ports::WallTime time) { return time_text(time, 6); }
std::string milli_time(ports::WallTime time) { return time_text(time, 3); }

double in_seconds(ports::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string to_text(ports::Duration duration) {
  auto left = duration.count();
  if (left == 0) return "0s";
  std::string text = left < 0 ? "-" : "";
  if (left < 0) left = -left;
  struct Unit {
    std::int64_t nanoseconds;
    const char* name;
  };
  constexpr std::array units = {Unit{3'600'000'000'000, "h"}, Unit{60'000'000'000, "m"},
                                Unit{1'000'000'000, "s"}, Unit{1'000'000, "ms"}};
  // A long time is told to the second, a short one to the millisecond.
  if (left >= 60'000'000'000) left -= left % 1'000'000'000;
  left = std::max<std::int64_t>(left - left % 1'000'000, 1'000'000);
  for (const auto& unit : units) {
    if (left < unit.nanoseconds) continue;
    text += std::to_string(left / unit.nanoseconds) + unit.name;
    left %= unit.nanoseconds;
  }
  return text;
}

}  // namespace rotator
