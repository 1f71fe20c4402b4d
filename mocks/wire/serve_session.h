// Session: the requests of one accepted connection, from the TLS handshake to its end. Internal to
// serve*.cc.
//
// All of it runs on the server's one thread; the world's lock is taken only around calls into the
// world, and never while something is awaited.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "mocks/wire/serve.h"

namespace mocks::wire {

// A connection that can be broken from outside, on the server's thread.
class Breakable {
 public:
  // Drops the connection (RST) and wakes whatever awaits on it.
  virtual void break_now() = 0;
  // Looks again for what it may send: a partition was repaired.
  virtual void look_again() = 0;

 protected:
  ~Breakable() = default;
};

// What every connection of one server shares.
struct Surroundings {
  Handler& handler;
  std::mutex& world;
  Scheduler& scheduler;
  sim::Conditions& conditions;  // under the world's lock
  ServerOptions options = {};
  boost::asio::ssl::context tls;
  std::string origin = {};
  std::set<Breakable*> open = {};  // the server's thread only
  std::atomic<bool> down = false;
  std::atomic<std::uint64_t> connections = 0;
  std::atomic<std::uint64_t> open_connections = 0;
  std::atomic<std::uint64_t> requests = 0;
};

// Serves the connection until it ends. The surroundings must outlive `io`'s last handler.
void serve_connection(boost::asio::io_context& io, boost::asio::ip::tcp::socket socket,
                      Surroundings& surroundings);

}  // namespace mocks::wire
