#include "mocks/kubernetes/codec/names.h"

#include <algorithm>

#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alphanumeric(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

constexpr std::string_view name_part =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view label_value =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  "
    "or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::size_t max_annotations = std::size_t{256} << 10;  // bytes

bool is_name_part(std::string_view name) {
  if (name.empty() || name.size() > 63) return false;
  if (!alphanumeric(name.front()) || !alphanumeric(name.back())) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

bool is_subdomain(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  char before = '.';
  for (const char c : name) {
    if (!lower_or_digit(c) && c != '-' && c != '.') return false;
    // A label starts and ends with a letter or digit.
    if ((before == '.' && !lower_or_digit(c)) || (c == '.' && before == '-')) return false;
    before = c;
  }
  return lower_or_digit(before);
}

bool is_qualified_name(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return is_name_part(key);
  return is_subdomain(key.substr(0, slash)) && is_name_part(key.substr(slash + 1));
}

Cause bad_name(std::string field, std::string_view name) {
  return invalid_value(std::move(field), in_quotes(name), std::string(subdomain));
}

void check_annotations(const Strings& annotations, const std::string& field,
                       std::vector<Cause>& causes) {
  std::size_t size = 0;
  for (const auto& [key, value] : annotations) {
    size += key.size() + value.size();
    // Keys of annotations are checked in lower case: capitals are allowed in the prefix.
    std::string lower = key;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!is_qualified_name(lower)) {
      causes.push_back(invalid_value(field, in_quotes(key), std::string(name_part)));
    }
  }
  if (size <= max_annotations) return;
  causes.push_back({.reason = "FieldValueTooLong",
                    .message = "Too long: may not be more than 262144 bytes",
                    .field = field});
}

void check_labels(const Strings& labels, const std::string& field, std::vector<Cause>& causes) {
  for (const auto& [key, value] : labels) {
    if (!is_qualified_name(key)) {
      causes.push_back(invalid_value(field, in_quotes(key), std::string(name_part)));
    }
    if (!value.empty() && !is_name_part(value)) {
      causes.push_back(invalid_value(field, in_quotes(value), std::string(label_value)));
    }
  }
}

}  // namespace mocks::kubernetes
