// The frames of a WebSocket (RFC 6455), however they are cut into reads.
#include "rotator/ports/websocket_frames.h"

#include <boost/test/unit_test.hpp>

#include "rotator/ports/http.h"

BOOST_AUTO_TEST_SUITE(websocket_frames)

using ports::FrameEvent;
using ports::FrameReader;
using ports::Opcode;
using Kind = FrameEvent::Kind;

namespace {

// A frame as a server sends it: not masked.
std::string server_frame(int first_byte, const std::string& payload) {
  std::string frame(1, static_cast<char>(first_byte));
  const std::size_t size = payload.size();
  if (size < 126) {
    frame += static_cast<char>(size);
  } else if (size < 65536) {
    frame += static_cast<char>(126);
    for (int shift = 8; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift & 0xffU);
  } else {
    frame += static_cast<char>(127);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift & 0xffU);
  }
  return frame + payload;
}

FrameEvent must_have(FrameReader& reader) {
  auto event = reader.next();
  BOOST_REQUIRE_MESSAGE(event.has_value(), (event ? "" : event.error().message));
  BOOST_REQUIRE(event->has_value());
  return **event;
}

void must_refuse(const std::string& bytes, const std::string& why) {
  FrameReader reader;
  reader.received(bytes);
  const auto event = reader.next();
  BOOST_REQUIRE(!event.has_value());
  BOOST_TEST((event.error().code == ports::ErrorCode::malformed));
  BOOST_TEST(event.error().message.find(why) != std::string::npos, event.error().message);
}

}  // namespace

BOOST_AUTO_TEST_CASE(computes_the_accept_key_of_the_rfc) {
  // RFC 6455 section 1.3.
  BOOST_TEST(ports::accept_for("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

BOOST_AUTO_TEST_CASE(encodes_base64_as_the_rfc_does) {
  // RFC 4648 section 10.
  BOOST_TEST(ports::base64("") == "");
  BOOST_TEST(ports::base64("f") == "Zg==");
  BOOST_TEST(ports::base64("fo") == "Zm8=");
  BOOST_TEST(ports::base64("foobar") == "Zm9vYmFy");
}

BOOST_AUTO_TEST_CASE(masks_what_a_client_sends) {
  // RFC 6455 section 5.7 has "Hello" under this mask, as text; here as a pong.
  const std::array<std::byte, 4> mask = {std::byte{0x37}, std::byte{0xfa}, std::byte{0x21},
                                         std::byte{0x3d}};
  BOOST_TEST((ports::render_client_frame(Opcode::pong, "Hello", mask) ==
              "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
}

BOOST_AUTO_TEST_CASE(finds_the_same_events_wherever_the_bytes_are_cut) {
  const std::string medium(300, 'm');
  const std::string large(70'000, 'l');
  const std::string bytes =
      server_frame(0x82, "one") + server_frame(0x02, "frag") + server_frame(0x89, "ping between") +
      server_frame(0x00, "men") + server_frame(0x80, "ted") + server_frame(0x82, medium) +
      server_frame(0x8a, "") + server_frame(0x82, large) + server_frame(0x82, "") +
      server_frame(0x88, std::string("\x03\xe8") + "done");
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, bytes.size()}) {
    FrameReader reader;
    std::vector<FrameEvent> events;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.received(std::string_view(bytes).substr(at, step));
      for (;;) {
        auto event = reader.next();
        BOOST_REQUIRE(event.has_value());
        if (!event->has_value()) break;
        events.push_back(**event);
      }
    }
    BOOST_REQUIRE(events.size() == 8U);
    BOOST_TEST((events[0].kind == Kind::message && events[0].data == "one"));
    BOOST_TEST((events[1].kind == Kind::ping && events[1].data == "ping between"));
    BOOST_TEST((events[2].kind == Kind::message && events[2].data == "fragmented"));
    BOOST_TEST((events[3].kind == Kind::message && events[3].data == medium));
    BOOST_TEST((events[4].kind == Kind::pong));
    BOOST_TEST((events[5].kind == Kind::message && events[5].data == large));
    BOOST_TEST((events[6].kind == Kind::message && events[6].data.empty()));
    BOOST_TEST((events[7].kind == Kind::close && events[7].data == "done"));
    BOOST_TEST(events[7].close_code == ports::close_normal);
  }
}

BOOST_AUTO_TEST_CASE(knows_a_close_without_a_code) {
  FrameReader reader;
  reader.received(server_frame(0x88, ""));
  BOOST_TEST(must_have(reader).close_code == ports::close_without_code);
}

BOOST_AUTO_TEST_CASE(refuses_what_breaks_the_protocol) {
  must_refuse(std::string("\x82\x81\x01\x02\x03\x04x", 7), "masked");
  must_refuse(server_frame(0xc2, "x"), "reserved bit");
  must_refuse(server_frame(0x81, "x"), "text message");
  must_refuse(server_frame(0x83, "x"), "unknown opcode");
  must_refuse(server_frame(0x8b, ""), "unknown opcode");
  must_refuse(server_frame(0x80, "x"), "continues nothing");
  must_refuse(server_frame(0x02, "a") + server_frame(0x82, "b"), "inside another");
  must_refuse(server_frame(0x09, "x"), "control frame");
  must_refuse(server_frame(0x89, std::string(126, 'x')), "control frame");
  must_refuse(server_frame(0x88, "x"), "half a code");
}

BOOST_AUTO_TEST_CASE(bounds_a_message_before_its_bytes_have_come) {
  // The length alone is enough to refuse it: 2^63 bytes are promised, none sent.
  must_refuse(std::string("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10), "larger than 1 MiB");
  // And so is the sum of fragments.
  const std::string half(ports::max_stream_piece / 2 + 1, 'x');
  must_refuse(server_frame(0x02, half) + server_frame(0x80, half), "larger than 1 MiB");
  FrameReader reader;
  reader.received(server_frame(0x82, std::string(ports::max_stream_piece, 'x')));
  BOOST_TEST(must_have(reader).data.size() == ports::max_stream_piece);
}

BOOST_AUTO_TEST_SUITE_END()
