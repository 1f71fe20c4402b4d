// The HTTP port: the only way the product reaches another system (RFC 9110 semantics, over TLS).
//
// One Request and one Response type serve both sides: a client sends a Request, a handler receives
// the same one. All calls are synchronous and take an absolute deadline. Errors (see result.h):
//   unreachable  the request certainly had no effect
//   untrusted    the same, because a certificate was refused
//   ambiguous    it may have had its effect
//   malformed    the answer broke HTTP or a bound below
//   interrupted  the process was asked to stop
// A status code, even 500, is a Response and not an Error: what it means is the caller's business.
// Redirects are not followed and nothing is retried here.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"

namespace ports {

// Bounds: a larger body or longer stream piece is an Error of code malformed, never a truncation.
inline constexpr std::size_t max_response_body = std::size_t{8} << 20;  // bytes
inline constexpr std::size_t max_stream_piece = std::size_t{1} << 20;   // bytes

struct Header {
  std::string name = {};
  std::string value = {};
};
// Those of one name in the order sent (RFC 9110 section 5.3); names compare without case (5.1).
using Headers = std::vector<Header>;

// Each copied once; an initializer list of Header would copy each twice.
Headers make_headers(
    std::initializer_list<std::pair<std::string_view, std::string_view>> names_and_values);

// The first value of `name`, or nothing. The view lives as long as `headers`.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

struct Request {
  std::string method = "GET";
  std::string origin = {};  // "https://host:port", no trailing slash: whom to call
  std::string target =
      "/";  // origin-form, path and query, percent-encoded (RFC 9112 section 3.2.1)
  Headers headers = {};
  std::string body = {};
  // On a connection opened for it and closed after it, so that whatever stands before several
  // servers may choose anew; else a connection may be kept and used again.
  bool own_connection = false;
};

struct Response {
  int status = 0;
  Headers headers = {};
  std::string body = {};
};

// What a Stream gave within the time it had.
struct Piece {
  enum class Kind {
    data,   // `data` holds the piece
    end,    // the other side ended cleanly: last chunk, or WebSocket close 1000
    quiet,  // nothing came until the deadline; the stream goes on
  };
  Kind kind = Kind::quiet;
  std::string data = {};
};

// A response body that arrives in pieces: chunks of a Kubernetes watch, or messages of a WebSocket.
// Destroying it drops the connection.
class Stream {
 public:
  virtual ~Stream() = default;

  // Status line and headers. When the server declined (not 2xx, or not 101 for a WebSocket) the
  // body is here, whole, and next() gives Kind::end.
  virtual const Response& head() const = 0;

  // Waits for the next piece, at most until `deadline`; Kind::quiet says that none came: call
  // again.
  virtual Result<Piece> next(Instant deadline) = 0;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Sends and waits for the whole answer.
  virtual Result<Response> send(const Request& request, Instant deadline) = 0;

  // As send, but returns once the head is there; the body comes by Stream::next in pieces of
  // arbitrary size.
  virtual Result<std::unique_ptr<Stream>> open_stream(const Request& request, Instant deadline) = 0;

  // Opens a WebSocket (RFC 6455) by GET, offering `subprotocols` in order of preference; head()
  // tells which was chosen (Sec-WebSocket-Protocol). Each piece is one whole binary message from
  // the server. The client sends none.
  virtual Result<std::unique_ptr<Stream>> open_websocket(
      const Request& request, const std::vector<std::string>& subprotocols, Instant deadline) = 0;
};

}  // namespace ports
