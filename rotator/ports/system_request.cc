#include "rotator/ports/system_request.h"

#include <algorithm>

namespace ports {
namespace {

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::string describe(const Request& request) {
  return request.method + " " + request.origin + request.target.substr(0, request.target.find('?'));
}

Result<Headers> complete_fields(const Request& request, const Origin& origin,
                                const std::string& user_agent) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::configuration, describe(request) + " is not sent: " + why);
  };
  if (!is_token(request.method)) return refuse("the method is no token");
  if (!is_target(request.target))
    return refuse("the target is no path with its query, percent-encoded");
  Headers fields;
  if (!find_header(request.headers, "Host")) fields.push_back({"Host", origin.authority});
  for (const auto& header : request.headers) {
    if (!is_token(header.name)) return refuse("a header's name is no token");
    if (!is_field_value(header.value))
      return refuse("the header " + header.name + " holds a line break");
    const bool frames = find_header({{header}}, "Content-Length").has_value() ||
                        find_header({{header}}, "Transfer-Encoding").has_value();
    if (frames) return refuse("the header " + header.name + " is not the caller's to set");
    fields.push_back(header);
  }
  if (!find_header(request.headers, "User-Agent")) fields.push_back({"User-Agent", user_agent});
  if (!find_header(request.headers, "Accept")) fields.push_back({"Accept", "*/*"});
  return fields;
}

}  // namespace ports
