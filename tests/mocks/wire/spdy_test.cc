#include "mocks/wire/spdy.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/mocks/wire/spdy_frames.h"

BOOST_AUTO_TEST_SUITE(spdy)

namespace {

using namespace std::string_literals;
using mocks::wire::Spdy;
using spdy_frames::open_error;
using spdy_frames::open_stderr;
using spdy_frames::open_stdout;

// The kinds and streams of the frames in `bytes`: "reply 1", "data 3: text", "end 3", "ping",
// "goaway 5".
std::string frames(std::string_view bytes) {
  const auto number = [](std::string_view at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
    return value;
  };
  std::string all;
  while (!bytes.empty()) {
    BOOST_REQUIRE(bytes.size() >= 8);
    const std::uint32_t first = number(bytes);
    const std::size_t size = number(bytes.substr(4)) & 0xffffff;
    const bool last = (number(bytes.substr(4)) >> 24) == 1;
    BOOST_REQUIRE(bytes.size() >= 8 + size);
    const std::string_view payload = bytes.substr(8, size);
    all += all.empty() ? "" : "; ";
    if (first == 0x80030002) all += "reply " + std::to_string(number(payload));
    if (first == 0x80030006) all += "ping " + std::to_string(number(payload));
    if (first == 0x80030007) all += "goaway " + std::to_string(number(payload));
    if (first < 0x80000000 && size > 0)
      all += "data " + std::to_string(first) + ": " + std::string(payload);
    if (first < 0x80000000 && last) all += "end " + std::to_string(first);
    bytes.remove_prefix(8 + size);
  }
  return all;
}

std::string data_frame(char stream, const std::string& payload) {
  return "\x00\x00\x00"s + stream + "\x00\x00\x00"s + static_cast<char>(payload.size()) + payload;
}

}  // namespace

BOOST_AUTO_TEST_CASE(answers_the_streams_that_kubectl_opens_however_they_arrive) {
  Spdy whole;
  BOOST_TEST(whole.take(open_error + open_stdout + open_stderr));
  BOOST_TEST(frames(whole.take_output()) == "reply 1; reply 3; reply 5");
  Spdy crumbs;
  for (const char byte : open_error + open_stdout + open_stderr)
    BOOST_TEST(crumbs.take({&byte, 1}));
  for (const Spdy* spdy : {&whole, &crumbs}) {
    BOOST_TEST(spdy->stream("error") == 1U);
    BOOST_TEST(spdy->stream("stdout") == 3U);
    BOOST_TEST(spdy->stream("stderr") == 5U);
    BOOST_TEST(spdy->stream("stdin") == 0U);
  }
}

BOOST_AUTO_TEST_CASE(ends_every_stream_and_then_the_connection) {
  Spdy spdy;
  BOOST_TEST(spdy.take(open_error + open_stdout));
  static_cast<void>(spdy.take_output());
  spdy.say(3, "hello");
  spdy.say(1, "{}");
  spdy.finish();
  BOOST_TEST(frames(spdy.take_output()) == "data 3: hello; data 1: {}; end 1; end 3; goaway 3");
  BOOST_TEST(spdy.take_output().empty());
}

BOOST_AUTO_TEST_CASE(says_no_more_on_a_stream_that_the_client_reset) {
  Spdy spdy;
  BOOST_TEST(spdy.take(open_error + open_stdout));
  BOOST_TEST(spdy.take("\x80\x03\x00\x03\x00\x00\x00\x08\x00\x00\x00\x03\x00\x00\x00\x05"s));
  static_cast<void>(spdy.take_output());
  spdy.say(3, "hello");
  spdy.finish();
  BOOST_TEST(frames(spdy.take_output()) == "end 1; goaway 3");
}

BOOST_AUTO_TEST_CASE(answers_a_ping_and_throws_away_what_the_client_says) {
  Spdy spdy;
  BOOST_TEST(spdy.take(open_error + data_frame(1, "input") +
                       "\x80\x03\x00\x06\x00\x00\x00\x04\x00\x00\x00\x07"s + open_stdout));
  BOOST_TEST(frames(spdy.take_output()) == "reply 1; ping 7; reply 3");
}

BOOST_AUTO_TEST_CASE(declines_what_breaks_the_protocol_or_a_bound) {
  const auto refused = [](const std::string& bytes) {
    Spdy spdy;
    return !spdy.take(bytes);
  };
  BOOST_TEST(refused("\x80\x02"s + open_error.substr(2)), "another version");
  BOOST_TEST(refused(open_error.substr(0, 11) + "\x02"s + open_error.substr(12)), "a server's id");
  BOOST_TEST(refused(open_stdout), "headers that the compression does not explain");
  BOOST_TEST(refused(open_error + open_error), "a stream that is open");
  BOOST_TEST(refused("\x80\x03\x00\x01\x00\x01\x00\x00"s), "a large control frame");
  BOOST_TEST(refused("\x80\x03\x00\x06\x00\x00\x00\x00"s), "a ping of nothing");
  BOOST_TEST(refused("\x80\x03\x00\x02\x00\x00\x00\x04\x00\x00\x00\x01"s), "a reply");
}

BOOST_AUTO_TEST_SUITE_END()
