#include "rotator/calls/encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rotator {
namespace {

constexpr std::string_view hexadecimal = "0123456789ABCDEF";
constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 3986 section 2.3.
constexpr auto unreserved = [] {
  std::array<bool, 256> set{};
  for (const char c : url_alphabet) set[static_cast<unsigned char>(c)] = true;
  set['.'] = set['~'] = true;
  return set;
}();

void append_percent(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += hexadecimal[byte >> 4U];
  out += hexadecimal[byte & 15U];
}

std::string encode(std::string_view text, char kept, char space) {
  const auto stays = [kept](char c) {
    return unreserved[static_cast<unsigned char>(c)] || (kept != '\0' && c == kept);
  };
  if (std::all_of(text.begin(), text.end(), stays)) return std::string(text);
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  for (const char c : text) {
    if (stays(c))
      out += c;
    else if (c == ' ' && space != '\0')
      out += space;
    else
      append_percent(out, c);
  }
  return out;
}

std::string encode_base64(std::string_view bytes, std::string_view alphabet, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t taken = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < taken ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      if (k <= taken)
        out += alphabet[group >> (18U - 6U * static_cast<unsigned>(k)) & 63U];
      else if (padded)
        out += '=';
    }
  }
  return out;
}

}  // namespace

std::string percent_encode(std::string_view text) { return encode(text, '\0', '\0'); }
std::string percent_encode_path(std::string_view path) { return encode(path, '/', '\0'); }
std::string form_encode(std::string_view text) { return encode(text, '\0', '+'); }

std::string base64_encode(std::string_view bytes) {
  return encode_base64(bytes, standard_alphabet, true);
}
std::string base64url_encode(std::string_view bytes) {
  return encode_base64(bytes, url_alphabet, false);
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  unsigned bits = 0;
  bool ended = false;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    if (c == '=') {
      ended = true;
      continue;
    }
    const auto position = standard_alphabet.find(c);
    if (position == std::string_view::npos || ended) return std::nullopt;
    group = group << 6U | static_cast<std::uint32_t>(position);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(group >> bits & 255U);
  }
  if (bits >= 6) return std::nullopt;  // a lone last character carries no whole byte
  return out;
}

bool fits_in_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

ports::Result<Url> split_https_url(std::string_view url, std::string_view what) {
  const auto refuse = [&](std::string_view why) {
    return ports::fail(
        ports::ErrorCode::configuration,
        std::string(what) + " must be an https URL such as https://host:port: " + std::string(why));
  };
  constexpr std::string_view scheme = "https://";
  if (url.substr(0, scheme.size()) != scheme) return refuse("it does not start with https://");
  if (!fits_in_header(url) || url.find(' ') != std::string_view::npos)
    return refuse("it holds a space or a character outside ASCII");
  if (url.find('#') != std::string_view::npos) return refuse("it holds a fragment");
  const auto path = std::min(url.find_first_of("/?", scheme.size()), url.size());
  if (path == scheme.size()) return refuse("it has no host");
  const auto authority = url.substr(scheme.size(), path - scheme.size());
  if (authority.find('@') != std::string_view::npos) return refuse("it holds user information");
  Url split{.origin = std::string(url.substr(0, path)), .path = std::string(url.substr(path))};
  while (!split.path.empty() && split.path.back() == '/') split.path.pop_back();
  return split;
}

}  // namespace rotator
