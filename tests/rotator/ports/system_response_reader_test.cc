// ResponseReader: answers however they are cut into reads, and everything that breaks HTTP or a
// bound.
#include "rotator/ports/system_response_reader.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>

#include "rotator/ports/system_http.h"

BOOST_AUTO_TEST_SUITE(system_response_reader)

using ports::ErrorCode;
using ports::ResponseReader;

namespace {

// Feeds `bytes` in steps of `step`; the first error, if any.
ports::Status feed(ResponseReader& reader, std::string_view bytes, std::size_t step) {
  while (!bytes.empty()) {
    const auto space = reader.space();
    const std::size_t size = std::min({step, bytes.size(), space.size()});
    std::memcpy(space.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    if (auto status = reader.received(size); !status) return status;
  }
  return {};
}

std::string refusal(const std::string& bytes) {
  ResponseReader reader(false);
  const auto status = feed(reader, bytes, 4096);
  BOOST_REQUIRE(!status.has_value());
  BOOST_TEST((status.error().code == ErrorCode::malformed));
  return status.error().message;
}

constexpr std::size_t all = std::size_t{1} << 20;

}  // namespace

BOOST_AUTO_TEST_CASE(reads_the_same_answer_wherever_the_bytes_are_cut) {
  const std::vector<std::string> answers = {
      "HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 11\r\n\r\nhello world",
      "HTTP/1.1 200 OK\r\nA: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "6;ext=1\r\nhello \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\na: 1\r\nContent-Length: 11\r\n\r\nhello world"};
  for (const auto& answer : answers) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{16}, all}) {
      ResponseReader reader(false);
      BOOST_REQUIRE(feed(reader, answer, step).has_value());
      BOOST_REQUIRE(reader.is_whole());
      BOOST_TEST(reader.head().status == 200);
      BOOST_TEST(ports::find_header(reader.head().headers, "A").value_or("") == "1");
      BOOST_TEST(reader.take_body() == "hello world");
      BOOST_TEST(reader.keeps_alive());
    }
  }
}

BOOST_AUTO_TEST_CASE(knows_answers_that_have_no_body) {
  for (const char* status : {"204 No Content", "304 Not Modified"}) {
    ResponseReader reader(false);
    BOOST_REQUIRE(feed(reader, std::string("HTTP/1.1 ") + status + "\r\n\r\n", all).has_value());
    BOOST_TEST(reader.is_whole());
  }
  ResponseReader head(true);
  BOOST_REQUIRE(feed(head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", all).has_value());
  BOOST_TEST(head.is_whole());
}

BOOST_AUTO_TEST_CASE(takes_a_body_without_length_for_whole_only_after_a_clean_end) {
  for (const bool clean : {true, false}) {
    ResponseReader reader(false);
    BOOST_REQUIRE(feed(reader, "HTTP/1.1 200 OK\r\n\r\nhello", all).has_value());
    BOOST_TEST(!reader.is_whole());
    BOOST_TEST(reader.ended(clean).has_value() == clean);
    BOOST_TEST(reader.is_whole() == clean);
    if (clean) BOOST_TEST(reader.take_body() == "hello");
    BOOST_TEST(!reader.keeps_alive());
  }
}

BOOST_AUTO_TEST_CASE(refuses_an_answer_that_ends_early) {
  for (const char* part : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    ResponseReader reader(false);
    BOOST_REQUIRE(feed(reader, part, all).has_value());
    BOOST_TEST(!reader.ended(true).has_value(), part);
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_http) {
  for (const char* bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "<html>\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    BOOST_TEST(refusal(bytes).find("not HTTP") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(bounds_head_body_and_interim_answers) {
  std::string flood = "HTTP/1.1 200 OK\r\n";
  while (flood.size() < 2 * ports::max_response_head) flood += "X-Flood: xxxxxxxxxxxxxxxx\r\n";
  BOOST_TEST(refusal(flood).find("64 KiB") != std::string::npos);
  BOOST_TEST(refusal("HTTP/1.1 200 OK\r\nX: " + std::string(300'000, 'x')).find("64 KiB") !=
             std::string::npos);
  BOOST_TEST(refusal("HTTP/1.1 200 OK\r\nContent-Length: 8388609\r\n\r\n").find("8 MiB") !=
             std::string::npos);
  std::string endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  for (int i = 0; i < 129; ++i) endless += chunk;
  BOOST_TEST(refusal(endless).find("8 MiB") != std::string::npos);
  // A chunk extension without end.
  BOOST_TEST(!refusal("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=" +
                      std::string(300'000, 'x'))
                  .empty());
  std::string interim;
  for (int i = 0; i <= ports::max_interim_answers; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  BOOST_TEST(refusal(interim).find("interim") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(gives_an_endless_body_piece_by_piece) {
  ResponseReader reader(false);
  BOOST_REQUIRE(
      feed(reader, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", all).has_value());
  reader.expect_endless_body();
  const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  std::size_t total = 0;
  for (int i = 0; i < 200; ++i) {
    BOOST_REQUIRE(feed(reader, chunk, all).has_value());
    total += reader.take_body().size();
  }
  BOOST_TEST(total == 200U * 65536U);
  BOOST_TEST(!reader.is_whole());
}

BOOST_AUTO_TEST_CASE(keeps_what_follows_an_upgrade) {
  ResponseReader reader(false);
  BOOST_REQUIRE(
      feed(reader, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x82\x01x", all)
          .has_value());
  BOOST_TEST(reader.has_head());
  BOOST_TEST(reader.take_rest() == "\x82\x01x");
}

BOOST_AUTO_TEST_CASE(does_not_reuse_a_connection_that_said_more_than_it_should) {
  ResponseReader closing(false);
  BOOST_REQUIRE(
      feed(closing, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", all));
  BOOST_TEST(!closing.keeps_alive());
  ResponseReader talkative(false);
  BOOST_REQUIRE(
      feed(talkative, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", all));
  BOOST_TEST(!talkative.keeps_alive());
}

BOOST_AUTO_TEST_SUITE_END()
