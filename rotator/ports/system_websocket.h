// A WebSocket as a Stream (RFC 6455, client side), by Boost.Beast. Internal to system_*.cc.
//
// No extension is offered; pings are answered as they come.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_tls_connection.h"

namespace ports {

// Sends `request` with `fields` (complete_fields) as an upgrade on a fresh connection.
Result<std::unique_ptr<Stream>> open_system_websocket(std::unique_ptr<TlsConnection> connection,
                                                      const Request& request, const Headers& fields,
                                                      const std::vector<std::string>& subprotocols,
                                                      Clock& clock, const StopSignal& stop,
                                                      Instant deadline);

}  // namespace ports
