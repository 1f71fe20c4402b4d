#include "mocks/wire/message.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <ctime>

#include "rotator/ports/check.h"

namespace mocks::wire {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

// IMF-fixdate (RFC 9110 section 5.6.7), in English whatever the locale.
std::string http_date(ports::WallTime now) {
  static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text.data();
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  const auto broken = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  ports::check(std::none_of(name.begin(), name.end(), broken) &&
                   std::none_of(value.begin(), value.end(), broken),
               "no header field of a mock holds a line break");
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool belongs_to_the_connection(std::string_view name) {
  return same_name(name, "Connection") || same_name(name, "Transfer-Encoding") ||
         same_name(name, "Content-Length") || same_name(name, "Upgrade") ||
         same_name(name, "Keep-Alive");
}

bool has_body(int status, std::string_view method) {
  return method != "HEAD" && status >= 200 && status != 204 && status != 304;
}

std::string render_head(const ports::Response& response, std::string_view method, Framing framing,
                        bool keep_alive, ports::WallTime now) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason.data(), reason.size()).append("\r\n");
  for (const auto& header : response.headers)
    if (framing == Framing::upgraded || !belongs_to_the_connection(header.name))
      append_field(head, header.name, header.value);
  if (!ports::find_header(response.headers, "Date")) append_field(head, "Date", http_date(now));
  const bool tells_length = has_body(response.status, method) || method == "HEAD";
  if (tells_length && framing == Framing::length)
    append_field(head, "Content-Length", std::to_string(response.body.size()));
  if (tells_length && framing == Framing::chunked)
    append_field(head, "Transfer-Encoding", "chunked");
  if (!keep_alive) append_field(head, "Connection", "close");
  return head.append("\r\n");
}

std::string render_chunk(std::string_view piece) {
  if (piece.empty()) return {};
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
  return std::string(size.data()).append(piece).append("\r\n");
}

std::optional<std::string> origin_form(std::string_view target) {
  if (target == "*" || target.starts_with('/')) return std::string(target);
  const auto scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = target.substr(0, scheme_end);
  if (!same_name(scheme, "http") && !same_name(scheme, "https")) return std::nullopt;
  const std::string_view rest = target.substr(scheme_end + 3);
  const auto path = rest.find_first_of("/?");
  if (path == std::string_view::npos) return "/";
  if (rest[path] == '?') return "/" + std::string(rest.substr(path));
  return std::string(rest.substr(path));
}

}  // namespace mocks::wire
