// The bytes of an HTTP/1.1 answer (RFC 9112), as the server sends them. Internal to serve*.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::wire {

// How the body is delimited.
enum class Framing {
  length,       // Content-Length
  chunked,      // Transfer-Encoding: chunked
  until_close,  // an HTTP/1.0 client: the end of the connection
  upgraded      // no body: another protocol follows (RFC 9110 section 7.8)
};

// Status line and header fields, with the empty line. The fields of the handler go out as they are,
// but for those that belong to the connection (Connection, Transfer-Encoding, Content-Length,
// Upgrade), of which an upgrade keeps the handler's. Adds Date unless the handler gave one.
// `method` decides whether a length is told: a 204, a 304 and an answer to HEAD have no body, and
// HEAD tells the length that GET would have. A line break in a field is our own bug and ends the
// process.
std::string render_head(const ports::Response& response, std::string_view method, Framing framing,
                        bool keep_alive, ports::WallTime now);

// True when an answer of this status to this method carries body bytes (RFC 9110 section 6.4.1).
bool has_body(int status, std::string_view method);

// One chunk (RFC 9112 section 7.1), or nothing for an empty piece, which would end the body.
std::string render_chunk(std::string_view piece);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

// True for fields that only the server itself sets.
bool belongs_to_the_connection(std::string_view name);

// The request target as a handler gets it: origin-form as it came, absolute-form without its scheme
// and authority (RFC 9112 section 3.2.2), "*". Nothing for any other form.
std::optional<std::string> origin_form(std::string_view target);

}  // namespace mocks::wire
