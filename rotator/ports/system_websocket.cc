#include "rotator/ports/system_websocket.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

#include "rotator/ports/system_piece_queue.h"
#include "rotator/ports/system_request.h"

namespace ports {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

// Bound: how long answering a ping or a close may take; the frame is some bytes, so a socket that
// does not take it is dead.
constexpr Duration control_patience = std::chrono::seconds(5);

// What Beast reads from and writes to (its SyncStream): a TlsConnection whose deadline counts for
// the opening alone. It keeps why it failed.
class TlsLayer {
 public:
  using executor_type = asio::io_context::executor_type;

  TlsLayer(asio::io_context& context, TlsConnection& connection, Clock& clock,
           const StopSignal& stop, Instant deadline)
      : context_(context),
        connection_(connection),
        clock_(clock),
        stop_(stop),
        opening_(deadline) {}

  executor_type get_executor() noexcept { return context_.get_executor(); }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, beast::error_code& error) {
    const asio::mutable_buffer first = *asio::buffer_sequence_begin(buffers);
    const std::span<char> into(static_cast<char*>(first.data()), first.size());
    const Instant deadline = opening_.value_or(Instant::max());
    Transfer transfer = connection_.read(into, deadline, &stop_);
    if (transfer.kind == Transfer::Kind::done && opening_ && clock_.now() >= *opening_)
      transfer.kind = Transfer::Kind::timed_out;  // bytes that drip never make read() wait
    if (opening_ && transfer.kind == Transfer::Kind::done)
      opening_bytes_.append(into.data(), transfer.bytes);
    return count(std::move(transfer), error);
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    beast::error_code error;
    const std::size_t size = read_some(buffers, error);
    if (error) throw beast::system_error(error);
    return size;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, beast::error_code& error) {
    std::string bytes;
    for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers);
         ++it) {
      const asio::const_buffer part = *it;
      bytes.append(static_cast<const char*>(part.data()), part.size());
    }
    return count(connection_.write(bytes, opening_.value_or(clock_.now() + control_patience)),
                 error);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    beast::error_code error;
    const std::size_t size = write_some(buffers, error);
    if (error) throw beast::system_error(error);
    return size;
  }

  void is_open() {
    opening_.reset();
    opening_bytes_ = {};
  }
  // All that came so far, until is_open().
  const std::string& opening_bytes() const { return opening_bytes_; }
  const std::optional<Transfer>& failure() const { return failure_; }

 private:
  std::size_t count(Transfer transfer, beast::error_code& error) {
    error = {};
    if (transfer.kind == Transfer::Kind::done) return transfer.bytes;
    error = transfer.kind == Transfer::Kind::end
                ? asio::error::make_error_code(asio::error::eof)
                : asio::error::make_error_code(asio::error::connection_aborted);
    failure_ = std::move(transfer);
    return 0;
  }

  asio::io_context& context_;
  TlsConnection& connection_;
  Clock& clock_;
  const StopSignal& stop_;
  std::optional<Instant> opening_;
  std::string opening_bytes_ = {};
  std::optional<Transfer> failure_ = {};
};

// Beast asks for this once both sides have closed. The connection is dropped, and nobody waits.
void teardown(beast::role_type, TlsLayer&, beast::error_code& error) { error = {}; }

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

// Beast 1.74 keeps the answer that declined to itself where it reads without callbacks. It has read
// all of it, so that a second reading cannot fail.
websocket::response_type declined(const std::string& bytes) {
  beast::http::response_parser<beast::http::string_body> parser;
  parser.eager(true);
  beast::error_code error;
  std::string_view rest = bytes;
  while (!rest.empty() && !error && !parser.is_done())
    rest.remove_prefix(parser.put(asio::buffer(rest), error));
  if (!parser.is_done()) parser.put_eof(error);
  return parser.release();
}

class WebSocketStream final : public Stream {
 public:
  WebSocketStream(std::unique_ptr<TlsConnection> connection, std::string what, Clock& clock,
                  const StopSignal& stop, Instant deadline)
      : connection_(std::move(connection)),
        what_(std::move(what)),
        queue_(clock),
        socket_(context_, *connection_, clock, stop, deadline) {}
  ~WebSocketStream() override {
    queue_.leave();
    connection_->abort();
    if (reader_.joinable()) reader_.join();
  }

