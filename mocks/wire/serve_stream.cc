#include "mocks/wire/serve_stream.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <optional>
#include <vector>

#include "mocks/wire/message.h"
#include "mocks/wire/spdy.h"

namespace mocks::wire {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using WebSocket = websocket::stream<TlsStream&>;
using ConnectionPointer = std::shared_ptr<Connection>;

// Bound: what is taken from a channel for one write.
constexpr std::size_t max_batch = std::size_t{256} << 10;  // bytes

// What a channel had to give at one moment.
struct Batch {
  std::vector<std::string> pieces = {};
  bool ended = false;
  bool overflowed = false;
};

Batch take_batch(Connection& connection, Channel& channel) {
  const std::lock_guard lock(connection.surroundings().world);
  Batch batch;
  if (connection.is_partitioned()) return batch;
  for (std::size_t size = 0; size < max_batch; size += batch.pieces.back().size()) {
    auto piece = channel.pop();
    if (!piece) break;
    batch.pieces.push_back(std::move(*piece));
  }
  batch.ended = channel.ended();
  batch.overflowed = batch.ended && channel.overflowed();
  return batch;
}

// Waits until the channel has something or the connection has ended (then the batch is empty).
net::awaitable<Batch> next_batch(Connection& connection, Channel& channel) {
  Batch batch;
  while (!connection.closed()) {
    batch = take_batch(connection, channel);
    if (!batch.pieces.empty() || batch.ended) break;
    co_await connection.wait_for_news();
  }
  co_return batch;
}

void listen_to(Channel& channel, const ConnectionPointer& connection) {
  const std::lock_guard lock(connection->surroundings().world);
  channel.set_reader(connection.get());
}

// --- Chunks ---

net::awaitable<void> stream_chunks(ConnectionPointer connection, const Answer& answer,
                                   const Message& message) {
  const bool chunked = message.version() >= 11;
  const bool to_head = message.method() == http::verb::head;
  std::string bytes = render_head(answer.response, view(message.method_string()),
                                  chunked ? Framing::chunked : Framing::until_close, false,
                                  connection->surroundings().scheduler.wall_now());
  if (chunked && !to_head) bytes += render_chunk(answer.response.body);
  listen_to(*answer.channel, connection);
  net::co_spawn(
      connection->io(), [connection] { return connection->read_until_closed(); }, net::detached);
  bool ended = to_head;
  bool sent = co_await connection->write(bytes);
  while (sent && !connection->closed() && !ended) {
    connection->clear_deadline();
    const Batch batch = co_await next_batch(*connection, *answer.channel);
    if (connection->closed() || batch.overflowed) co_return connection->break_now();
    bytes.clear();
    for (const auto& piece : batch.pieces) bytes += chunked ? render_chunk(piece) : piece;
    ended = batch.ended;
    if (ended && chunked) bytes += last_chunk;
    sent = co_await connection->write(bytes);
  }
}

// --- WebSocket ---

net::awaitable<void> read_messages(ConnectionPointer connection,
                                   std::shared_ptr<WebSocket> socket) {
  error_code error;
  connection->clear_deadline();
  boost::beast::flat_buffer scrap(ports::max_stream_piece);
  while (!error) {
    co_await socket->async_read(scrap, into(error));
    scrap.clear();
  }
  connection->give_up();
}

std::shared_ptr<WebSocket> open_websocket(Connection& connection, const Answer& answer) {
  auto socket = std::make_shared<WebSocket>(connection.stream());
  websocket::stream_base::timeout patience{};
  patience.handshake_timeout = connection.surroundings().options.patience;
  patience.idle_timeout = websocket::stream_base::none();
  patience.keep_alive_pings = false;
  socket->set_option(patience);
  socket->read_message_max(ports::max_stream_piece);
  socket->binary(true);
  const auto decorate = [headers = answer.response.headers](websocket::response_type& response) {
    for (const auto& header : headers)
      if (!belongs_to_the_connection(header.name)) response.set(header.name, header.value);
  };
  socket->set_option(websocket::stream_base::decorator(decorate));
  return socket;
}

net::awaitable<void> stream_messages(ConnectionPointer connection, const Answer& answer,
                                     Message& message) {
  error_code error;
  const auto socket = open_websocket(*connection, answer);
  listen_to(*answer.channel, connection);
  // A request that is no upgrade gets Beast's own 400 here.
  co_await socket->async_accept(message, into(error));
  if (error) co_return;
  net::co_spawn(
      connection->io(), [connection, socket] { return read_messages(connection, socket); },
      net::detached);
  bool ended = false;
  while (!error && !connection->closed() && !ended) {
    connection->clear_deadline();
    const Batch batch = co_await next_batch(*connection, *answer.channel);
    if (connection->closed() || batch.overflowed) co_return connection->break_now();
    ended = batch.ended;
    connection->set_deadline(connection->surroundings().options.patience);
    for (const auto& piece : batch.pieces) {
      co_await socket->async_write(net::buffer(piece), into(error));
      if (error) break;
    }
  }
  if (error || connection->closed()) co_return;
  co_await socket->async_close(websocket::close_code::normal, into(error));
}

// --- SPDY ---

// Takes all that the client sends; what is to be said to it is left to the writer.
net::awaitable<void> read_frames(ConnectionPointer connection, std::shared_ptr<Spdy> spdy) {
  error_code error;
  std::vector<char> bytes(16384);
  auto& early = connection->buffer();
  bool sound = spdy->take({static_cast<const char*>(early.data().data()), early.size()});
  early.consume(early.size());
  while (sound && !error && !connection->closed()) {
    connection->look_again();
    const std::size_t got =
        co_await connection->stream().async_read_some(net::buffer(bytes), into(error));
    sound = spdy->take({bytes.data(), got});
  }
  if (!sound) connection->break_now();
  connection->give_up();
}

// The pieces whose stream is open, in their order; the rest waits.
void say_pieces(Spdy& spdy, std::deque<std::string>& waiting) {
  static constexpr std::array<std::string_view, 4> streamtypes = {"stdin", "stdout", "stderr",
                                                                  "error"};
  while (!waiting.empty()) {
    const std::string_view piece = waiting.front();
    const std::size_t number =
        piece.empty() ? streamtypes.size() : static_cast<unsigned char>(piece.front());
    if (number < streamtypes.size()) {
      const std::uint32_t stream = spdy.stream(streamtypes.at(number));
      if (stream == 0) return;
      if (piece.size() > 1) spdy.say(stream, piece.substr(1));
    }
    waiting.pop_front();
  }
}

net::awaitable<void> stream_frames(ConnectionPointer connection, const Answer& answer) {
  const auto spdy = std::make_shared<Spdy>();
  const std::string head = render_head(answer.response, "POST", Framing::upgraded, true,
                                       connection->surroundings().scheduler.wall_now());
  listen_to(*answer.channel, connection);
  bool sent = co_await connection->write(head);
  net::co_spawn(
      connection->io(), [connection, spdy] { return read_frames(connection, spdy); },
      net::detached);
  std::deque<std::string> waiting;
  bool ended = false;
  bool finished = false;
  bool blocked = false;  // on a stream that the client has yet to open
  while (sent && !connection->closed() && !finished) {
    Batch batch = take_batch(*connection, *answer.channel);
    if (batch.overflowed) co_return connection->break_now();
    for (auto& piece : batch.pieces) waiting.push_back(std::move(piece));
    ended = ended || batch.ended;
    say_pieces(*spdy, waiting);
    finished = ended && waiting.empty();
    if (finished) spdy->finish();
    const std::string bytes = spdy->take_output();
    if (!bytes.empty()) sent = co_await connection->write(bytes);
    if (!bytes.empty() || finished) continue;
    if (waiting.empty()) {
      connection->clear_deadline();
    } else if (!blocked) {
      connection->set_deadline(connection->surroundings().options.patience);
    }
    blocked = !waiting.empty();
    co_await connection->wait_for_news();
  }
  // The client reads to the end, resets its streams and leaves.
  connection->set_deadline(connection->surroundings().options.patience);
  while (sent && !connection->closed()) co_await connection->wait_for_news();
}

bool is_to_spdy(const ports::Response& response) {
  const auto upgrade = ports::find_header(response.headers, "Upgrade");
  return upgrade && *upgrade == "SPDY/3.1";
}

}  // namespace

net::awaitable<void> stream_channel(ConnectionPointer connection, const Answer& answer,
                                    Message& message) {
  if (answer.response.status != 101)
    co_await stream_chunks(connection, answer, message);
  else if (is_to_spdy(answer.response))
    co_await stream_frames(connection, answer);
  else
    co_await stream_messages(connection, answer, message);
}

}  // namespace mocks::wire
