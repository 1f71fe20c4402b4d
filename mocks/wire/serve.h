// Server: one mock served over loopback HTTPS. HTTP/1.1 (RFC 9112) and WebSocket (RFC 6455) over
// TLS 1.2 or 1.3; one thread serves thousands of connections (Boost.Beast, in serve*.cc alone).
//
// - Any token is a method (Vault's LIST); targets arrive as they were sent, percent-encoded; header
//   fields as they were sent, none added. Request::origin is "https://" and the Host field.
// - Every call of the handler, the faults and the scheduler's state is made under the world's lock.
//   Answer::delay passes without it.
// - Answer::channel after a 2xx goes out as chunks, one a piece, until it ends; after a 101 as
//   binary WebSocket messages, then close 1000, or, when its Upgrade field says "SPDY/3.1", on the
//   streams that a remote command's client opens (serve_stream.h). A channel that overflowed breaks
//   the connection. The Upgrade, Connection and Sec-WebSocket-Accept fields of a WebSocket are the
//   server's; the subprotocol chosen (Sec-WebSocket-Protocol) is the handler's.
// - Bounds: heads over max_request_head get 431, bodies over max_request_body 413, a client slower
//   than `patience` is dropped. A handler that throws is 500, and nothing of the exception is told.
// - The fault of each call is asked for when its request has arrived. So a `refuse` here breaks the
//   connection before the effect, and the caller cannot know that there was none: it sees
//   `ambiguous` where the simulated wire says `unreachable`.
// - It does as the conditions say of a server of its name, under the world's lock: while down, no
//   request reaches the handler, connections are broken and, as soon as its thread has come to it,
//   connecting is refused for real; under a partition requests and answers are lost, and stream
//   pieces wait for the repair.
// - Facts are told as by the simulated network (call_made, mocks/sim/network.h), when an answer is
//   about to leave or it is settled that none will.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/scheduler.h"
#include "mocks/sim/faults/conditions.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"

namespace mocks::wire {

// Bounds, in bytes. 32 MiB is what Vault takes (max_request_size), and a little more.
inline constexpr std::size_t max_request_head = std::size_t{64} << 10;
inline constexpr std::size_t max_request_body = std::size_t{34} << 20;
// Connections waiting to be accepted (listen(2); the kernel may cap it at net.core.somaxconn).
inline constexpr int accept_backlog = 4096;

// One request and what came of it. Everything lives during the call only.
struct Exchange {
  ports::Instant at = {};
  std::string_view server = {};
  std::string_view caller = {};
  const ports::Request& request;
  // Null when none was sent whole, or a fault gave it.
  const ports::Response* answer = nullptr;
  std::int64_t number = 0;  // as in the Fact call_made: the status, or why there was none
};

struct ServerOptions {
  std::string name = {};              // Call::server: "idp", "vault", "kubernetes", "portal"
  std::string certificate_file = {};  // PEM chain
  std::string key_file = {};          // PEM
  std::uint16_t port = 0;             // 0: any free one. Always on 127.0.0.1
  // Authorities (PEM) for client certificates; when set, a client without a good one is refused.
  std::string client_ca_file = {};
  // Who called, for Call::caller. Called without the world's lock, on the server's thread.
  std::function<std::string(const ports::Request&)> caller_of = {};
  // Kills the caller (crash_before, crash_after). Called without the world's lock, on the server's
  // thread, before the connection is dropped.
  std::function<void(std::string_view caller)> crash = {};
  // Told Fact call_made for each call, under the world's lock. May be null.
  Observer* observer = nullptr;
  // Told each exchange when its answer is about to leave or it is settled that none will, under the
  // world's lock, before `observer`. May be empty.
  std::function<void(const Exchange&)> record = {};
  ports::Duration patience = std::chrono::seconds(30);  // for a handshake, a request, a write
  ports::Duration idle = std::chrono::minutes(5);       // between two requests of a connection
  // Of one connection, whose last answer says so (`Connection: close`, RFC 9112 section 9.6); 0 =
  // no limit.
  std::uint64_t most_requests = 0;
};

struct ServerCounts {
  std::uint64_t connections = 0;       // accepted so far
  std::uint64_t open_connections = 0;  // now
  std::uint64_t requests = 0;          // that reached the handler or a fault
};

class Server {
 public:
  // Listens and serves at once. Error of code configuration when the certificate cannot be read or
  // the port is taken. Everything handed in must outlive the server.
  // Not under the world's lock.
  static ports::Result<std::unique_ptr<Server>> start(Handler& handler, std::mutex& world,
                                                      Scheduler& scheduler,
                                                      sim::Conditions& conditions,
                                                      ServerOptions options);
  // Stops. Not under the world's lock.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Ends at once, whatever clients do: breaks every connection, abandons every channel, joins the
  // thread. Idempotent. Not under the world's lock.
  void stop();

  std::uint16_t port() const;
  // "https://127.0.0.1:PORT": an address, so that no resolver and no second protocol family is
  // asked.
  std::string origin() const;

  ServerCounts counts() const;

 private:
  class Engine;
  explicit Server(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace mocks::wire
