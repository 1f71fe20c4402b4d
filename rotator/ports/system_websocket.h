// A WebSocket as a Stream (RFC 6455, client side). Internal to system_*.cc.
//
// No extension is offered; pings are answered whenever next() is called.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rotator/ports/system_exchange.h"

namespace ports {

// Sends `request` as an upgrade on a fresh connection.
Result<std::unique_ptr<Stream>> open_system_websocket(std::unique_ptr<TlsConnection> connection,
                                                      const Request& request, const Origin& origin,
                                                      const std::vector<std::string>& subprotocols,
                                                      const std::string& user_agent, Clock& clock,
                                                      const StopSignal& stop, Instant deadline);

}  // namespace ports
