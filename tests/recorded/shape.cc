#include "tests/recorded/shape.h"

#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace recorded {
namespace {

using nlohmann::json;

// Bound: a placeholder's name, between the braces.
constexpr std::size_t max_placeholder = 200;

// {{name}} at text[from]; nothing when there is none.
// One may stand within another: {{basic:USER:{{secret:1}}}}.
std::optional<std::string_view> placeholder_at(std::string_view text, std::size_t from) {
  if (text.substr(from, 2) != "{{") return std::nullopt;
  std::size_t open = 1;
  for (std::size_t at = from + 2; at + 1 < text.size() && at - from <= max_placeholder; ++at) {
    const auto pair = text.substr(at, 2);
    if (pair != "{{" && pair != "}}") continue;
    if (pair == "{{") ++open;
    if (pair == "}}" && --open == 0) return text.substr(from + 2, at - from - 2);
    ++at;
  }
  return std::nullopt;
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// RFC 3339 date-time, with or without a fraction.
bool is_time(std::string_view text) {
  if (text.size() < 20) return false;
  constexpr std::string_view pattern = "dddd-dd-ddTdd:dd:dd";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool fits = pattern[i] == 'd' ? all_digits(text.substr(i, 1)) : text[i] == pattern[i];
    if (!fits) return false;
  }
  std::string_view rest = text.substr(pattern.size());
  if (rest.front() == '.') {
    const std::size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return false;
    rest = rest.substr(end);
  }
  return rest == "Z" || (rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':');
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

bool fits_kind(std::string_view name, std::string_view value) {
  const std::string_view kind = name.substr(0, name.find(':'));
  if (kind == "any") return true;
  if (kind == "time") return is_time(value);
  if (kind == "uuid") return is_uuid(value);
  if (kind == "rv") return all_digits(value);
  return !value.empty();
}

std::string base64(std::string_view plain) {
  std::string out(4 * ((plain.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(plain.data()),
                                   static_cast<int>(plain.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string shown(const json& value) {
  constexpr std::size_t longest = 160;
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text;
}

std::string type_of(const json& value) { return value.type_name(); }

}  // namespace

std::string Shape::fill(std::string_view text) const {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto name = placeholder_at(text, i);
    if (!name) {
      out += text[i++];
      continue;
    }
    const std::size_t next = i + name->size() + 4;
    const auto bound = bound_.find(*name);
    if (bound != bound_.end()) {
      out += bound->second;
    } else if (name->starts_with("basic:")) {
      out += base64(fill(name->substr(6)));
    } else {
      out += text.substr(i, next - i);
    }
    i = next;
  }
  return out;
}

void Shape::fill(json& value) const {
  if (value.is_string()) {
    value = fill(value.get_ref<const std::string&>());
    return;
  }
  if (value.is_array())
    for (auto& element : value) fill(element);
  if (!value.is_object()) return;
  json filled = json::object();
  for (auto& [key, member] : value.items()) {
    fill(member);
    filled[fill(key)] = std::move(member);
  }
  value = std::move(filled);
}

bool Shape::matches(std::string_view recorded, std::string_view answer) {
  const std::string pattern = fill(recorded);
  std::string_view left = pattern;
  std::map<std::string, std::string, std::less<>> fresh;
  while (!left.empty()) {
    const std::size_t at = left.find("{{");
    const auto name = at == std::string_view::npos ? std::nullopt : placeholder_at(left, at);
    if (!name) {
      if (answer != left) return false;
      answer = {};
      left = {};
      break;
    }
    if (answer.substr(0, at) != left.substr(0, at)) return false;
    answer.remove_prefix(at);
    left.remove_prefix(at + name->size() + 4);
    // Up to the next literal; the last placeholder takes the rest.
    const std::string_view literal = left.substr(0, left.find("{{"));
    std::size_t size = answer.size();
    const bool ends = !left.empty() && literal.size() == left.size();
    if (ends) {
      // What follows is literal to the end, and may occur in the value too ("{{rs:1}}-").
      size = answer.ends_with(literal) ? answer.size() - literal.size() : std::string_view::npos;
    } else if (!left.empty()) {
      size = literal.empty() ? 1 : answer.find(literal);
    }
    if (size == std::string_view::npos || size > answer.size()) return false;
    const std::string_view value = answer.substr(0, size);
    const auto before = fresh.find(*name);
    if (before != fresh.end() ? before->second != value : !fits_kind(*name, value)) return false;
    if (name->find(':') != std::string_view::npos) fresh.emplace(*name, value);
    answer.remove_prefix(size);
  }
  if (!answer.empty()) return false;
  bound_.merge(fresh);
  return true;
}

std::vector<std::string> Shape::compare(const json& recorded, const json& answer) {
  std::vector<std::string> differences;
  compare_at(recorded, answer, "body", "", false, differences);
  if (differences.size() > max_differences_a_row) differences.resize(max_differences_a_row);
  return differences;
}

void Shape::compare_at(const json& recorded, const json& answer, const std::string& place,
                       std::string_view key, bool literal, std::vector<std::string>& differences) {
  if (recorded.is_string() && recorded.get_ref<const std::string&>() == "{{any}}") return;
  const bool numbers = recorded.is_number() && answer.is_number();
  if (!numbers && recorded.type() != answer.type()) {
    differences.push_back(place + ": " + type_of(recorded) + " expected, " + type_of(answer) +
                          " came: " + shown(answer));
    return;
  }
  literal = literal || rules_.literal.contains(key);
  if (recorded.is_object()) return compare_objects(recorded, answer, place, literal, differences);
  if (recorded.is_array()) {
    if (recorded.size() != answer.size()) {
      differences.push_back(place + ": " + shown(recorded) + " expected, " + shown(answer) +
                            " came");
      return;
    }
    for (std::size_t i = 0; i < recorded.size(); ++i)
      compare_at(recorded[i], answer[i], place + "[" + std::to_string(i) + "]", key, literal,
                 differences);
    return;
  }
  const bool equal = literal || (rules_.exact && !rules_.loose.contains(key));
  if (recorded.is_string())
    return compare_strings(recorded.get_ref<const std::string&>(),
                           answer.get_ref<const std::string&>(), place, equal, differences);
  if (equal && recorded != answer)
    differences.push_back(place + ": " + shown(recorded) + " expected, " + shown(answer) + " came");
}

void Shape::compare_objects(const json& recorded, const json& answer, const std::string& place,
                            bool literal, std::vector<std::string>& differences) {
  std::set<std::string, std::less<>> seen;
  for (const auto& [recorded_key, member] : recorded.items()) {
    std::string key = fill(recorded_key);
    // A key that is a placeholder not yet bound takes the first of the answer's keys that it fits.
    if (key.find("{{") != std::string::npos) {
      for (const auto& [candidate, value] : answer.items())
        if (!seen.contains(candidate) && !recorded.contains(candidate) && matches(key, candidate)) {
          key = candidate;
          break;
        }
    }
    if (!answer.contains(key)) {
      differences.push_back(place + "." + key + ": missing");
      continue;
    }
    seen.insert(key);
    compare_at(member, answer.at(key), place + "." + key, key, literal, differences);
  }
  for (const auto& [key, value] : answer.items())
    if (!seen.contains(key))
      differences.push_back(place + "." + key + ": not in the recording: " + shown(value));
}

void Shape::compare_strings(const std::string& recorded, const std::string& answer,
                            const std::string& place, bool equal,
                            std::vector<std::string>& differences) {
  const bool pattern = recorded.find("{{") != std::string::npos;
  if (!pattern && !equal) return;
  if (matches(recorded, answer)) return;
  differences.push_back(place + ": \"" + fill(recorded) + "\" expected, \"" + answer + "\" came");
}

}  // namespace recorded
