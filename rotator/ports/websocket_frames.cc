#include "rotator/ports/websocket_frames.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <utility>

#include "rotator/ports/check.h"
#include "rotator/ports/http.h"

namespace ports {
namespace {

constexpr std::size_t max_control_payload = 125;  // section 5.5

tl::unexpected<Error> broken(const char* why) {
  return fail(ErrorCode::malformed, std::string("the server broke the WebSocket protocol: ") + why);
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < length; ++i) number = number << 8U | byte_at(bytes, at + i);
  return number;
}

}  // namespace

struct FrameReader::Frame {
  Opcode opcode = Opcode::continuation;
  bool final = false;
  std::string payload = {};
};

Result<std::optional<FrameReader::Frame>> FrameReader::take_frame() {
  if (pending_.size() < 2) return std::nullopt;
  const std::uint8_t first = byte_at(pending_, 0);
  const std::uint8_t second = byte_at(pending_, 1);
  if ((first & 0x70U) != 0) return broken("a reserved bit is set");
  if ((second & 0x80U) != 0) return broken("a frame from the server is masked");
  const std::size_t short_length = second & 0x7fU;
  const std::size_t extended = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  const std::size_t head = 2 + extended;
  const auto opcode = static_cast<Opcode>(first & 0x0fU);
  const bool is_control = (first & 0x08U) != 0;
  const bool final = (first & 0x80U) != 0;
  if (is_control && (!final || short_length > max_control_payload))
    return broken("a control frame is fragmented or too long");
  if (pending_.size() < head) return std::nullopt;
  const std::uint64_t length = extended == 0 ? short_length : number_at(pending_, 2, extended);
  if (length > max_stream_piece - message_.size())
    return fail(ErrorCode::malformed, "a WebSocket message is larger than 1 MiB");
  if (pending_.size() - head < length) return std::nullopt;
  Frame frame{.opcode = opcode, .final = final, .payload = pending_.substr(head, length)};
  pending_.erase(0, head + length);
  return frame;
}

Result<std::optional<FrameEvent>> FrameReader::control(Frame frame) {
  if (frame.opcode == Opcode::ping)
    return FrameEvent{.kind = FrameEvent::Kind::ping, .data = std::move(frame.payload)};
  if (frame.opcode == Opcode::pong)
    return FrameEvent{.kind = FrameEvent::Kind::pong, .data = std::move(frame.payload)};
  if (frame.payload.empty())
    return FrameEvent{.kind = FrameEvent::Kind::close, .close_code = close_without_code};
  if (frame.payload.size() == 1) return broken("a close frame holds half a code");
  return FrameEvent{.kind = FrameEvent::Kind::close,
                    .data = frame.payload.substr(2),
                    .close_code = static_cast<std::uint16_t>(number_at(frame.payload, 0, 2))};
}

Result<std::optional<FrameEvent>> FrameReader::next() {
  for (;;) {
    auto taken = take_frame();
    if (!taken) return fail(std::move(taken).error());
    if (!taken->has_value()) return std::nullopt;
    Frame& frame = **taken;
    switch (frame.opcode) {
      case Opcode::close:
      case Opcode::ping:
      case Opcode::pong: return control(std::move(frame));
      case Opcode::binary:
        if (in_message_) return broken("a message begins inside another");
        in_message_ = true;
        break;
      case Opcode::continuation:
        if (!in_message_) return broken("a continuation continues nothing");
        break;
      case Opcode::text: return broken("a text message came where binary ones are spoken");
      default: return broken("an unknown opcode");
    }
    message_ += frame.payload;
    if (!frame.final) continue;
    in_message_ = false;
    return FrameEvent{.data = std::exchange(message_, std::string())};
  }
}

std::string render_client_frame(Opcode opcode, std::string_view payload,
                                const std::array<std::byte, 4>& mask) {
  check(payload.size() <= max_control_payload, "a client's frame here is a control frame");
  std::string frame;
  frame += static_cast<char>(0x80U | static_cast<std::uint8_t>(opcode));
  frame += static_cast<char>(0x80U | payload.size());
  for (const std::byte byte : mask) frame += static_cast<char>(byte);
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame += static_cast<char>(std::byte{byte_at(payload, i)} ^ mask[i % mask.size()]);
  return frame;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string accept_for(std::string_view key) {
  const std::string salted = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest.data());
  return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace ports
