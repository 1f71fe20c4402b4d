// The HTTP port on sockets: HTTP/1.1 (RFC 9112) over TLS 1.2 or 1.3, connections kept alive.
//
// What it promises beyond http.h:
// - The certificate is always verified, and that it is for the host called. There is no switch.
// - The deadline is absolute: it bounds name resolution, connecting, TLS, sending and the last byte
//   of the body together, however slowly the other side drips.
// - Nothing that the other side sends is unbounded: head (max_response_head, interim answers
//   counted in), body, stream pieces. No content coding is asked for and none is undone.
// - A certificate that is refused is `untrusted`, and the message says why: unknown issuer,
// expired,
//   for another name.
// - One client may be used by many threads at once; each call has a connection of its own. A Stream
//   belongs to one thread at a time; a thread of its own reads ahead of it, by at most
//   max_stream_piece and a piece.
// - A request to stop does not cut off send(): its call may have an effect that must be known. It
//   wakes Stream::next and the opening of streams with `interrupted`.
//
// HTTP is cpp-httplib's, WebSockets are Boost.Beast's, TLS is OpenSSL's. What cpp-httplib 0.11.4
// does not do, and no system that the product calls asks of it: interim answers other than a bare
// 100 and trailers after a chunked body (they are `malformed`), fields with an empty value (they
// are dropped), and wiping the copies that it makes of a request's fields from memory.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"
#include "rotator/ports/stop_signal.h"

namespace ports {

// Bounds: status line and headers together; connections kept idle for each origin; how long one may
// have idled to be used again (servers close idle ones, and a request sent into a closing
// connection is lost).
inline constexpr std::size_t max_response_head = std::size_t{64} << 10;  // bytes
inline constexpr std::size_t max_idle_connections = 16;
inline constexpr Duration max_idle_time = std::chrono::seconds(30);

// How one origin is to be trusted, and how it knows us. Files are read once, when the client is
// made.
struct OriginOptions {
  // Authorities (PEM) that may vouch for this origin. When either is given, only these count, as
  // for VAULT_CACERT and a kubeconfig's certificate-authority.
  std::string ca_file = {};
  std::string ca_pem = {};
  // The name that the certificate must carry, when it is not the origin's host (kubeconfig
  // tls-server-name).
  std::string tls_server_name = {};
  // Our own certificate chain and key (PEM), for origins that ask: from files, or as text.
  std::string client_certificate_file = {};
  std::string client_key_file = {};
  std::string client_certificate_pem = {};
  Secret client_key_pem = {};
};

struct HttpOptions {
  // Authorities (PEM files) trusted for every origin, in addition to the system's.
  std::vector<std::string> ca_files = {};
  // By origin, spelled as in Request::origin.
  std::map<std::string, OriginOptions> origins = {};
  // For connecting and the TLS handshake together; the call's deadline bounds them too.
  Duration connect_timeout = std::chrono::seconds(10);
  std::string user_agent = "overlap-rotator";
};

// Error of code configuration, with the file and the reason, when a certificate or key cannot be
// read. Ignores SIGPIPE in this process from then on. `clock` and `stop` must outlive the client.
Result<std::unique_ptr<HttpClient>> new_http_client(Clock& clock, StopSignal& stop,
                                                    HttpOptions options);

}  // namespace ports
