// One request and its answer on one connection: the part that send(), open_stream() and
// open_websocket() share. Internal to system_*.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_response_reader.h"
#include "rotator/ports/system_tls_connection.h"

namespace ports {

// "GET https://host/path", for messages: without the query, which may hold more than a log should.
std::string describe(const Request& request);

// The bytes of the request; fields that the caller did not give are added (Host, User-Agent,
// Accept, Content-Length). Error of code configuration when method, target or a field would break
// the message (RFC 9112 section 11.1: request smuggling).
Result<std::string> render_request(const Request& request, const Origin& origin,
                                   const std::string& user_agent);

struct Exchange {
  std::unique_ptr<TlsConnection> connection = {};
  ResponseReader reader;
};

// Sends `bytes` and reads until the head is there, or with `whole` until all of the answer is.
// Without `stop` nothing interrupts it. Errors: ambiguous, malformed, unreachable when our
// certificate was refused, interrupted.
Status perform(Exchange& exchange, const std::string& what, std::string_view bytes, bool whole,
               Clock& clock, Instant deadline, const StopSignal* stop);

// Reads on until all of the answer is there.
Status read_whole(Exchange& exchange, const std::string& what, Clock& clock, Instant deadline,
                  const StopSignal* stop);

}  // namespace ports
