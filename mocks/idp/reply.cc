#include "mocks/idp/reply.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "mocks/idp/encoding.h"

namespace mocks::idp {
namespace {

// Of one answer; more than that is as correct, but slower.
constexpr std::size_t most_headers = 5;

// Puts the digits of `value` in place of the first number signs that stand together.
void fill_in(std::string& shape, std::int64_t value) {
  const auto from = shape.find('#');
  for (auto at = shape.find_first_not_of('#', from); at-- > from; value /= 10)
    shape[at] = static_cast<char>('0' + value % 10);
}

}  // namespace

ports::Response json_response(int status, std::string body) {
  ports::Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.headers.reserve(most_headers);
  response.headers.push_back({.name = "Content-Type", .value = "application/json"});
  return response;
}

ports::Response oauth_json(int status, std::string_view error, std::string_view description) {
  std::string body = "{\"error\":";
  append_json(body, error);
  if (!description.empty()) {
    body += ",\"error_description\":";
    append_json(body, description);
  }
  body += '}';
  return json_response(status, std::move(body));
}

ports::Response html_response(int status, std::string_view title, std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '&': escaped += "&amp;"; break;
      default: escaped += c;
    }
  }
  std::string body = "<!DOCTYPE html><html><head><title>";
  body.append(title).append("</title></head><body><h1>").append(title).append("</h1><p>");
  body.append(escaped).append("</p></body></html>");
  return {.status = status,
          .headers = {{.name = "Content-Type", .value = "text/html;charset=utf-8"}},
          .body = std::move(body)};
}

ports::Response redirect_response(std::string_view uri, std::string_view parameters) {
  std::string location(uri);
  location += uri.find('?') == std::string_view::npos ? '?' : '&';
  location += parameters;
  return {.status = 302,
          .headers = {{.name = "Location", .value = std::move(location)},
                      {.name = "Cache-Control", .value = "no-cache, no-store"}},
          .body = {}};
}

std::string timestamp(ports::WallTime at) {
  namespace chrono = std::chrono;
  const auto second = chrono::floor<chrono::seconds>(at);
  const auto day = chrono::floor<chrono::days>(second);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(second - day);
  std::string text = "####-##-##T##:##:##.000Z";
  fill_in(text, static_cast<int>(date.year()));
  fill_in(text, static_cast<unsigned>(date.month()));
  fill_in(text, static_cast<unsigned>(date.day()));
  fill_in(text, time.hours().count());
  fill_in(text, time.minutes().count());
  fill_in(text, time.seconds().count());
  return text;
}

std::int64_t epoch_seconds(ports::WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace mocks::idp
