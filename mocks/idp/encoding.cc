#include "mocks/idp/encoding.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>

#include "mocks/json_escape.h"
#include "rotator/ports/check.h"

namespace mocks::idp {
namespace {

constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// -1 for a character of neither alphabet.
int base64_digit(char c) {
  if (c == '+') return 62;
  if (c == '/') return 63;
  const auto at = url_alphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::optional<Form> Form::parse(std::string_view text) {
  Form form;
  const auto fields = split(text, '&');
  form.fields_.reserve(std::min(fields.size(), max_form_fields));
  for (const auto field : fields) {
    if (form.fields_.size() == max_form_fields) return std::nullopt;
    const auto equals = field.find('=');
    auto name = percent_decode(field.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::optional<std::string>(std::string())
                                                  : percent_decode(field.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    form.fields_.emplace_back(std::move(*name), std::move(*value));
  }
  return form;
}

std::string_view Form::value(std::string_view name) const {
  for (const auto& field : fields_)
    if (field.first == name) return field.second;
  return {};
}

bool Form::repeats() const {
  for (std::size_t i = 0; i < fields_.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (fields_[i].first == fields_[j].first) return true;
  return false;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  const auto is_coded = [plus_is_space](char c) { return c == '%' || (c == '+' && plus_is_space); };
  while (!text.empty()) {
    const auto* const coded = std::find_if(text.begin(), text.end(), is_coded);
    decoded.append(text.begin(), coded);
    text.remove_prefix(static_cast<std::size_t>(coded - text.begin()));
    if (text.empty()) break;
    std::size_t taken = 1;
    if (text.front() == '+') {
      decoded += ' ';
    } else {
      if (text.size() < 3) return std::nullopt;
      const int high = hex_digit(text[1]);
      const int low = hex_digit(text[2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      taken = 3;
    }
    text.remove_prefix(taken);
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 15U];
  }
  return encoded;
}

std::optional<BasicCredentials> parse_basic(std::string_view authorization) {
  auto encoded = after_scheme(authorization, "Basic ");
  if (!encoded) return std::nullopt;
  while (!encoded->empty() && encoded->back() == '=') encoded->remove_suffix(1);
  const auto decoded = base64url_decode(*encoded);
  if (!decoded) return std::nullopt;
  const auto colon = decoded->find(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  auto id = percent_decode(std::string_view(*decoded).substr(0, colon), true);
  auto secret = percent_decode(std::string_view(*decoded).substr(colon + 1), true);
  if (!id || !secret) return std::nullopt;
  return BasicCredentials{.client_id = std::move(*id), .client_secret = std::move(*secret)};
}

std::string base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8U) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += url_alphabet[(held >> bits) & 63U];
    }
  }
  if (bits > 0) text += url_alphabet[(held << (6 - bits)) & 63U];
  return text;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    held = (held << 6U) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((held >> bits) & 255U);
  }
  return bytes;
}

std::string sha256(std::string_view bytes) {
  // Looked up once: that costs more than most digests.
  static const std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> algorithm(
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  ports::check(
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, algorithm.get(), nullptr) == 1,
      "SHA-256 works");
  return digest;
}

void append_json(std::string& out, std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (std::size_t run = plain_run<>(text); run < text.size(); run = plain_run<>(text)) {
    out.append(text, 0, run);
    const auto byte = static_cast<unsigned char>(text[run]);
    out += '\\';
    if (byte >= 0x20)
      out += text[run];
    else
      (out += "u00").append({digits[byte >> 4U], digits[byte & 15U]});
    text.remove_prefix(run + 1);
  }
  out += text;
  out += '"';
}

std::string json_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json(out, text);
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  constexpr std::size_t usual = 8;
  std::vector<std::string_view> pieces;
  if (!text.empty()) pieces.reserve(usual);
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pieces;
}

std::optional<std::string_view> after_scheme(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return std::nullopt;
  const bool same = std::equal(prefix.begin(), prefix.end(), text.begin(),
                               [](char a, char b) { return lower(a) == lower(b); });
  if (!same) return std::nullopt;
  return text.substr(prefix.size());
}

}  // namespace mocks::idp
