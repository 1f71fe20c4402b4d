#include "mocks/wire/serve_connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <vector>

namespace mocks::wire {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

namespace {

// Bound: what is read and thrown away of a client that still sends after it was answered.
constexpr std::size_t max_discarded = std::size_t{64} << 20;  // bytes

}  // namespace

Connection::Connection(net::io_context& io, tcp::socket socket, Surroundings& surroundings)
    : io_(io),
      surroundings_(surroundings),
      stream_(std::move(socket), surroundings.tls),
      deadline_(io),
      sleep_(io),
      wake_(io) {
  surroundings_.open.insert(this);
  ++surroundings_.connections;
  ++surroundings_.open_connections;
}

Connection::~Connection() {
  surroundings_.open.erase(this);
  --surroundings_.open_connections;
}

bool Connection::is_partitioned() const {
  return surroundings_.conditions.is_cut(caller_, surroundings_.options.name);
}

void Connection::set_deadline(ports::Duration patience) {
  if (closed_) return;
  deadline_.expires_after(patience);
  deadline_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
    const auto self = weak.lock();
    if (cancelled || self == nullptr) return;
    // It may have been set anew after this one had expired and before this ran.
    if (self->deadline_.expiry() <= net::steady_timer::clock_type::now()) self->break_now();
  });
}

net::awaitable<bool> Connection::handshake() {
  error_code error;
  stream_.next_layer().set_option(tcp::no_delay(true), error);
  set_deadline(surroundings_.options.patience);
  co_await stream_.async_handshake(net::ssl::stream_base::server, into(error));
  co_return !error;
}

net::awaitable<bool> Connection::write(std::string_view bytes) {
  error_code error;
  set_deadline(surroundings_.options.patience);
  co_await net::async_write(stream_, net::buffer(bytes), into(error));
  co_return !error;
}

net::awaitable<void> Connection::sleep(ports::Duration duration) {
  if (duration <= ports::Duration::zero() || closed_) co_return;
  error_code ignored;
  deadline_.cancel();
  sleep_.expires_after(duration);
  co_await sleep_.async_wait(into(ignored));
}

net::awaitable<void> Connection::wait_for_news() {
  error_code ignored;
  wake_.expires_at(net::steady_timer::time_point::max());
  while (!news_ && !closed_) co_await wake_.async_wait(into(ignored));
  news_ = false;
}

net::awaitable<void> Connection::read_until_closed() {
  error_code error;
  deadline_.cancel();
  std::vector<char> scrap(16384);
  std::size_t discarded = 0;
  while (!error && !closed_ && discarded < max_discarded)
    discarded += co_await stream_.async_read_some(net::buffer(scrap), into(error));
  give_up();
}

// close_notify, FIN, then whatever the client still sends is read and thrown away, for closing with
// unread input would reset the connection and could take the answer with it (RFC 9112 section 9.6).
net::awaitable<void> Connection::close_gently() {
  error_code error;
  set_deadline(surroundings_.options.patience);
  co_await stream_.async_shutdown(into(error));
  if (closed_) co_return;
  auto& socket = stream_.next_layer();
  socket.shutdown(tcp::socket::shutdown_send, error);
  std::vector<char> scrap(16384);
  std::size_t discarded = 0;
  error.clear();
  while (!error && !closed_ && discarded < max_discarded)
    discarded += co_await socket.async_read_some(net::buffer(scrap), into(error));
}

void Connection::give_up() {
  closed_ = true;
  wake_.cancel();
}

void Connection::break_now() {
  closed_ = true;
  deadline_.cancel();
  sleep_.cancel();
  wake_.cancel();
  error_code ignored;
  auto& socket = stream_.next_layer();
  if (!socket.is_open()) return;
  socket.set_option(net::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

void Connection::look_again() {
  news_ = true;
  wake_.cancel();
}

void Connection::on_readable() {
  if (posted_.exchange(true)) return;
  net::post(io_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->posted_ = false;
    self->look_again();
  });
}

}  // namespace mocks::wire
