#include "mocks/portal/credentials.h"

#include "rotator/ports/secret.h"

namespace mocks::portal {
namespace {

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '*';
}

// RFC 4648 section 4.
std::string base64(std::string_view bytes) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= have ? alphabet[group >> (18U - 6U * k) & 63U] : '=';
  }
  return out;
}

std::optional<int> hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> form_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
      continue;
    }
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex(text[i + 1]);
    const auto low = hex(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

}  // namespace

std::string form_encode(std::string_view value) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : value) {
    if (unreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

std::string form(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += form_encode(name) + '=' + form_encode(value);
  }
  return out;
}

std::optional<std::string> query_value(std::string_view url, std::string_view name) {
  const auto mark = url.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  auto query = url.substr(mark + 1);
  query = query.substr(0, query.find('#'));
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto field = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const auto equals = field.find('=');
    if (equals != std::string_view::npos && field.substr(0, equals) == name)
      return form_decode(field.substr(equals + 1));
  }
  return std::nullopt;
}

void authenticate(ports::Request& request, idp::AuthenticationMethod method,
                  std::string_view client_id, std::string_view secret) {
  if (method == idp::AuthenticationMethod::client_secret_basic) {
    auto credentials = form_encode(client_id) + ':' + form_encode(secret);
    request.headers.push_back({"Authorization", "Basic " + base64(credentials)});
    ports::wipe(credentials);
    return;
  }
  if (!request.body.empty()) request.body += '&';
  request.body += form({{"client_id", client_id}});
  if (method == idp::AuthenticationMethod::client_secret_post)
    request.body += '&' + form({{"client_secret", secret}});
}

void wipe_credentials(ports::Request& request) {
  ports::wipe(request.body);
  for (auto& header : request.headers) ports::wipe(header.value);
}

}  // namespace mocks::portal
