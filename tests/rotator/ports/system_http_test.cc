// The HTTP client against servers that misbehave, many callers at once, and requests to stop.
#include "rotator/ports/system_http.h"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/contract/loopback.h"
#include "tests/contract/raw_peer.h"

BOOST_AUTO_TEST_SUITE(system_http)

using contract::LoopbackWire;
using contract::must_fail;
using contract::must_succeed;
using contract::RawServer;
using contract::TestCertificates;
using ports::ErrorCode;
using ports::Piece;

namespace {

// A client and a server that follows a script.
struct Misbehaving {
  explicit Misbehaving(RawServer::Script script)
      : server(certificates.server.certificate_file, certificates.server.key_file,
               [script = std::move(script)](RawServer::Connection& connection) {
                 std::string head = connection.read_head();
                 if (head.starts_with("GET /warm ")) {
                   connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                 } else {
                   connection.give_back(std::move(head));
                 }
                 script(connection);
               }) {
    ports::HttpOptions options;
    options.origins[server.origin()].ca_file = certificates.ca_file;
    client = must_succeed(ports::new_http_client(clock, stop, std::move(options)));
  }
  ports::Request get() { return {.origin = server.origin(), .target = "/path?query=hidden"}; }
  // Connects, so that a near deadline is met by the next call itself.
  void warm_up() {
    must_succeed(client->send({.origin = server.origin(), .target = "/warm"}, later()));
  }
  ports::Instant later() { return clock.now() + std::chrono::seconds(60); }
  ports::Instant soon() { return clock.now() + std::chrono::milliseconds(60); }
  std::string fails(ErrorCode code, ports::Instant deadline) {
    const std::string message = must_fail(client->send(get(), deadline), code);
    BOOST_TEST(message.find("GET " + server.origin() + "/path") != std::string::npos, message);
    BOOST_TEST(message.find("hidden") == std::string::npos, message);
    return message;
  }

