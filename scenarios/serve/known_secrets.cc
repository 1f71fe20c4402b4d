#include "scenarios/serve/known_secrets.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mocks/idp/encoding.h"

namespace scenarios {

std::string fingerprint_of(std::string_view secret) {
  constexpr std::size_t shown = 8;  // bytes
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : mocks::idp::sha256(secret).substr(0, shown)) {
    const auto value = static_cast<unsigned char>(byte);
    text += digits[value >> 4U];
    text += digits[value & 15U];
  }
  return text;
}

void KnownSecrets::learn(const std::string& value) {
  const auto name = mocks::name_of(value);
  if (value.empty() || !fingerprint_of_name(name).empty()) return;
  all_.push_back({.value = value, .name = name, .fingerprint = fingerprint_of(value)});
}

void KnownSecrets::learn_from(const World& world) {
  const auto& secrets = world.secrets();
  for (; seen_ < secrets.size(); ++seen_) learn(secrets[seen_]);
  const auto* const key = world.vault().key(vault_mount, secret_path);
  if (key == nullptr || key->current == seen_version_) return;
  seen_version_ = key->current;
  for (const auto& version : key->versions) {
    const auto data = nlohmann::json::parse(version.data, nullptr, false);
    if (!data.is_object()) continue;
    for (const char* field : {"client_secret", "client_secret_next"})
      if (const auto found = data.find(field); found != data.end() && found->is_string())
        learn(found->get<std::string>());
  }
}

std::string KnownSecrets::fingerprint_of_name(std::uint64_t name) const {
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [&](const Known& known) { return known.name == name; });
  return found == all_.end() ? "" : found->fingerprint;
}

std::vector<std::string> KnownSecrets::found_in(std::string_view text) const {
  std::vector<std::string> found;
  for (const auto& known : all_)
    if (text.find(known.value) != std::string_view::npos) found.push_back(known.fingerprint);
  return found;
}

std::vector<std::string> KnownSecrets::carried_by(const ports::Request& request) const {
  std::vector<std::string> all;
  const auto add = [&all](const std::string& fingerprint) {
    if (std::find(all.begin(), all.end(), fingerprint) == all.end()) all.push_back(fingerprint);
  };
  const auto add_found = [&](std::string_view text) {
    for (const auto& fingerprint : found_in(text)) add(fingerprint);
    if (text.find('%') == std::string_view::npos) return;
    if (const auto decoded = mocks::idp::percent_decode(text, true))
      for (const auto& fingerprint : found_in(*decoded)) add(fingerprint);
  };
  add_found(request.target);
  add_found(request.body);
  for (const auto& header : request.headers) add_found(header.value);
  if (const auto authorization = ports::find_header(request.headers, "Authorization"))
    if (const auto basic = mocks::idp::parse_basic(*authorization))
      if (!basic->client_secret.empty()) add(fingerprint_of(basic->client_secret));
  const auto type = ports::find_header(request.headers, "Content-Type");
  if (type && type->starts_with("application/x-www-form-urlencoded"))
    if (const auto form = mocks::idp::Form::parse(request.body); form && form->has("client_secret"))
      add(fingerprint_of(form->value("client_secret")));
  return all;
}

std::string KnownSecrets::without_secrets(std::string text) const {
  for (const auto& known : all_)
    for (auto at = text.find(known.value); at != std::string::npos; at = text.find(known.value))
      text.replace(at, known.value.size(), known.fingerprint);
  return text;
}

}  // namespace scenarios
