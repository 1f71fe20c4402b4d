#include "rotator/ports/system_websocket.h"

#include <algorithm>
#include <array>

#include "rotator/ports/secret.h"
#include "rotator/ports/system_random.h"
#include "rotator/ports/websocket_frames.h"

namespace ports {
namespace {

// Bound: how long answering a ping or a close may take; the frame is some bytes, so a socket that
// does not take it is dead.
constexpr Duration control_patience = std::chrono::seconds(5);

template <std::size_t Size>
std::array<std::byte, Size> random_bytes() {
  std::array<std::byte, Size> bytes{};
  SystemRandom().fill(bytes);
  return bytes;
}

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// Whether the comma-separated value holds `token`.
bool lists(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    std::string_view item = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (same_text(item, token)) return true;
  }
  return false;
}

// Section 4.1: what a client must find in the server's 101.
Status check_upgrade(const Response& head, const std::string& key,
                     const std::vector<std::string>& offered, const std::string& what) {
  const auto field = [&head](const char* name) {
    return find_header(head.headers, name).value_or("");
  };
  const auto refuse = [&what](const char* why) {
    return fail(ErrorCode::malformed,
                what + ": the server's upgrade to WebSocket is wrong: " + why);
  };
  if (!lists(field("Upgrade"), "websocket") || !lists(field("Connection"), "upgrade"))
    return refuse("it does not say that it upgrades");
  if (field("Sec-WebSocket-Accept") != accept_for(key))
    return refuse("its accept key does not fit");
  if (find_header(head.headers, "Sec-WebSocket-Extensions"))
    return refuse("it uses an extension that was not offered");
  const auto chosen = find_header(head.headers, "Sec-WebSocket-Protocol");
  if (chosen && std::find(offered.begin(), offered.end(), *chosen) == offered.end())
    return refuse("it chose a subprotocol that was not offered");
  return {};
}

class WebSocketStream final : public Stream {
 public:
  WebSocketStream(Exchange exchange, std::string what, Clock& clock, const StopSignal& stop)
      : exchange_(std::move(exchange)), what_(std::move(what)), clock_(clock), stop_(stop) {}

  // Reads what follows the head: the body of a refusal, or the first frames.
  Status begin(const std::string& key, const std::vector<std::string>& offered, Instant deadline) {
    head_ = exchange_.reader.head();
    if (head_.status == 101) {
      if (auto good = check_upgrade(head_, key, offered, what_); !good) return good;
      frames_.received(exchange_.reader.take_rest());
      return {};
    }
    ended_ = true;
    if (auto read = read_whole(exchange_, what_, clock_, deadline, &stop_); !read) return read;
    head_.body = exchange_.reader.take_body();
    exchange_.connection.reset();
    return {};
  }

  const Response& head() const override { return head_; }

  Result<Piece> next(Instant deadline) override {
    while (!ended_ && !error_) {
      auto event = frames_.next();
      if (!event) return give_up(event.error().code, event.error().message);
      if (event->has_value()) {
        auto piece = act_on(**event);
        if (!piece) return fail(piece.error());
        if (piece->kind != Piece::Kind::quiet) return piece;
        continue;
      }
      if (stop_.requested()) return fail(ErrorCode::interrupted, what_ + ": stopped while waiting");
      std::array<char, 16384> bytes{};
      const Transfer transfer = exchange_.connection->read(bytes, deadline, &stop_);
      switch (transfer.kind) {
        case Transfer::Kind::done: frames_.received({bytes.data(), transfer.bytes}); break;
        case Transfer::Kind::timed_out: return Piece{};
        case Transfer::Kind::interrupted: continue;
        default: return give_up(ErrorCode::ambiguous, transfer.reason + " without a close frame");
      }
    }
    if (error_) return fail(*error_);
    return Piece{.kind = Piece::Kind::end};
  }

 private:
  // Kind::quiet: nothing for the caller, go on.
  Result<Piece> act_on(FrameEvent& event) {
    switch (event.kind) {
      case FrameEvent::Kind::message:
        return Piece{.kind = Piece::Kind::data, .data = std::move(event.data)};
      case FrameEvent::Kind::pong: return Piece{};
      case FrameEvent::Kind::ping:
        if (!answer(Opcode::pong, event.data))
          return give_up(ErrorCode::ambiguous, "the connection broke");
        return Piece{};
      case FrameEvent::Kind::close: break;
    }
    // Section 5.5.1: a close is answered with a close, typically with the same code.
    answer(Opcode::close, event.close_code == close_without_code
                              ? std::string()
                              : std::string{static_cast<char>(event.close_code >> 8U),
                                            static_cast<char>(event.close_code & 0xffU)});
    exchange_.connection.reset();
    if (event.close_code != close_normal) {
      return give_up(ErrorCode::ambiguous, "the server closed the WebSocket with code " +
                                               std::to_string(event.close_code));
    }
    ended_ = true;
    return Piece{.kind = Piece::Kind::end};
  }

  bool answer(Opcode opcode, std::string_view payload) {
    const std::string frame = render_client_frame(opcode, payload, random_bytes<4>());
    const Transfer sent = exchange_.connection->write(frame, clock_.now() + control_patience);
    return sent.kind == Transfer::Kind::done;
  }

  // The stream is over: the same error from now on, and the connection is dropped.
  tl::unexpected<Error> give_up(ErrorCode code, const std::string& why) {
    error_ = Error{.code = code, .message = what_ + ": " + why};
    exchange_.connection.reset();
    return fail(*error_);
  }

  Exchange exchange_;
  std::string what_;
  Clock& clock_;
  const StopSignal& stop_;
  Response head_ = {};
  FrameReader frames_ = {};
  bool ended_ = false;
  std::optional<Error> error_ = {};
};

}  // namespace

Result<std::unique_ptr<Stream>> open_system_websocket(std::unique_ptr<TlsConnection> connection,
                                                      const Request& request, const Origin& origin,
                                                      const std::vector<std::string>& subprotocols,
                                                      const std::string& user_agent, Clock& clock,
                                                      const StopSignal& stop, Instant deadline) {
  const auto nonce = random_bytes<16>();
  const std::string key = base64({reinterpret_cast<const char*>(nonce.data()), nonce.size()});
  std::string offered;
  for (const auto& subprotocol : subprotocols)
    offered += (offered.empty() ? "" : ", ") + subprotocol;
  Request upgrade = request;
  upgrade.method = "GET";
  upgrade.headers.push_back({"Connection", "Upgrade"});
  upgrade.headers.push_back({"Upgrade", "websocket"});
  upgrade.headers.push_back({"Sec-WebSocket-Version", "13"});
  upgrade.headers.push_back({"Sec-WebSocket-Key", key});
  if (!offered.empty()) upgrade.headers.push_back({"Sec-WebSocket-Protocol", offered});
  const std::string what = describe(upgrade);
  auto bytes = render_request(upgrade, origin, user_agent);
  if (!bytes) return fail(bytes.error());
  Exchange exchange{.connection = std::move(connection), .reader = ResponseReader(false)};
  const auto performed = perform(exchange, what, *bytes, false, clock, deadline, &stop);
  wipe(*bytes);
  if (!performed) return fail(performed.error());
  auto stream = std::make_unique<WebSocketStream>(std::move(exchange), what, clock, stop);
  if (auto begun = stream->begin(key, subprotocols, deadline); !begun) return fail(begun.error());
  return stream;
}

}  // namespace ports
