// The encodings in which values travel: percent-encoding, application/x-www-form-urlencoded,
// base64, URLs in two parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rotator/ports/result.h"

namespace rotator {

// Everything but RFC 3986 unreserved characters as %XX: safe as one path segment or one query
// value.
std::string percent_encode(std::string_view text);
// The same segment by segment: '/' stays.
std::string percent_encode_path(std::string_view path);
// application/x-www-form-urlencoded (URL Standard): as percent_encode, but a space becomes '+'.
std::string form_encode(std::string_view text);

// RFC 4648 section 4, with padding.
std::string base64_encode(std::string_view bytes);
// RFC 4648 section 5, without padding.
std::string base64url_encode(std::string_view bytes);
// Section 4; white space is skipped, padding may be missing; nothing when a character does not
// belong.
std::optional<std::string> base64_decode(std::string_view text);

struct Url {
  std::string origin = {};  // "https://host:port"
  std::string path = {};    // without trailing slash, so "" or "/a/b"; the query stays in it
};
// Error of code configuration unless it is https with a host, without user information, fragment,
// white space or control characters. `what` names it in the message.
ports::Result<Url> split_https_url(std::string_view url, std::string_view what);

// True when `text` may stand in an HTTP header: visible ASCII and spaces only.
bool fits_in_header(std::string_view text);

}  // namespace rotator
