// The shapes of an answer that the dialects share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::idp {

// With Content-Type; `body` is JSON text.
ports::Response json_response(int status, std::string body);

// {"error","error_description"} (RFC 6749 section 5.2), the latter left out when empty. How caches
// are kept from storing it is the dialect's.
ports::Response oauth_json(int status, std::string_view error, std::string_view description);

// A page for people: the sign-in page, and errors that may not be sent back to a redirect URI (RFC
// 6749 section 4.1.2.1).
ports::Response html_response(int status, std::string_view title, std::string_view text);

// 302 to a client's redirect URI with these parameters (RFC 6749 section 4.1.2), never stored.
ports::Response redirect_response(std::string_view uri, std::string_view parameters);

// 2026-02-02T11:11:04.000Z: UTC, cut to the second.
std::string timestamp(ports::WallTime at);

// Seconds since the epoch, cut.
std::int64_t epoch_seconds(ports::WallTime at);

// ["a","b"]
template <typename Texts, typename ToText>
std::string json_list(const Texts& texts, ToText to_text) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ',';
    out += '"';
    out += to_text(text);
    out += '"';
  }
  return out + ']';
}

}  // namespace mocks::idp
