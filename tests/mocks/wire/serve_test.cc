// The server against clients that no one here wrote (cpp-httplib) and clients that misbehave.
#include "mocks/wire/serve.h"

#include <httplib.h>

#include <boost/test/unit_test.hpp>
#include <mutex>
#include <stdexcept>

#include "rotator/ports/system_tls_connection.h"
#include "tests/contract/loopback.h"
#include "tests/mocks/wire/spdy_frames.h"

BOOST_AUTO_TEST_SUITE(serve)

using contract::LoopbackWire;
using contract::must_fail;
using contract::must_succeed;
using mocks::sim::Fate;
using mocks::wire::Server;
using mocks::wire::ServerOptions;
using ports::ErrorCode;
using ports::Transfer;

namespace {

// cpp-httplib's client, which trusts the wire's authority.
std::unique_ptr<httplib::SSLClient> other_client(LoopbackWire& wire) {
  auto client = std::make_unique<httplib::SSLClient>("127.0.0.1", wire.server().port());
  client->set_ca_cert_path(wire.certificates().ca_file);
  client->enable_server_certificate_verification(true);
  client->set_keep_alive(true);
  client->set_connection_timeout(60);
  client->set_read_timeout(60);
  client->set_write_timeout(60);
  return client;
}

// A client that says exactly what the test tells it to.
class RawClient {
 public:
  explicit RawClient(LoopbackWire& wire) : wire_(wire) {
    ports::OriginOptions options;
    options.ca_file = wire.certificates().ca_file;
    tls_ = must_succeed(ports::make_tls_context(options, {}));
    const auto origin = must_succeed(ports::parse_origin(wire.origin()));
    connection_ = must_succeed(ports::TlsConnection::open(tls_, origin, wire.origin(), wire.clock(),
                                                          wire.later(), nullptr));
  }
  bool write(const std::string& bytes) {
    return connection_->write(bytes, wire_.later()).kind == Transfer::Kind::done;
  }
  // Until `last` has come, or the connection has ended.
  std::string read_until(const std::string& last) {
    std::string all;
    std::array<char, 4096> bytes{};
    while (all.find(last) == std::string::npos) {
      const Transfer transfer = connection_->read(bytes, wire_.later(), nullptr);
      BOOST_REQUIRE(transfer.kind != Transfer::Kind::timed_out);
      if (transfer.kind != Transfer::Kind::done) return all;
      all.append(bytes.data(), transfer.bytes);
    }
    return all;
  }
  // All until the server ends the connection.
  std::string read_to_end() { return read_until(std::string("\0never", 6)); }

 private:
  LoopbackWire& wire_;
  ports::TlsContext tls_;
  std::unique_ptr<ports::TlsConnection> connection_;
};

std::string say(LoopbackWire& wire, const std::string& bytes) {
  RawClient client(wire);
  client.write(bytes);
  return client.read_to_end();
}

}  // namespace

// --- Another client ---

