#include "mocks/idp/entra/reply.h"

#include <chrono>
#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"

namespace mocks::idp::entra {
namespace {

namespace chrono = std::chrono;

// `digits` of them, with leading zeros.
void append_number(std::string& out, std::int64_t value, std::size_t digits) {
  auto text = std::to_string(value);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  out += text;
}

// "2026-09-09", a separator, "19:50:29".
std::string second_text(chrono::sys_seconds at, char separator) {
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(at - day);
  std::string out;
  append_number(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_number(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_number(out, static_cast<unsigned>(date.day()), 2);
  out += separator;
  append_number(out, time.hours().count(), 2);
  out += ':';
  append_number(out, time.minutes().count(), 2);
  out += ':';
  append_number(out, time.seconds().count(), 2);
  return out;
}

}  // namespace

std::string guid(const sim::Draws& draws, std::uint64_t entity, std::uint64_t index) {
  static constexpr std::string_view hex = "0123456789abcdef";
  auto text = draws.text(36, hex, sim::Stream::identifiers, entity + index);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text[dash] = '-';
  text[14] = '4';  // RFC 9562 section 5.4: version and variant
  text[19] = hex[8 + (hex.find(text[19]) & 3U)];
  return text;
}

std::string graph_time(ports::WallTime at) {
  const auto second = chrono::floor<chrono::seconds>(at);
  auto text = second_text(second, 'T') + '.';
  append_number(text, chrono::duration_cast<chrono::nanoseconds>(at - second).count() / 100, 7);
  return text + 'Z';
}

ports::Response graph_error(const ApiRequest& request, ports::WallTime now,
                            const GraphRefusal& refusal) {
  const auto id = guid(request.draws, name_of("entra/request"), request.number);
  std::string body = "{\"error\":{\"code\":" + json_text(refusal.code) +
                     ",\"message\":" + json_text(refusal.message) + ",\"innerError\":{\"date\":\"" +
                     second_text(chrono::floor<chrono::seconds>(now), 'T') +
                     "\",\"request-id\":\"" + id + "\",\"client-request-id\":\"" + id + "\"}}}";
  return json_response(refusal.status, std::move(body));
}

ports::Response sts_error(const ApiRequest& request, ports::WallTime now,
                          const StsRefusal& refusal) {
  const auto trace = guid(request.draws, name_of("entra/trace"), request.number);
  const auto correlation = guid(request.draws, name_of("entra/correlation"), request.number);
  const auto time = second_text(chrono::floor<chrono::seconds>(now), ' ') + 'Z';
  const auto number = std::to_string(refusal.number);
  std::string body = "{\"error\":" + json_text(refusal.error) + ",\"error_description\":" +
                     json_text("AADSTS" + number + ": " + refusal.text + " Trace ID: " + trace +
                               " Correlation ID: " + correlation + " Timestamp: " + time) +
                     ",\"error_codes\":[" + number + "],\"timestamp\":\"" + time +
                     "\",\"trace_id\":\"" + trace + "\",\"correlation_id\":\"" + correlation +
                     "\",\"error_uri\":\"https://login.microsoftonline.com/error?code=" + number +
                     "\"}";
  auto response = json_response(refusal.status, std::move(body));
  response.headers.push_back({.name = "Cache-Control", .value = "no-store, no-cache"});
  response.headers.push_back({.name = "Pragma", .value = "no-cache"});
  return response;
}

ports::Response sts_page(const StsRefusal& refusal) {
  return html_response(refusal.status, "Sorry, but we're having trouble signing you in.",
                       "AADSTS" + std::to_string(refusal.number) + ": " + refusal.text);
}

}  // namespace mocks::idp::entra
