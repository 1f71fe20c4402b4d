// Requests and their answers on one connection, one after another, by cpp-httplib. Internal to
// system_*.cc.
//
// cpp-httplib writes the request and reads the answer; every byte passes through a TlsConnection,
// so that the deadline and the bounds hold whatever the library waits for. What 0.11.4 does
// otherwise than http.h would have it is mended here, or told in system_http.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_tls_connection.h"

namespace ports {

// How one answer is wanted.
struct Call {
  Instant deadline = {};
  const StopSignal* stop = nullptr;  // null: nothing interrupts
  // When set, a 2xx goes on for ever: on_head has its head, the deadline counts no more, and
  // on_piece has the body as it comes until it says false. Any other answer comes whole.
  std::function<void(Response head)> on_head = {};
  std::function<bool(std::string_view piece)> on_piece = {};
};

class Exchange {
 public:
  explicit Exchange(std::unique_ptr<TlsConnection> connection);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Sends `request` with `fields` (complete_fields) and reads the answer. Errors: ambiguous,
  // malformed, interrupted; untrusted when our certificate was refused, unreachable when the other
  // side had closed before anything was sent.
  Result<Response> perform(const Request& request, const Headers& fields, const Call& call);

  // True when the connection is fit for one more request.
  bool idle_and_alive();

  // Ends the connection, and with it a perform() under way on another thread.
  void abort() noexcept;

 private:
  class Client;
  std::unique_ptr<Client> client_;
};

}  // namespace ports
