// A WebSocket against servers that break RFC 6455, and its manners towards one that keeps it.
#include "rotator/ports/system_websocket.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <boost/test/unit_test.hpp>

#include "tests/contract/loopback.h"
#include "tests/contract/raw_peer.h"

BOOST_AUTO_TEST_SUITE(system_websocket)

using contract::must_fail;
using contract::must_succeed;
using contract::RawServer;
using ports::ErrorCode;
using ports::Piece;

namespace {

std::string key_in(const std::string& head) {
  static const std::string name = "Sec-WebSocket-Key: ";
  const auto at = head.find(name);
  if (at == std::string::npos) return {};
  return head.substr(at + name.size(), head.find('\r', at) - at - name.size());
}

// What a server must answer to Sec-WebSocket-Key (RFC 6455 section 4.2.2).
std::string accept_for(const std::string& key) {
  const std::string joined = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(joined.data()), joined.size(), digest.data());
  std::array<unsigned char, 32> text{};
  const int size = EVP_EncodeBlock(text.data(), digest.data(), SHA_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

std::string upgrade_for(const std::string& head, const std::string& more = {}) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         accept_for(key_in(head)) + "\r\n" + more + "\r\n";
}

struct Peer {
  explicit Peer(RawServer::Script script)
      : server(certificates.server.certificate_file, certificates.server.key_file,
               std::move(script)) {
    ports::HttpOptions options;
    options.origins[server.origin()].ca_file = certificates.ca_file;
    client = must_succeed(ports::new_http_client(clock, stop, std::move(options)));
  }
  ports::Instant later() { return clock.now() + std::chrono::seconds(60); }
  ports::Result<std::unique_ptr<ports::Stream>> open() {
    return client->open_websocket({.origin = server.origin(), .target = "/exec"},
                                  {"v5.channel.k8s.io", "v4.channel.k8s.io"}, later());
  }

  contract::TestCertificates certificates;
  ports::StopSignal stop;
  ports::SystemClock clock{stop};
  RawServer server;
  std::unique_ptr<ports::HttpClient> client;
};

// The client's control frame, unmasked: opcode and payload; -2 when it was not masked. Called on
// the server's thread, where Boost.Test's checks may not be.
std::pair<int, std::string> read_control(RawServer::Connection& connection) {
  const std::string head = connection.read(2);
  if (head.size() < 2) return {-1, {}};
  const auto byte = [&head](std::size_t at) { return static_cast<unsigned char>(head[at]); };
  if ((byte(1) & 0x80) == 0) return {-2, {}};
  const std::string mask = connection.read(4);
  std::string payload = connection.read(byte(1) & 0x7fU);
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return {byte(0), payload};
}

}  // namespace

BOOST_AUTO_TEST_CASE(offers_its_subprotocols_and_no_extension) {
  std::string head;
  Peer peer([&head](RawServer::Connection& connection) {
    head = connection.read_head();
    connection.write(upgrade_for(head));
    connection.wait_until_left();
  });
  must_succeed(peer.open());
  BOOST_TEST(head.starts_with("GET /exec HTTP/1.1\r\n"));
  BOOST_TEST(head.find("Sec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n") !=
             std::string::npos);
  BOOST_TEST(head.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos);
  BOOST_TEST(head.find("Sec-WebSocket-Extensions") == std::string::npos);
  BOOST_TEST(key_in(head).size() == 24U);
}

BOOST_AUTO_TEST_CASE(refuses_an_upgrade_that_breaks_the_rules) {
  const std::string wrong_key =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: c3ludGhldGljIHdyb25nIGtleSE=\r\n\r\n";
  const std::string no_upgrade = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  const auto refuse = [](const std::function<std::string(const std::string&)>& answer) {
    Peer peer([&answer](RawServer::Connection& connection) {
      connection.write(answer(connection.read_head()));
      connection.wait_until_left();
    });
    return must_fail(peer.open(), ErrorCode::malformed);
  };
  refuse([&](const std::string&) { return wrong_key; });
  refuse([&](const std::string&) { return no_upgrade; });
  refuse([](const std::string& head) {
    return upgrade_for(head, "Sec-WebSocket-Protocol: other\r\n");
  });
  refuse([](const std::string& head) {
    return upgrade_for(head, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  });
}

BOOST_AUTO_TEST_CASE(answers_pings_and_closes_with_the_same_code) {
  std::pair<int, std::string> pong;
  std::pair<int, std::string> close;
  {
    Peer peer([&](RawServer::Connection& connection) {
      // The first frame comes with the head, in one write.
      connection.write(upgrade_for(connection.read_head()) + "\x89\x04" + "ping");
      pong = read_control(connection);
      connection.write(std::string("\x82\x03", 2) + "one");
      connection.write(std::string("\x88\x02\x03\xe8", 4));
      close = read_control(connection);
    });
    const auto stream = must_succeed(peer.open());
    const Piece piece = must_succeed(stream->next(peer.later()));
    BOOST_TEST(piece.data == "one");
    BOOST_TEST((must_succeed(stream->next(peer.later())).kind == Piece::Kind::end));
  }
  BOOST_TEST(pong.first == 0x8a);
  BOOST_TEST(pong.second == "ping");
  BOOST_TEST(close.first == 0x88);
  BOOST_TEST(close.second == "\x03\xe8");
}

BOOST_AUTO_TEST_CASE(takes_nothing_but_a_close_of_1000_for_the_end) {
  for (const std::string& last : {std::string("\x88\x02\x03\xf3", 4),  // 1011, internal error
                                  std::string("\x88\x00", 2),
                                  std::string("\x82\x05"
                                              "ab"),
                                  std::string()}) {
    Peer peer([&last](RawServer::Connection& connection) {
      connection.write(upgrade_for(connection.read_head()) + last);
    });
    const auto stream = must_succeed(peer.open());
    must_fail(stream->next(peer.later()), ErrorCode::ambiguous);
    must_fail(stream->next(peer.later()), ErrorCode::ambiguous);  // and it stays so
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_message_without_end) {
  Peer peer([](RawServer::Connection& connection) {
    connection.write(upgrade_for(connection.read_head()));
    const std::string fragment = std::string("\x7e\xff\xff", 3) + std::string(65535, 'x');
    if (!connection.write("\x02" + fragment)) return;
    while (connection.write(std::string(1, '\0') + fragment)) continue;
  });
  const auto stream = must_succeed(peer.open());
  const auto message = must_fail(stream->next(peer.later()), ErrorCode::malformed);
  BOOST_TEST(message.find("1 MiB") != std::string::npos, message);
}

BOOST_AUTO_TEST_SUITE_END()
