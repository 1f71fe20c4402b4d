#include "rotator/calls/answer_json.h"

#include <utility>

#include "rotator/calls/counted.h"

namespace rotator {

ports::Result<JsonDocument> parse_object(std::string_view text, std::string_view tried) {
  auto parsed = JsonDocument::parse(text);
  if (parsed && parsed->root().is_object()) return std::move(*parsed);
  return ports::fail(ports::ErrorCode::malformed,
                     std::string(tried) + ": the answer is not a JSON object (" +
                         counted(text.size(), "byte") +
                         "); is there a proxy or another service at this address?");
}

std::string text_member(JsonView from, std::initializer_list<std::string_view> path) {
  return from.member(path).text().value_or(std::string());
}

std::int64_t integer_member(JsonView from, std::initializer_list<std::string_view> path,
                            std::int64_t otherwise) {
  return from.member(path).integer().value_or(otherwise);
}

bool flag_member(JsonView from, std::initializer_list<std::string_view> path) {
  return from.member(path).flag();
}

JsonView array_member(JsonView from, std::initializer_list<std::string_view> path) {
  const auto value = from.member(path);
  return value.is_array() ? value : JsonView();
}

std::vector<std::string> texts_member(JsonView from, std::initializer_list<std::string_view> path) {
  std::vector<std::string> all;
  for (const auto element : array_member(from, path))
    if (auto text = element.text()) all.push_back(std::move(*text));
  return all;
}

std::string quotable(std::string_view text, std::string_view secret, std::size_t most) {
  if (text.empty()) return {};
  std::string shown(text);
  if (!secret.empty()) {
    for (auto at = shown.find(secret); at != std::string::npos; at = shown.find(secret, at + 3))
      shown.replace(at, secret.size(), "...");
  }
  std::string clean;
  for (const char c : shown) {
    const bool blank = static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == ' ';
    if (blank && (clean.empty() || clean.back() == ' ')) continue;
    clean += blank ? ' ' : c;
  }
  if (clean.size() > most) {
    while (most > 0 && (static_cast<unsigned char>(clean[most]) & 0xc0U) == 0x80U) --most;
    clean.resize(most);
    clean += "...";
  }
  while (!clean.empty() && clean.back() == ' ') clean.pop_back();
  return clean;
}

}  // namespace rotator