BOOST_AUTO_TEST_CASE(serves_a_client_that_no_one_here_wrote) {
  LoopbackWire wire;
  const auto client = other_client(wire);
  for (int i = 0; i < 3; ++i) {
    const auto got = client->Get("/large");
    BOOST_REQUIRE(got);
    BOOST_TEST(got->status == 200);
    BOOST_TEST((got->body == contract::pattern(std::size_t{1} << 20)));
  }
  const auto posted =
      client->Post("/echo", std::string(100'000, 'f'), "application/x-www-form-urlencoded");
  BOOST_REQUIRE(posted);
  BOOST_TEST(posted->body.size() == 100'000U);
  const auto deleted = client->Delete("/nothing");
  BOOST_REQUIRE(deleted);
  BOOST_TEST(deleted->status == 204);
  const auto head = client->Head("/large");
  BOOST_REQUIRE(head);
  BOOST_TEST(head->get_header_value("Content-Length") == "1048576");
  BOOST_TEST(head->body.empty());
  BOOST_TEST(wire.server().counts().connections == 1U);
}

BOOST_AUTO_TEST_CASE(streams_to_a_client_that_no_one_here_wrote) {
  LoopbackWire wire;
  const auto client = other_client(wire);
  std::string all;
  const auto got = client->Get(
      "/stream",
      [&wire](const httplib::Response&) {
        wire.push("one");
        return true;
      },
      [&](const char* data, std::size_t size) {
        all.append(data, size);
        if (all == "one") wire.push("two");
        if (all == "onetwo") wire.end_channel();
        return true;
      });
  BOOST_REQUIRE(got);
  BOOST_TEST(all == "onetwo");
}

BOOST_AUTO_TEST_CASE(never_starves_a_client_beside_many_idle_ones) {
  LoopbackWire wire;
  std::vector<std::unique_ptr<httplib::SSLClient>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(other_client(wire));
    const auto got = clients.back()->Get("/echo");
    BOOST_REQUIRE(got);
  }
  BOOST_TEST(wire.server().counts().open_connections == 100U);
  for (auto& client : clients) BOOST_TEST(client->Get("/echo")->status == 200);
  BOOST_TEST(wire.server().counts().connections == 100U);
}

// --- What arrives ---

BOOST_AUTO_TEST_CASE(hands_any_method_and_the_raw_target_to_the_handler) {
  LoopbackWire wire;
  const auto answer = say(wire,
                          "FOO-bar /a%2Fb;c?d=%20&&e=+#x HTTP/1.1\r\nHost: vault.example:8200\r\n"
                          "X-Twice: 1\r\nx-twice: 2\r\nREMOTE_ADDR: 6.6.6.6\r\n"
                          "Connection: close\r\n\r\n");
  BOOST_TEST(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), answer);
  const auto seen = wire.last();
  BOOST_TEST(seen.method == "FOO-bar");
  BOOST_TEST(seen.target == "/a%2Fb;c?d=%20&&e=+#x");
  BOOST_TEST(seen.origin == "https://vault.example:8200");
  // The fields of the client, no more and no less: nothing is added that it could have forged.
  BOOST_REQUIRE(seen.headers.size() == 5U);
  BOOST_TEST(ports::find_header(seen.headers, "remote_addr").value_or("") == "6.6.6.6");
  BOOST_TEST(seen.headers[1].value == "1");
  BOOST_TEST(seen.headers[2].value == "2");
}

BOOST_AUTO_TEST_CASE(takes_the_path_out_of_an_absolute_target) {
  LoopbackWire wire;
  say(wire, "GET https://other.example/p?q HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  BOOST_TEST(wire.last().target == "/p?q");
}

BOOST_AUTO_TEST_CASE(answers_requests_that_were_sent_without_waiting) {
  LoopbackWire wire;
  RawClient client(wire);
  std::string requests;
  for (int i = 0; i < 10; ++i) requests += "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n";
  client.write(requests + "GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_to_end();
  for (int i = 1; i <= 10; ++i)
    BOOST_TEST(all.find("X-Calls: " + std::to_string(i) + "\r\n") != std::string::npos);
  BOOST_TEST(all.find("HTTP/1.1 204 No Content\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(says_to_go_on_before_a_body_that_waits_for_it) {
  LoopbackWire wire;
  RawClient client(wire);
  client.write(
      "PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  BOOST_TEST(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.write("body");
  BOOST_TEST(client.read_until("body").starts_with("HTTP/1.1 200 OK\r\n"));
}

BOOST_AUTO_TEST_CASE(takes_chunked_bodies_and_http_1_0) {
  LoopbackWire wire;
  say(wire,
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  BOOST_TEST(wire.last().body == "abcde");
  const auto old = say(wire, "GET /echo HTTP/1.0\r\n\r\n");
  BOOST_TEST(old.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(wire.last().origin == wire.origin());
}

BOOST_AUTO_TEST_CASE(ends_a_stream_to_http_1_0_with_the_connection) {
  LoopbackWire wire;
  RawClient client(wire);
  client.write("GET /stream HTTP/1.0\r\n\r\n");
  const auto head = client.read_until("\r\n\r\n");
  BOOST_TEST(head.find("chunked") == std::string::npos);
  wire.push("piece");
  wire.end_channel();
  BOOST_TEST(client.read_to_end() == "piece");
}

// --- What does not ---

BOOST_AUTO_TEST_CASE(declines_what_is_not_http_or_breaks_a_bound) {
  LoopbackWire wire;
  const auto status_of = [&wire](const std::string& bytes) {
    return say(wire, bytes).substr(0, 12);
  };
  BOOST_TEST(status_of("SSH-2.0-x\r\n\r\n") == "HTTP/1.1 400");
  BOOST_TEST(status_of("GET /echo HTTP/1.1\r\n\r\n") == "HTTP/1.1 400");  // no Host
  BOOST_TEST(status_of("GET echo HTTP/1.1\r\nHost: h\r\n\r\n") == "HTTP/1.1 400");
  BOOST_TEST(status_of("GET /echo HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n") == "HTTP/1.1 400");
  std::string flood = "GET /echo HTTP/1.1\r\nHost: h\r\n";
  while (flood.size() < 2 * mocks::wire::max_request_head) flood += "X-Flood: synthetic\r\n";
  BOOST_TEST(status_of(flood) == "HTTP/1.1 431");
  BOOST_TEST(status_of("GET /" + std::string(2 * mocks::wire::max_request_head, 'x')) ==
             "HTTP/1.1 431");
  BOOST_TEST(status_of("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 35651585\r\n\r\n") ==
             "HTTP/1.1 413");
  BOOST_TEST(wire.calls() == 0);
}

BOOST_AUTO_TEST_CASE(bounds_a_chunked_body_too) {
  LoopbackWire wire;
  RawClient client(wire);
  client.write("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100000\r\n" + std::string(std::size_t{1} << 20, 'x') + "\r\n";
  for (int i = 0; i < 35; ++i) client.write(chunk);
  BOOST_TEST(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 413 "));
  BOOST_TEST(wire.calls() == 0);
}

BOOST_AUTO_TEST_CASE(drops_a_client_that_is_slower_than_its_patience) {
  ServerOptions options;
  options.patience = std::chrono::milliseconds(50);
  LoopbackWire wire(options);
  RawClient half_a_head(wire);
  half_a_head.write("GET /echo HTTP/1.1\r\nHo");
  BOOST_TEST(half_a_head.read_to_end().empty());
  RawClient half_a_body(wire);
  half_a_body.write("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
  BOOST_TEST(half_a_body.read_to_end().empty());
  BOOST_TEST(wire.calls() == 0);
  BOOST_TEST(wire.eventually([&] { return wire.server().counts().open_connections == 0; }));
}

BOOST_AUTO_TEST_CASE(tells_nothing_of_what_a_handler_threw) {
  class Throwing final : public mocks::Handler {
    mocks::Answer handle(const ports::Request&) override {
      throw std::runtime_error("synthetic-secret-in-an-exception");
    }
  };
  const contract::TestCertificates certificates;
  std::mutex world;
  mocks::wire::RealTimeScheduler scheduler(world);
  mocks::sim::NoFaults faults;
  mocks::sim::Conditions conditions(faults);
  Throwing handler;
  ServerOptions options;
  options.certificate_file = certificates.server.certificate_file;
  options.key_file = certificates.server.key_file;
  const auto server = must_succeed(Server::start(handler, world, scheduler, conditions, options));
  httplib::SSLClient client("127.0.0.1", server->port());
  client.set_ca_cert_path(certificates.ca_file);
  const auto got = client.Get("/");
  BOOST_REQUIRE(got);
  BOOST_TEST(got->status == 500);
  BOOST_TEST(got->body.empty());
  for (const auto& [name, value] : got->headers)
    BOOST_TEST(value.find("synthetic-secret") == std::string::npos);
}

// --- SPDY ---

constexpr const char* upgrade_to_spdy =
    "POST /spdy HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n";

BOOST_AUTO_TEST_CASE(keeps_each_piece_until_its_spdy_stream_is_open) {
  using namespace std::string_literals;
  LoopbackWire wire;
  RawClient client(wire);
  BOOST_TEST(client.write(upgrade_to_spdy));
  const std::string head = client.read_until("\r\n\r\n");
  BOOST_TEST(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  BOOST_TEST(head.find("\r\nUpgrade: SPDY/3.1\r\n") != std::string::npos);
  wire.push("\1");
  wire.push("\3done");
  wire.end_channel();
  BOOST_TEST(client.write(spdy_frames::open_error));
  const std::string reply = "\x80\x03\x00\x02"s;
  std::string said = client.read_until(reply);
  BOOST_TEST(said.find("done") == std::string::npos);
  BOOST_TEST(client.write(spdy_frames::open_stdout));
  const std::string end = "\x80\x03\x00\x07\x00\x00\x00\x08\x00\x00\x00\x03"s;
  said += client.read_until(end);
  const auto second_reply = said.rfind(reply);
  const auto done = said.find("\x00\x00\x00\x01\x00\x00\x00\x04"s + "done");
  BOOST_TEST(said.find(reply) < second_reply);
  BOOST_TEST((done != std::string::npos && second_reply < done));
}

BOOST_AUTO_TEST_CASE(drops_a_spdy_client_that_breaks_the_protocol_or_opens_no_stream) {
  LoopbackWire wire({.patience = std::chrono::milliseconds(200)});
  RawClient breaks(wire);
  BOOST_TEST(breaks.write(std::string(upgrade_to_spdy) + "\x80\x02 nonsense"));
  static_cast<void>(breaks.read_to_end());
  RawClient waits(wire);
  BOOST_TEST(waits.write(upgrade_to_spdy));
  BOOST_TEST(waits.read_until("\r\n\r\n").starts_with("HTTP/1.1 101"));
  wire.push("\1");
  static_cast<void>(waits.read_to_end());
}

// --- Facts, faults, partitions ---

BOOST_AUTO_TEST_CASE(tells_the_faults_who_calls_and_the_harness_whom_to_kill) {
  for (const auto kind : {&mocks::sim::fault::crash_before, &mocks::sim::fault::crash_after}) {
    std::mutex writing;
    std::string killed;
    ServerOptions options;
    options.caller_of = [](const ports::Request& request) {
      return "agent/" + std::string(ports::find_header(request.headers, "X-Pod").value_or("?"));
    };
    options.crash = [&](std::string_view caller) {
      const std::lock_guard lock(writing);
      killed = caller;
    };
    LoopbackWire wire(options);
    wire.next_fate(mocks::sim::fate_of(*kind));
    auto request = wire.get("/echo");
    request.headers = {{"X-Pod", "portal-1"}};
    must_fail(wire.client().send(request, wire.later()), ErrorCode::ambiguous);
    BOOST_TEST(wire.calls() == (kind == &mocks::sim::fault::crash_after ? 1 : 0));
    BOOST_TEST(wire.faults().last_caller == "agent/portal-1");
    BOOST_TEST(wire.faults().last_server == "contract");
    // The connection was broken after the callback: what it wrote is there by now.
    const std::lock_guard lock(writing);
    BOOST_TEST(killed == "agent/portal-1");
  }
}

BOOST_AUTO_TEST_CASE(tells_the_observer_every_call_and_what_became_of_it) {
  class Facts final : public mocks::Observer {
   public:
    void observe(ports::Instant, const mocks::Fact& fact) override {
      told.push_back(std::to_string(fact.number) + " " + std::string(fact.text));
      subject = fact.subject;
    }
    std::vector<std::string> told = {};
    std::uint64_t subject = 0;
  } facts;
  ServerOptions options;
  options.observer = &facts;
  LoopbackWire wire(options);
  must_succeed(wire.client().send(wire.get("/echo?x=1"), wire.later()));
  wire.next_fate(mocks::sim::fate_of(mocks::sim::fault::lost_reply));
  (void)wire.client().send(wire.get("/echo"), wire.soon());
  wire.next_fate(mocks::sim::fate_of(mocks::sim::fault::reset));
  (void)wire.client().send(wire.get("/nothing"), wire.later());
  wire.in_world([&] {
    const std::vector<std::string> expected = {"200 GET /echo?x=1", "-2 GET /echo",
                                               "-3 GET /nothing"};
    BOOST_TEST((facts.told == expected));
    BOOST_TEST(facts.subject == mocks::name_of("contract"));
  });
}

BOOST_AUTO_TEST_CASE(records_each_exchange_with_its_answer_where_one_was_sent) {
  std::vector<std::string> told;
  ServerOptions options;
  options.caller_of = [](const ports::Request&) { return std::string("tester"); };
  options.record = [&told](const mocks::wire::Exchange& exchange) {
    told.push_back(std::string(exchange.server) + " " + std::string(exchange.caller) + " " +
                   exchange.request.target + " " + std::to_string(exchange.number) +
                   (exchange.answer == nullptr ? "" : " " + exchange.answer->body));
  };
  LoopbackWire wire(options);
  const auto sent = must_succeed(wire.client().send(wire.get("/echo"), wire.later()));
  wire.next_fate(mocks::sim::fate_of(mocks::sim::fault::lost_reply));
  (void)wire.client().send(wire.get("/echo"), wire.soon());
  wire.in_world([&] {
    const std::vector<std::string> expected = {"contract tester /echo 200 " + sent.body,
                                               "contract tester /echo -2"};
    BOOST_TEST(told == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(lets_nothing_through_a_partition_until_its_repair) {
  ServerOptions options;
  options.caller_of = [](const ports::Request&) { return std::string("agent/portal-1"); };
  LoopbackWire wire(options);
  const auto stream = must_succeed(wire.client().open_stream(wire.get("/stream"), wire.later()));
  wire.in_world([&] { wire.conditions().partition("agent/*", "contract"); });
  wire.push("held");
  BOOST_TEST((must_succeed(stream->next(wire.soon())).kind == ports::Piece::Kind::quiet));
  must_fail(wire.client().send(wire.get("/echo"), wire.soon()), ErrorCode::ambiguous);
  BOOST_TEST(wire.calls() == 1);  // the stream's
  wire.in_world([&] { wire.conditions().repair("agent/*", "contract"); });
  BOOST_TEST(contract::read_bytes(wire, *stream, 4) == "held");
  BOOST_TEST(must_succeed(wire.client().send(wire.get("/echo"), wire.later())).status == 200);
}

BOOST_AUTO_TEST_CASE(refuses_connections_while_down) {
  LoopbackWire wire;
  const auto stream = must_succeed(wire.client().open_stream(wire.get("/stream"), wire.later()));
  wire.in_world([&] { wire.conditions().take_down("contract"); });
  must_fail(stream->next(wire.later()), ErrorCode::ambiguous);
  BOOST_TEST(wire.eventually([&] { return wire.server().counts().open_connections == 0; }));
  must_fail(wire.client().send(wire.get("/echo"), wire.later()), ErrorCode::unreachable);
  BOOST_TEST(wire.calls() == 1);
  const auto port = wire.server().port();
  wire.in_world([&] { wire.conditions().bring_up("contract"); });
  ports::Result<ports::Response> answer = wire.client().send(wire.get("/echo"), wire.later());
  while (!answer && answer.error().code == ErrorCode::unreachable)
    answer = wire.client().send(wire.get("/echo"), wire.later());
  BOOST_TEST(must_succeed(answer).status == 200);
  BOOST_TEST(wire.server().port() == port);
}

// --- Ports and stopping ---

BOOST_AUTO_TEST_CASE(does_not_share_its_port) {
  LoopbackWire wire;
  ServerOptions options;
  options.certificate_file = wire.certificates().server.certificate_file;
  options.key_file = wire.certificates().server.key_file;
  options.port = wire.server().port();
  std::mutex world;
  mocks::wire::RealTimeScheduler scheduler(world);
  mocks::sim::NoFaults faults;
  mocks::sim::Conditions conditions(faults);
  const auto message =
      must_fail(Server::start(wire.handler(), world, scheduler, conditions, options),
                ErrorCode::configuration);
  BOOST_TEST(message.find("in use") != std::string::npos, message);
}

BOOST_AUTO_TEST_CASE(says_which_certificate_it_cannot_use) {
  LoopbackWire wire;
  ServerOptions options;
  options.certificate_file = wire.certificates().directory.file("missing.crt");
  std::mutex world;
  mocks::wire::RealTimeScheduler scheduler(world);
  mocks::sim::NoFaults faults;
  mocks::sim::Conditions conditions(faults);
  const auto message =
      must_fail(Server::start(wire.handler(), world, scheduler, conditions, options),
                ErrorCode::configuration);
  BOOST_TEST(message.find(options.certificate_file) != std::string::npos, message);
}

BOOST_AUTO_TEST_CASE(stops_at_once_whatever_its_clients_do) {
  // None of these ends by itself: a wait for any of them would hang this test.
  LoopbackWire wire;
  const auto idle = other_client(wire);
  BOOST_REQUIRE(idle->Get("/echo"));
  const auto stream = must_succeed(wire.client().open_stream(wire.get("/stream"), wire.later()));
  const auto body_channel = wire.handler().channel;
  const auto socket = must_succeed(wire.client().open_websocket(
      wire.get("/websocket"), contract::exec_subprotocols(), wire.later()));
  RawClient half(wire);
  half.write("GET /echo HTTP/1.1\r\n");
  Fate late;
  late.delay = std::chrono::hours(1);
  wire.next_fate(late);
  RawClient delayed(wire);
  delayed.write("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(wire.eventually([&] { return wire.faults().fates.empty(); }));
  wire.server().stop();
  BOOST_TEST(wire.server().counts().open_connections == 0U);
  wire.in_world([&] {
    BOOST_TEST(body_channel->abandoned());
    BOOST_TEST(wire.handler().channel->abandoned());
  });
  must_fail(stream->next(wire.later()), ErrorCode::ambiguous);
  must_fail(socket->next(wire.later()), ErrorCode::ambiguous);
  BOOST_TEST(half.read_to_end().empty());
  wire.server().stop();  // and again
}

BOOST_AUTO_TEST_SUITE_END()