  Status begin(const Request& request, const Headers& fields,
               const std::vector<std::string>& subprotocols) {
    std::string offered;
    for (const auto& subprotocol : subprotocols)
      offered += (offered.empty() ? "" : ", ") + subprotocol;
    socket_.read_message_max(max_stream_piece);
    socket_.set_option(websocket::stream_base::decorator([&](websocket::request_type& upgrade) {
      for (const auto& field : fields) {
        if (!find_header({{field}}, "Host")) upgrade.insert(field.name, field.value);
      }
      if (!offered.empty()) upgrade.set("Sec-WebSocket-Protocol", offered);
    }));
    websocket::response_type answer;
    beast::error_code error;
    socket_.handshake(answer, text_of(find_header(fields, "Host")), request.target, error);
    if (error && error != websocket::error::upgrade_declined) return fail(why_not(error));
    if (error) answer = declined(socket_.next_layer().opening_bytes());
    head_.status = static_cast<int>(answer.result_int());
    for (const auto& field : answer)
      head_.headers.push_back({text(field.name_string()), text(field.value())});
    if (error) {
      head_.body = std::move(answer.body());
      queue_.finish(std::nullopt);
      return {};
    }
    if (const std::string why = refusal(subprotocols); !why.empty())
      return fail(ErrorCode::malformed,
                  what_ + ": the server's upgrade to WebSocket is wrong: " + why);
    socket_.next_layer().is_open();
    try {
      reader_ = std::thread([this] { read(); });
    } catch (const std::system_error& thrown) {
      return fail(ErrorCode::ambiguous, what_ + ": " + thrown.what());
    }
    return {};
  }

  const Response& head() const override { return head_; }
  Result<Piece> next(Instant deadline) override { return queue_.next(deadline); }

 private:
  static std::string text_of(std::optional<std::string_view> value) {
    return std::string(value.value_or(""));
  }

  // What Beast leaves to its caller of RFC 6455 section 4.1.
  std::string refusal(const std::vector<std::string>& offered) const {
    if (find_header(head_.headers, "Sec-WebSocket-Extensions"))
      return "it uses an extension that was not offered";
    const auto chosen = find_header(head_.headers, "Sec-WebSocket-Protocol");
    if (chosen && std::find(offered.begin(), offered.end(), *chosen) == offered.end())
      return "it chose a subprotocol that was not offered";
    return {};
  }

  void read() {
    beast::flat_buffer message;
    beast::error_code error;
    for (;;) {
      const std::size_t size = socket_.read(message, error);
      if (error) break;
      if (socket_.got_text()) {
        queue_.finish(Error{ErrorCode::malformed, what_ + ": a text message came"});
        return;
      }
      const auto data = message.cdata();
      if (!queue_.push({static_cast<const char*>(data.data()), size}, false)) return;
      message.consume(size);
    }
    if (error == websocket::error::closed && socket_.reason().code == websocket::close_code::normal)
      return queue_.finish(std::nullopt);
    queue_.finish(why_not(error));
  }

  Error why_not(beast::error_code error) {
    if (error == websocket::error::closed) {
      return {ErrorCode::ambiguous, what_ + ": the server closed the WebSocket with code " +
                                        std::to_string(socket_.reason().code)};
    }
    const bool opening = head_.status == 0;
    if (const auto& failure = socket_.next_layer().failure()) {
      switch (failure->kind) {
        case Transfer::Kind::timed_out:
          return {ErrorCode::ambiguous, what_ + ": no whole answer before the deadline"};
        case Transfer::Kind::interrupted:
          return {ErrorCode::interrupted, what_ + ": stopped while waiting"};
        case Transfer::Kind::refused: return {ErrorCode::untrusted, what_ + ": " + failure->reason};
        default: break;
      }
      return {ErrorCode::ambiguous,
              what_ + ": " + failure->reason + (opening ? "" : " without a close frame")};
    }
    if (error == websocket::error::message_too_big)
      return {ErrorCode::malformed, what_ + ": a message is larger than 1 MiB"};
    if (opening)
      return {ErrorCode::malformed,
              what_ + ": the server's upgrade to WebSocket is wrong: " + error.message()};
    return {ErrorCode::malformed, what_ + ": it breaks the WebSocket protocol: " + error.message()};
  }

  asio::io_context context_;  // Beast wants one for the timers that we do not use
  std::unique_ptr<TlsConnection> connection_;
  std::string what_;
  PieceQueue queue_;
  websocket::stream<TlsLayer, false> socket_;
  Response head_ = {};
  std::thread reader_;
};

}  // namespace

Result<std::unique_ptr<Stream>> open_system_websocket(std::unique_ptr<TlsConnection> connection,
                                                      const Request& request, const Headers& fields,
                                                      const std::vector<std::string>& subprotocols,
                                                      Clock& clock, const StopSignal& stop,
                                                      Instant deadline) {
  Request upgrade = request;
  upgrade.method = "GET";
  auto stream = std::make_unique<WebSocketStream>(std::move(connection), describe(upgrade), clock,
                                                  stop, deadline);
  if (auto begun = stream->begin(upgrade, fields, subprotocols); !begun) return fail(begun.error());
  return stream;
}

}  // namespace ports
