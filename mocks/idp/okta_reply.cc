#include "mocks/idp/okta_reply.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"

namespace mocks::idp {

ports::Response json_response(int status, std::string body) {
  return {.status = status,
          .headers = {{.name = "Content-Type", .value = "application/json"}},
          .body = std::move(body)};
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

ports::Response api_error(const OktaRequest& request, int status, std::string_view code,
                          std::string_view summary, std::string_view cause) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string body = "{\"errorCode\":";
  append_json(body, code);
  body += ",\"errorSummary\":";
  append_json(body, summary);
  body += ",\"errorLink\":";
  append_json(body, code);
  body += ",\"errorId\":\"oae" +
          request.draws.text(22, alphabet, sim::Stream::identifiers,
                             name_of("idp/error") + request.number) +
          "\",\"errorCauses\":[";
  if (!cause.empty()) {
    body += "{\"errorSummary\":";
    append_json(body, cause);
    body += '}';
  }
  body += "]}";
  return json_response(status, std::move(body));
}

ports::Response not_found(const OktaRequest& request, std::string_view id, std::string_view type) {
  std::string summary = "Not found: Resource not found: ";
  summary.append(id).append(" (").append(type).append(")");
  return api_error(request, 404, "E0000007", summary);
}

ports::Response wrong_method(const OktaRequest& request) {
  return api_error(request, 405, "E0000022",
                   "The endpoint does not support the provided HTTP method");
}

ports::Response no_such_path(const OktaRequest& request) {
  return api_error(request, 404, "E0000022",
                   "The endpoint does not support the provided HTTP method");
}

ports::Response oauth_error(int status, std::string_view error, std::string_view description) {
  std::string body = "{\"error\":";
  append_json(body, error);
  body += ",\"error_description\":";
  append_json(body, description);
  body += '}';
  auto response = json_response(status, std::move(body));
  response.headers.push_back({.name = "Cache-Control", .value = "no-cache, no-store"});
  response.headers.push_back({.name = "Pragma", .value = "no-cache"});
  return response;
}

std::string timestamp(ports::WallTime at) {
  namespace chrono = std::chrono;
  const auto second = chrono::floor<chrono::seconds>(at);
  const auto day = chrono::floor<chrono::days>(second);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(second - day);
  std::array<char, 40> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.000Z", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace mocks::idp
