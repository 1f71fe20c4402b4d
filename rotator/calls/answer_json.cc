#include "rotator/calls/answer_json.h"

#include "rotator/ports/secret.h"

namespace rotator {
namespace {

const Json nothing = nullptr;
const Json no_elements = Json::array();

}  // namespace

ports::Result<Json> parse_object(std::string_view text, std::string_view tried) {
  Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_object()) return parsed;
  return ports::fail(ports::ErrorCode::malformed,
                     std::string(tried) + ": the answer is not a JSON object (" +
                         std::to_string(text.size()) +
                         " bytes); is there a proxy or another service at this address?");
}

const Json& member(const Json& from, std::initializer_list<std::string_view> path) {
  const Json* at = &from;
  for (const auto key : path) {
    if (!at->is_object()) return nothing;
    const auto found = at->find(key);
    if (found == at->end()) return nothing;
    at = &*found;
  }
  return *at;
}

std::string text_member(const Json& from, std::initializer_list<std::string_view> path) {
  const auto* text = member(from, path).get_ptr<const std::string*>();
  return text ? *text : std::string();
}

std::int64_t integer_member(const Json& from, std::initializer_list<std::string_view> path,
                            std::int64_t otherwise) {
  const Json& value = member(from, path);
  return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

bool flag_member(const Json& from, std::initializer_list<std::string_view> path) {
  const Json& value = member(from, path);
  return value.is_boolean() && value.get<bool>();
}

const Json& array_member(const Json& from, std::initializer_list<std::string_view> path) {
  const Json& value = member(from, path);
  return value.is_array() ? value : no_elements;
}

void wipe(Json& value) {
  if (auto* text = value.get_ptr<std::string*>()) {
    ports::wipe(*text);
    return;
  }
  if (!value.is_structured()) return;
  for (auto& element : value) wipe(element);
}

std::string quotable(std::string_view text, std::string_view secret, std::size_t most) {
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