  TestCertificates certificates;
  ports::StopSignal stop;
  ports::SystemClock clock{stop};
  RawServer server;
  std::unique_ptr<ports::HttpClient> client;
};

// Answers every request with `answer` and waits until the client leaves.
RawServer::Script answering(const std::string& answer) {
  return [answer](RawServer::Connection& connection) {
    connection.read_head();
    connection.write(answer);
    connection.wait_until_left();
  };
}

const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

// --- Deadlines and bounds ---

BOOST_AUTO_TEST_CASE(ends_at_the_deadline_however_slowly_the_answer_drips) {
  // One byte at a time, for ever: of the status line, of a header, of a body, of a chunk's size.
  for (const std::string& beginning :
       {std::string(), std::string("HTTP/1.1 200 OK\r\nX-Endless: "),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
        chunked_head + "1;extension="}) {
    Misbehaving world([&](RawServer::Connection& connection) {
      connection.read_head();
      connection.write(beginning);
      while (connection.write("H")) std::this_thread::yield();
    });
    world.warm_up();
    const auto deadline = world.soon();
    const auto result = world.client->send(world.get(), deadline);
    BOOST_REQUIRE(!result.has_value());
    // A drip that is fast enough breaks a bound before the deadline.
    BOOST_TEST((result.error().code == ErrorCode::ambiguous ||
                result.error().code == ErrorCode::malformed));
  }
}

BOOST_AUTO_TEST_CASE(ends_at_the_deadline_when_nothing_is_answered) {
  Misbehaving world([](RawServer::Connection& connection) { connection.wait_until_left(); });
  world.warm_up();
  const auto deadline = world.soon();
  const auto message = world.fails(ErrorCode::ambiguous, deadline);
  BOOST_TEST((world.clock.now() >= deadline));
  BOOST_TEST(message.find("deadline") != std::string::npos, message);
}

BOOST_AUTO_TEST_CASE(ends_at_the_deadline_when_the_request_is_not_read) {
  Misbehaving world([](RawServer::Connection& connection) {
    connection.read_head();  // and of the body one byte at a time
    connection.wait_until_left();
  });
  world.warm_up();
  ports::Request request = world.get();
  request.method = "POST";
  // More than the sockets' buffers take; and time enough to begin with it.
  request.body = std::string(std::size_t{24} << 20, 'x');
  must_fail(world.client->send(request, world.clock.now() + std::chrono::milliseconds(500)),
            ErrorCode::ambiguous);
}

BOOST_AUTO_TEST_CASE(sends_nothing_after_the_deadline) {
  LoopbackWire wire;
  must_fail(wire.client().send(wire.get("/echo"), wire.clock().now()), ErrorCode::unreachable);
  BOOST_TEST(wire.calls() == 0);
}

BOOST_AUTO_TEST_CASE(gives_up_a_handshake_that_never_comes) {
  // Connected by the kernel's backlog, never accepted.
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* where = reinterpret_cast<sockaddr*>(&address);
  BOOST_REQUIRE(bind(listening, where, length) == 0 && listen(listening, 1) == 0);
  BOOST_REQUIRE(getsockname(listening, where, &length) == 0);
  ports::StopSignal stop;
  ports::SystemClock clock(stop);
  ports::HttpOptions options;
  options.connect_timeout = std::chrono::milliseconds(40);
  const auto client = must_succeed(ports::new_http_client(clock, stop, std::move(options)));
  const ports::Request request{.origin =
                                   "https://127.0.0.1:" + std::to_string(ntohs(address.sin_port))};
  const auto message = must_fail(client->send(request, clock.now() + std::chrono::seconds(60)),
                                 ErrorCode::unreachable);
  BOOST_TEST(message.find("no TLS handshake in time") != std::string::npos, message);
  close(listening);
}

BOOST_AUTO_TEST_CASE(refuses_a_body_without_end) {
  Misbehaving world([](RawServer::Connection& connection) {
    connection.read_head();
    connection.write(chunked_head);
    const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    while (connection.write(chunk)) continue;
  });
  const auto message = world.fails(ErrorCode::malformed, world.later());
  BOOST_TEST(message.find("larger than 8 MiB") != std::string::npos, message);
}

BOOST_AUTO_TEST_CASE(refuses_a_body_that_is_announced_too_large) {
  Misbehaving world(answering("HTTP/1.1 200 OK\r\nContent-Length: 8388609\r\n\r\n"));
  BOOST_TEST(world.fails(ErrorCode::malformed, world.later()).find("larger than 8 MiB") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_a_flood_of_headers) {
  Misbehaving world([](RawServer::Connection& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\n");
    while (connection.write("X-Flood: synthetic\r\n")) continue;
  });
  BOOST_TEST(world.fails(ErrorCode::malformed, world.later()).find("64 KiB") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(leaves_a_compressed_body_as_it_is_and_asks_for_none) {
  std::string head;
  Misbehaving world([&](RawServer::Connection& connection) {
    head = connection.read_head();
    connection.write(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08");
    connection.wait_until_left();
  });
  const auto response = must_succeed(world.client->send(world.get(), world.later()));
  BOOST_TEST(response.body == "\x1f\x8b\x08");
  BOOST_TEST(head.find("Accept-Encoding") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_lines_without_end) {
  // A status line, after an interim answer too; a chunk's extension; a trailer.
  for (const std::string& beginning :
       {std::string("HTTP/1.1 200 "), std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "),
        std::string("HTTP/1.1 200 OK\r\nX: "),
        chunked_head + "5;extension=", chunked_head + "0\r\nTrailer: "}) {
    Misbehaving world([&](RawServer::Connection& connection) {
      connection.read_head();
      connection.write(beginning);
      while (connection.write(std::string(4096, 'x'))) continue;
    });
    world.fails(ErrorCode::malformed, world.later());
  }
}

BOOST_AUTO_TEST_CASE(reads_a_body_of_many_tiny_chunks) {
  // Their framing is larger than a head may be.
  const int chunks = 40'000;
  Misbehaving world([](RawServer::Connection& connection) {
    connection.read_head();
    std::string body;
    for (int i = 0; i < chunks; ++i) body += "1\r\nx\r\n";
    connection.write(chunked_head + body + "0\r\n\r\n");
    connection.wait_until_left();
  });
  BOOST_TEST(must_succeed(world.client->send(world.get(), world.later())).body.size() ==
             static_cast<std::size_t>(chunks));
}

// --- Heads ---

BOOST_AUTO_TEST_CASE(leaves_the_values_of_fields_as_they_are) {
  Misbehaving world(
      answering("HTTP/1.1 200 OK\r\nLink: <https://a.example/?after=x%2Fy%25&b=+%u0041>; "
                "rel=\"next\"\r\nx-twice: 1\r\nX-Twice: 2%\r\nContent-Length: 0\r\n\r\n"));
  const auto response = must_succeed(world.client->send(world.get(), world.later()));
  BOOST_TEST(ports::find_header(response.headers, "link").value_or("") ==
             "<https://a.example/?after=x%2Fy%25&b=+%u0041>; rel=\"next\"");
  std::string twice;
  for (const auto& header : response.headers)
    if (ports::find_header({{header}}, "X-Twice")) twice += header.value;
  BOOST_TEST(twice == "12%");
}

BOOST_AUTO_TEST_CASE(reads_past_an_interim_answer) {
  Misbehaving world(
      answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  BOOST_TEST(must_succeed(world.client->send(world.get(), world.later())).body == "hello");
}

BOOST_AUTO_TEST_CASE(knows_answers_that_have_no_body) {
  for (const char* status : {"204 No Content", "304 Not Modified"}) {
    Misbehaving world(answering(std::string("HTTP/1.1 ") + status + "\r\nETag: x\r\n\r\n"));
    const auto response = must_succeed(world.client->send(world.get(), world.later()));
    BOOST_TEST(std::to_string(response.status) == std::string(status).substr(0, 3));
    BOOST_TEST(ports::find_header(response.headers, "ETag").value_or("") == "x");
  }
  Misbehaving world(answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
  auto request = world.get();
  request.method = "HEAD";
  BOOST_TEST(must_succeed(world.client->send(request, world.later())).body.empty());
}

BOOST_AUTO_TEST_CASE(adds_no_more_to_a_request_than_it_must) {
  std::string head;
  std::string body;
  Misbehaving world([&](RawServer::Connection& connection) {
    head = connection.read_head();
    body = connection.read(4);
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    connection.wait_until_left();
  });
  auto request = world.get();
  request.method = "PATCH";
  request.target = "/a%2Fb;c?d=%20&&e=+";
  request.body = "body";
  must_succeed(world.client->send(request, world.later()));
  BOOST_TEST(head ==
             "PATCH /a%2Fb;c?d=%20&&e=+ HTTP/1.1\r\nAccept: */*\r\nContent-Length: 4\r\n"
             "Host: " +
                 world.server.origin().substr(8) + "\r\nUser-Agent: overlap-rotator\r\n\r\n");
  BOOST_TEST(body == "body");
}

// --- Answers that are none ---

BOOST_AUTO_TEST_CASE(refuses_what_is_not_http) {
  for (const std::string& answer :
       {std::string("220 smtp.example ESMTP ready\r\n\r\n"), std::string("HTTP/1.1 abc OK\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        chunked_head + "zz\r\n"}) {
    Misbehaving world(answering(answer));
    BOOST_TEST(world.fails(ErrorCode::malformed, world.later()).find("not HTTP") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(refuses_interim_answers_that_it_does_not_know) {
  for (const char* answer : {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                             "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"}) {
    Misbehaving world(answering(answer));
    world.fails(ErrorCode::malformed, world.later());
  }
}

BOOST_AUTO_TEST_CASE(does_not_reuse_a_connection_that_said_more_than_it_should) {
  for (const char* answer : {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"}) {
    Misbehaving world(answering(answer));
    for (int i = 1; i <= 2; ++i) {
      BOOST_TEST(must_succeed(world.client->send(world.get(), world.later())).status == 200);
      BOOST_TEST(world.server.connections() == i);
    }
  }
}

BOOST_AUTO_TEST_CASE(cannot_tell_what_a_dropped_connection_did) {
  for (const std::string& part :
       {std::string(), std::string("HTTP/1.1 20"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"),
        chunked_head + "5\r\nhello",
        // Without a length, only a proper end of TLS says that the body is whole.
        std::string("HTTP/1.1 200 OK\r\n\r\nhello")}) {
    Misbehaving world([&](RawServer::Connection& connection) {
      connection.read_head();
      if (!part.empty()) connection.write(part);
    });
    world.fails(ErrorCode::ambiguous, world.later());
  }
}

BOOST_AUTO_TEST_CASE(takes_a_body_that_ends_with_the_connection) {
  Misbehaving world([](RawServer::Connection& connection) {
    connection.read_head();
    connection.write("HTTP/1.0 200 OK\r\n\r\nhello");
    connection.close_notify();
  });
  BOOST_TEST(must_succeed(world.client->send(world.get(), world.later())).body == "hello");
}

BOOST_AUTO_TEST_CASE(does_not_follow_redirects) {
  Misbehaving world(answering(
      "HTTP/1.1 302 Found\r\nLocation: https://other.example/\r\nContent-Length: 0\r\n\r\n"));
  BOOST_TEST(must_succeed(world.client->send(world.get(), world.later())).status == 302);
}

BOOST_AUTO_TEST_CASE(says_that_the_other_side_speaks_no_tls) {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* where = reinterpret_cast<sockaddr*>(&address);
  BOOST_REQUIRE(bind(listening, where, length) == 0 && listen(listening, 1) == 0);
  BOOST_REQUIRE(getsockname(listening, where, &length) == 0);
  std::thread plain([listening] {
    const int accepted = accept(listening, nullptr, nullptr);
    const std::string answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    [[maybe_unused]] const auto written = write(accepted, answer.data(), answer.size());
    std::string scrap(4096, '\0');
    while (read(accepted, scrap.data(), scrap.size()) > 0) continue;
    close(accepted);
  });
  ports::StopSignal stop;
  ports::SystemClock clock(stop);
  const auto client = must_succeed(ports::new_http_client(clock, stop, {}));
  const ports::Request request{.origin =
                                   "https://127.0.0.1:" + std::to_string(ntohs(address.sin_port))};
  const auto message = must_fail(client->send(request, clock.now() + std::chrono::seconds(60)),
                                 ErrorCode::unreachable);
  plain.join();
  close(listening);
  BOOST_TEST(message.find("does not speak TLS") != std::string::npos, message);
}

BOOST_AUTO_TEST_CASE(hears_a_server_that_declines_before_it_has_read_all) {
  LoopbackWire wire;
  ports::Request request = wire.get("/echo");
  request.method = "POST";
  request.body = std::string(mocks::wire::max_request_body + 1, 'x');
  BOOST_TEST(must_succeed(wire.client().send(request, wire.later())).status == 413);
  BOOST_TEST(wire.calls() == 0);
}

// --- Requests that would break the message ---

BOOST_AUTO_TEST_CASE(does_not_send_what_would_break_the_message) {
  LoopbackWire wire;
  const auto refuse = [&](const ports::Request& request) {
    const auto message =
        must_fail(wire.client().send(request, wire.later()), ErrorCode::configuration);
    BOOST_TEST(message.find("synthetic-token") == std::string::npos, message);
  };
  auto request = wire.get("/echo");
  request.headers = {{"Authorization", "Bearer synthetic-token\r\nX-Smuggled: 1"}};
  refuse(request);
  request = wire.get("/echo");
  request.headers = {{"X Y", "1"}};
  refuse(request);
  request = wire.get("/echo");
  request.headers = {{"transfer-encoding", "chunked"}};
  refuse(request);
  request = wire.get("/echo");
  request.method = "GET /other";
  refuse(request);
  for (const char* target : {"", "echo", "/a b", "/a\r\nX: 1", "/caf\xc3\xa9"})
    refuse(wire.get(target));
  BOOST_TEST(wire.server().counts().connections == 0U);
}

// --- Connections ---

BOOST_AUTO_TEST_CASE(keeps_its_connection_over_calls) {
  LoopbackWire wire;
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(must_succeed(wire.client().send(wire.get("/echo"), wire.later())).status == 200);
  BOOST_TEST(wire.server().counts().connections == 1U);
  BOOST_TEST(wire.server().counts().requests == 5U);
}

BOOST_AUTO_TEST_CASE(opens_a_connection_for_each_request_that_wants_its_own) {
  LoopbackWire wire;
  BOOST_TEST(must_succeed(wire.client().send(wire.get("/echo"), wire.later())).status == 200);
  auto alone = wire.get("/echo");
  alone.own_connection = true;
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(must_succeed(wire.client().send(alone, wire.later())).status == 200);
  BOOST_TEST(wire.server().counts().connections == 4U);
  // The one that was kept is still there for the others.
  BOOST_TEST(must_succeed(wire.client().send(wire.get("/echo"), wire.later())).status == 200);
  BOOST_TEST(wire.server().counts().connections == 4U);
}

BOOST_AUTO_TEST_CASE(does_not_send_into_a_connection_that_was_closed_meanwhile) {
  Misbehaving world([](RawServer::Connection& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });  // and closes, though it said nothing of it
  for (int i = 1; i <= 5; ++i) {
    BOOST_TEST(must_succeed(world.client->send(world.get(), world.later())).status == 200);
    // The next connection is accepted only once this one is closed: its close has been sent.
    const auto probe = must_succeed(world.client->open_stream(world.get(), world.later()));
    BOOST_TEST(probe->head().status == 200);
  }
}

BOOST_AUTO_TEST_CASE(serves_64_threads_at_once) {
  LoopbackWire wire;
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int thread = 0; thread < 64; ++thread) {
    threads.emplace_back([&wire, &good, thread] {
      ports::Request request = wire.get("/echo");
      request.method = "POST";
      for (int call = 0; call < 10; ++call) {
        request.body = std::to_string(thread) + "/" + std::to_string(call);
        const auto response = wire.client().send(request, wire.later());
        if (response && response->body == request.body) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good == 640);
  BOOST_TEST(wire.calls() == 640);
}

// --- Requests to stop ---

BOOST_AUTO_TEST_CASE(wakes_a_stream_when_asked_to_stop) {
  LoopbackWire wire;
  const auto body = must_succeed(wire.client().open_stream(wire.get("/stream"), wire.later()));
  const auto socket = must_succeed(
      wire.client().open_websocket(wire.get("/websocket"), {"v5.channel.k8s.io"}, wire.later()));
  std::thread asker([&wire] { wire.stop().request(); });
  must_fail(body->next(wire.later()), ErrorCode::interrupted);
  must_fail(socket->next(wire.later()), ErrorCode::interrupted);
  asker.join();
  must_fail(wire.client().open_stream(wire.get("/stream"), wire.later()), ErrorCode::interrupted);
  must_fail(wire.client().open_websocket(wire.get("/websocket"), {}, wire.later()),
            ErrorCode::interrupted);
}

BOOST_AUTO_TEST_CASE(finishes_a_call_though_asked_to_stop) {
  LoopbackWire wire;
  wire.stop().request();
  BOOST_TEST(must_succeed(wire.client().send(wire.get("/slow"), wire.later())).body == "slow");
}

BOOST_AUTO_TEST_SUITE_END()
