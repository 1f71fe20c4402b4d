#include "rotator/ports/http.h"

#include <algorithm>

namespace ports {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

Headers make_headers(
    std::initializer_list<std::pair<std::string_view, std::string_view>> names_and_values) {
  Headers headers;
  headers.reserve(names_and_values.size());
  for (const auto& [name, value] : names_and_values)
    headers.push_back({.name = std::string(name), .value = std::string(value)});
  return headers;
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const auto& header : headers)
    if (same_name(header.name, name)) return std::string_view(header.value);
  return std::nullopt;
}

}  // namespace ports
