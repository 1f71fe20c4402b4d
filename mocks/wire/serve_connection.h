// Connection: one accepted TLS connection: its stream, its deadline, its ways to end, and the wake
// of whoever writes on it. What is said on it is the matter of serve_session.cc (requests and
// answers) and serve_stream.cc (answers that come in pieces). Internal to serve*.cc.
//
// All of it runs on the server's one thread, but for on_readable().
#pragma once

// clang-format off
#include <utility>  // which boost/asio/awaitable.hpp needs and, in Boost 1.74, forgets
// clang-format on
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "mocks/wire/serve_session.h"

namespace mocks::wire {

using Message = boost::beast::http::request<boost::beast::http::string_body>;
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// How every operation reports: by its value and this error, and not by an exception.
inline auto into(boost::system::error_code& error) {
  return boost::asio::redirect_error(boost::asio::use_awaitable, error);
}

inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

class Connection final : public std::enable_shared_from_this<Connection>,
                         public Channel::Reader,
                         public Breakable {
 public:
  Connection(boost::asio::io_context& io, boost::asio::ip::tcp::socket socket,
             Surroundings& surroundings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  boost::asio::io_context& io() { return io_; }
  Surroundings& surroundings() { return surroundings_; }
  TlsStream& stream() { return stream_; }
  boost::beast::flat_buffer& buffer() { return buffer_; }  // read and not yet used
  bool closed() const { return closed_; }

  // Who asks, of the request being served.
  const std::string& caller() const { return caller_; }
  void set_caller(std::string caller) { caller_ = std::move(caller); }
  // Whether a partition lies between the caller and this server. Under the world's lock.
  bool is_partitioned() const;

  // Opposites: from now on the connection has this long; it has any time.
  void set_deadline(ports::Duration patience);
  void clear_deadline() { deadline_.cancel(); }

  boost::asio::awaitable<bool> handshake();
  // Whether all went out within the server's patience.
  boost::asio::awaitable<bool> write(std::string_view bytes);
  // A delay of the handler or of a fault.
  boost::asio::awaitable<void> sleep(ports::Duration duration);
  // Returns when look_again() has been called since last, or the connection is closed.
  boost::asio::awaitable<void> wait_for_news();
  // Until the client closes, the server breaks the connection, or too much was thrown away.
  boost::asio::awaitable<void> read_until_closed();
  // Ends the connection so that what was sent arrives.
  boost::asio::awaitable<void> close_gently();
  // The client is gone: whoever writes shall learn it.
  void give_up();

  void break_now() override;
  void look_again() override;
  // From whichever thread pushes, under the world's lock.
  void on_readable() override;

 private:
  boost::asio::io_context& io_;
  Surroundings& surroundings_;
  TlsStream stream_;
  boost::asio::steady_timer deadline_;  // drops the connection
  boost::asio::steady_timer sleep_;
  boost::asio::steady_timer wake_;  // never expires: cancelled to say that something is new
  boost::beast::flat_buffer buffer_{max_request_head * 2};
  std::string caller_;
  bool closed_ = false;
  bool news_ = false;
  std::atomic<bool> posted_ = false;
};

}  // namespace mocks::wire
