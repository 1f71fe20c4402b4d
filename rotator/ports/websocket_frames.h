// The frames of a WebSocket as its client sees them (RFC 6455 section 5). Computation only: bytes
// in, events out. Internal to system_websocket.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rotator/ports/result.h"

namespace ports {

enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

// RFC 6455 section 7.4.1; 1005 is never on the wire and says that the frame carried no code.
inline constexpr std::uint16_t close_normal = 1000;
inline constexpr std::uint16_t close_without_code = 1005;

struct FrameEvent {
  enum class Kind { message, ping, pong, close };
  Kind kind = Kind::message;
  std::string data = {};         // the whole message, the ping's payload, the close reason
  std::uint16_t close_code = 0;  // for close
};

class FrameReader {
 public:
  void received(std::string_view bytes) { pending_.append(bytes); }

  // The next event that is whole, or nothing yet. Error malformed when the server breaks the
  // protocol (a masked frame, reserved bits, a text message, an odd control frame) or a message is
  // longer than max_stream_piece.
  Result<std::optional<FrameEvent>> next();

 private:
  struct Frame;
  Result<std::optional<Frame>> take_frame();
  Result<std::optional<FrameEvent>> control(Frame frame);

  std::string pending_;
  std::string message_;  // of fragments so far
  bool in_message_ = false;
};

// A final frame from a client, masked with `mask` (section 5.3 wants it unpredictable). Payload of
// at most 125 bytes: we send control frames only.
std::string render_client_frame(Opcode opcode, std::string_view payload,
                                const std::array<std::byte, 4>& mask);

// What a server must answer to Sec-WebSocket-Key (section 4.2.2): base64(SHA-1(key + GUID)).
std::string accept_for(std::string_view key);

// Standard base64 with padding (RFC 4648 section 4).
std::string base64(std::string_view bytes);

}  // namespace ports
