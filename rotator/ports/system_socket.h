// The two waits under a TLS connection: for a descriptor, and for a name to become addresses.
// Internal to system_tls_connection.cc.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/stop_signal.h"

namespace ports {

enum class Readiness { ready, timed_out, interrupted };

// Until `descriptor` has one of `events` (POLLIN, POLLOUT; errors count as ready), the deadline
// comes, or `stop`, when given, is asked.
Readiness wait_for(int descriptor, short events, Clock& clock, Instant deadline,
                   const StopSignal* stop);

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t length = 0;
  int family = 0;
};

struct Addresses {
  Readiness readiness = Readiness::ready;
  std::vector<SocketAddress> found = {};
  std::string reason = {};  // why none was found
};

// Looks `host` up. A name is looked up on a thread of its own that is left behind when the deadline
// comes first, for getaddrinfo(3) cannot be interrupted; an address takes no thread.
Addresses resolve(const std::string& host, const std::string& port, Clock& clock, Instant deadline,
                  const StopSignal* stop);

// Connects a new non-blocking socket with TCP_NODELAY. The descriptor, or nothing with `reason` and
// `readiness` set.
struct Connected {
  int socket = -1;
  Readiness readiness = Readiness::ready;
  std::string reason = {};
};
Connected connect_to(const SocketAddress& address, Clock& clock, Instant deadline,
                     const StopSignal* stop);

}  // namespace ports
