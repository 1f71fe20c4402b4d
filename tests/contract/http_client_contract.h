// The contract of ports::HttpClient, as cases that run on any wire: real HTTPS over loopback, or
// the simulated network. Same requests, same asserts.
//
// A wire gives (see HttpWire): a client, its clock, a ContractHandler behind `origin()`, and a way
// to say what happens to the next call. HTTP_CLIENT_CONTRACT(Wire) makes one test case of each.
#pragma once

#include <boost/test/unit_test.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "mocks/handler.h"
#include "mocks/sim/faults/kinds.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace contract {

inline std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 1000) % 26);
  return text;
}

// What the cases call. Everything here is under the world's lock.
class ContractHandler final : public mocks::Handler {
 public:
  mocks::Answer handle(const ports::Request& request) override {
    ++calls;
    last = request;
    mocks::Answer answer;
    auto& response = answer.response;
    response.status = 200;
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path == "/echo") {
      response.headers = {{"Content-Type", "application/octet-stream"},
                          {"X-Method", request.method},
                          {"X-Calls", std::to_string(calls)}};
      response.body = request.body;
    } else if (path == "/large") {
      response.body = pattern(std::size_t{1} << 20);
    } else if (path == "/nothing") {
      response.status = 204;
    } else if (path == "/slow") {
      answer.delay = std::chrono::milliseconds(20);
      response.body = "slow";
    } else if (path == "/stream") {
      answer.channel = channel = std::make_shared<mocks::Channel>();
    } else if (path == "/websocket") {
      response.status = 101;
      response.headers = {{"Sec-WebSocket-Protocol", "v5.channel.k8s.io"}};
      answer.channel = channel = std::make_shared<mocks::Channel>();
    } else if (path == "/spdy") {
      response.status = 101;
      response.headers = {{"Connection", "Upgrade"}, {"Upgrade", "SPDY/3.1"}};
      answer.channel = channel = std::make_shared<mocks::Channel>();
    } else {
      response.status = 403;
      response.headers = {{"Content-Type", "application/json"}};
      response.body = R"({"message":"synthetic refusal"})";
    }
    return answer;
  }

  int calls = 0;
  ports::Request last = {};
  std::shared_ptr<mocks::Channel> channel = {};  // of the last stream or WebSocket
};

// Gives each call the next fate of a list, then none.
class ScriptedFaults final : public mocks::sim::Faults {
 public:
  mocks::sim::Fate consult(ports::Instant, const mocks::sim::Call& call) override {
    last_caller = std::string(call.caller);
    last_server = std::string(call.server);
    if (fates.empty()) return {};
    auto fate = std::move(fates.front());
    fates.pop_front();
    return fate;
  }

  std::deque<mocks::sim::Fate> fates = {};
  std::string last_caller = {};
  std::string last_server = {};
};

// What a wire gives. `run` calls the case where clients may wait (a fiber on the simulated wire);
// `in_world` calls something under the world's lock, from within the case.
class HttpWire {
 public:
  virtual ~HttpWire() = default;
  virtual void run(const std::function<void()>& body) = 0;
  virtual void in_world(const std::function<void()>& act) = 0;
  virtual ports::HttpClient& client() = 0;
  virtual ports::Clock& clock() = 0;
  virtual std::string origin() = 0;
  virtual ContractHandler& handler() = 0;
  virtual ScriptedFaults& faults() = 0;

  // Far enough never to be met by a wire that works.
  ports::Instant later() { return clock().now() + std::chrono::seconds(60); }
  // Met on purpose, when nothing comes.
  ports::Instant soon() { return clock().now() + std::chrono::milliseconds(40); }

  ports::Request get(const std::string& target) {
    return {.method = "GET", .origin = origin(), .target = target};
  }
  int calls() {
    int calls = 0;
    in_world([&] { calls = handler().calls; });
    return calls;
  }
  ports::Request last() {
    ports::Request last;
    in_world([&] { last = handler().last; });
    return last;
  }
  void next_fate(mocks::sim::Fate fate) {
    in_world([&] { faults().fates.push_back(std::move(fate)); });
  }
  void push(const std::string& piece) {
    in_world([&] { handler().channel->push(piece); });
  }
  void end_channel() {
    in_world([&] { handler().channel->end(); });
  }
  // Waits for what another thread or event brings about; false when it never came.
  bool eventually(const std::function<bool()>& holds) {
    const auto limit = later();
    while (clock().now() < limit) {
      bool now = false;
      in_world([&] { now = holds(); });
      if (now) return true;
      (void)clock().sleep_until(clock().now() + std::chrono::milliseconds(1));
    }
    return false;
  }
};

using mocks::sim::Fate;
using mocks::sim::fate_of;
namespace fault = mocks::sim::fault;
using ports::ErrorCode;
using ports::Piece;

// The error of a call that must fail; its code is checked, its message returned.
template <typename T>
std::string must_fail(const ports::Result<T>& result, ErrorCode code) {
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST(std::string(to_string(result.error().code)) == to_string(code));
  BOOST_TEST(!result.error().message.empty());
  return result.error().message;
}

template <typename T>
T must_succeed(ports::Result<T> result) {
  BOOST_REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().message));
  return *std::move(result);
}

// Reads until `size` bytes have come.
inline std::string read_bytes(HttpWire& wire, ports::Stream& stream, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const Piece piece = must_succeed(stream.next(wire.later()));
    BOOST_REQUIRE(piece.kind == Piece::Kind::data);
    all += piece.data;
  }
  return all;
}

// Connects where the wire knows connections, so that a near deadline is met by the call itself.
inline void warm_up(HttpWire& wire) {
  must_succeed(wire.client().send(wire.get("/nothing"), wire.later()));
  wire.in_world([&] { wire.handler().calls = 0; });
}

// --- Requests ---

inline void carries_method_target_headers_and_body_unchanged(HttpWire& wire) {
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "LIST"}) {
    ports::Request request = wire.get("/echo?a=%2Fb%20c&d=e%2Bf");
    request.method = method;
    request.headers = {{"X-Synthetic", "one"}, {"Content-Type", "application/json"}};
    if (request.method != "GET" && request.method != "LIST") request.body = R"({"n":1})";
    const auto response = must_succeed(wire.client().send(request, wire.later()));
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body == request.body);
    BOOST_TEST(ports::find_header(response.headers, "x-method").value_or("") == method);
    const ports::Request seen = wire.last();
    BOOST_TEST(seen.method == method);
    BOOST_TEST(seen.target == "/echo?a=%2Fb%20c&d=e%2Bf");
    BOOST_TEST(seen.origin == wire.origin());
    BOOST_TEST(ports::find_header(seen.headers, "x-synthetic").value_or("") == "one");
    BOOST_TEST(ports::find_header(seen.headers, "content-type").value_or("") == "application/json");
  }
}

inline void carries_bodies_of_a_megabyte_both_ways(HttpWire& wire) {
  ports::Request request = wire.get("/echo");
  request.method = "POST";
  request.body = pattern(std::size_t{1} << 20);
  const auto echoed = must_succeed(wire.client().send(request, wire.later()));
  BOOST_TEST((echoed.body == request.body));
  const auto large = must_succeed(wire.client().send(wire.get("/large"), wire.later()));
  BOOST_TEST((large.body == request.body));
}

inline void takes_any_status_for_a_response(HttpWire& wire) {
  const auto refused = must_succeed(wire.client().send(wire.get("/unknown"), wire.later()));
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.body == R"({"message":"synthetic refusal"})");
  const auto nothing = must_succeed(wire.client().send(wire.get("/nothing"), wire.later()));
  BOOST_TEST(nothing.status == 204);
  BOOST_TEST(nothing.body.empty());
}

inline void waits_for_a_slow_answer(HttpWire& wire) {
  const auto response = must_succeed(wire.client().send(wire.get("/slow"), wire.later()));
  BOOST_TEST(response.body == "slow");
}

inline void cannot_tell_whether_a_call_past_its_deadline_had_its_effect(HttpWire& wire) {
  warm_up(wire);
  wire.next_fate(fate_of(fault::lost_reply));
  must_fail(wire.client().send(wire.get("/echo"), wire.soon()), ErrorCode::ambiguous);
  BOOST_TEST(wire.calls() == 1);
  const auto next = must_succeed(wire.client().send(wire.get("/echo"), wire.later()));
  BOOST_TEST(next.status == 200);
}

// --- Streams ---

inline void gives_pieces_then_quiet_then_the_end(HttpWire& wire) {
  const auto stream = must_succeed(wire.client().open_stream(wire.get("/stream"), wire.later()));
  BOOST_TEST(stream->head().status == 200);
  BOOST_TEST((must_succeed(stream->next(wire.soon())).kind == Piece::Kind::quiet));
  wire.push("one\n");
  BOOST_TEST(read_bytes(wire, *stream, 4) == "one\n");
  BOOST_TEST((must_succeed(stream->next(wire.soon())).kind == Piece::Kind::quiet));
  wire.push("two\n");
  wire.push("three\n");
  BOOST_TEST(read_bytes(wire, *stream, 10) == "two\nthree\n");
  wire.end_channel();
  BOOST_TEST((must_succeed(stream->next(wire.later())).kind == Piece::Kind::end));
  BOOST_TEST((must_succeed(stream->next(wire.later())).kind == Piece::Kind::end));
}

inline void streams_more_than_a_body_may_hold(HttpWire& wire) {
  const auto stream = must_succeed(wire.client().open_stream(wire.get("/stream"), wire.later()));
  const std::string piece = pattern(std::size_t{1} << 19);
  for (int i = 0; i < 20; ++i) {
    wire.push(piece);
    BOOST_REQUIRE((read_bytes(wire, *stream, piece.size()) == piece));
  }
}

inline void gives_the_body_of_a_stream_that_was_declined(HttpWire& wire) {
  const auto stream = must_succeed(wire.client().open_stream(wire.get("/no"), wire.later()));
  BOOST_TEST(stream->head().status == 403);
  BOOST_TEST(stream->head().body == R"({"message":"synthetic refusal"})");
  BOOST_TEST((must_succeed(stream->next(wire.later())).kind == Piece::Kind::end));
}

inline void leaves_the_channel_when_the_stream_is_dropped(HttpWire& wire) {
  auto stream = must_succeed(wire.client().open_stream(wire.get("/stream"), wire.later()));
  wire.push("one\n");
  BOOST_TEST(read_bytes(wire, *stream, 4) == "one\n");
  stream.reset();
  BOOST_TEST(wire.eventually([&] { return wire.handler().channel->abandoned(); }));
}

inline void tells_a_broken_stream_from_an_ended_one(HttpWire& wire) {
  const auto stream = must_succeed(wire.client().open_stream(wire.get("/stream"), wire.later()));
  wire.in_world([&] {
    for (std::size_t i = 0; i <= mocks::max_queued_pieces; ++i) wire.handler().channel->push("x");
  });
  ports::Result<Piece> piece = stream->next(wire.later());
  while (piece && piece->kind == Piece::Kind::data) piece = stream->next(wire.later());
  must_fail(piece, ErrorCode::ambiguous);
}

// --- WebSockets ---

inline const std::vector<std::string>& exec_subprotocols() {
  static const std::vector<std::string> names = {"v5.channel.k8s.io", "v4.channel.k8s.io"};
  return names;
}

inline void gives_whole_websocket_messages_then_the_end(HttpWire& wire) {
  const auto stream = must_succeed(wire.client().open_websocket(wire.get("/websocket?command=cat"),
                                                                exec_subprotocols(), wire.later()));
  BOOST_TEST(stream->head().status == 101);
  BOOST_TEST(ports::find_header(stream->head().headers, "Sec-WebSocket-Protocol").value_or("") ==
             "v5.channel.k8s.io");
  BOOST_TEST((must_succeed(stream->next(wire.soon())).kind == Piece::Kind::quiet));
  const std::string large = pattern(300'000);
  wire.push("\x01out");
  wire.push(large);
  wire.push(std::string("\x03\0status", 8));
  wire.end_channel();
  for (const auto& expected : {std::string("\x01out"), large, std::string("\x03\0status", 8)}) {
    const Piece piece = must_succeed(stream->next(wire.later()));
    BOOST_REQUIRE((piece.kind == Piece::Kind::data));
    BOOST_TEST((piece.data == expected));
  }
  BOOST_TEST((must_succeed(stream->next(wire.later())).kind == Piece::Kind::end));
  BOOST_TEST((must_succeed(stream->next(wire.later())).kind == Piece::Kind::end));
  BOOST_TEST(wire.last().target == "/websocket?command=cat");
}

inline void gives_the_body_of_a_websocket_that_was_declined(HttpWire& wire) {
  const auto stream = must_succeed(
      wire.client().open_websocket(wire.get("/forbidden"), exec_subprotocols(), wire.later()));
  BOOST_TEST(stream->head().status == 403);
  BOOST_TEST(stream->head().body == R"({"message":"synthetic refusal"})");
  BOOST_TEST((must_succeed(stream->next(wire.later())).kind == Piece::Kind::end));
}

inline void leaves_the_channel_when_the_websocket_is_dropped(HttpWire& wire) {
  auto stream = must_succeed(
      wire.client().open_websocket(wire.get("/websocket"), exec_subprotocols(), wire.later()));
  stream.reset();
  BOOST_TEST(wire.eventually([&] { return wire.handler().channel->abandoned(); }));
}

// --- Faults ---

inline void a_refused_call_has_no_effect(HttpWire& wire) {
  wire.next_fate(fate_of(fault::refuse));
  // Over real connections a refusal comes after the request was sent: it may be ambiguous.
  const auto result = wire.client().send(wire.get("/echo"), wire.later());
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().code == ErrorCode::unreachable ||
              result.error().code == ErrorCode::ambiguous));
  BOOST_TEST(wire.calls() == 0);
}

inline void a_call_that_hangs_has_no_effect_and_meets_its_deadline(HttpWire& wire) {
  warm_up(wire);
  wire.next_fate(fate_of(fault::hang));
  must_fail(wire.client().send(wire.get("/echo"), wire.soon()), ErrorCode::ambiguous);
  BOOST_TEST(wire.calls() == 0);
}

inline void a_planted_answer_comes_without_effect(HttpWire& wire) {
  Fate planted = fate_of(fault::answer);
  planted.response = {.status = 429, .headers = {{"Retry-After", "3"}}, .body = "later"};
  wire.next_fate(planted);
  const auto response = must_succeed(wire.client().send(wire.get("/echo"), wire.later()));
  BOOST_TEST(response.status == 429);
  BOOST_TEST(ports::find_header(response.headers, "retry-after").value_or("") == "3");
  BOOST_TEST(response.body == "later");
  BOOST_TEST(wire.calls() == 0);
}

inline void a_reset_or_cut_answer_is_ambiguous_and_has_its_effect(HttpWire& wire) {
  int calls = 0;
  for (const auto kind : {&fault::reset, &fault::truncate}) {
    for (const char* target : {"/large", "/nothing"}) {
      wire.next_fate(fate_of(*kind));
      must_fail(wire.client().send(wire.get(target), wire.later()), ErrorCode::ambiguous);
      BOOST_TEST(wire.calls() == ++calls);
    }
  }
}

inline void a_duplicated_call_has_its_effect_twice(HttpWire& wire) {
  wire.next_fate(fate_of(fault::duplicate));
  const auto response = must_succeed(wire.client().send(wire.get("/echo"), wire.later()));
  BOOST_TEST(ports::find_header(response.headers, "X-Calls").value_or("") == "2");
  BOOST_TEST(wire.calls() == 2);
}

inline void a_delayed_call_goes_through(HttpWire& wire) {
  Fate delayed;
  delayed.delay = std::chrono::milliseconds(20);
  wire.next_fate(delayed);
  BOOST_TEST(must_succeed(wire.client().send(wire.get("/echo"), wire.later())).status == 200);
  BOOST_TEST(wire.calls() == 1);
}

}  // namespace contract

#define HTTP_CLIENT_CONTRACT_CASE(Wire, name)    \
  BOOST_AUTO_TEST_CASE(name) {                   \
    Wire wire;                                   \
    wire.run([&wire] { contract::name(wire); }); \
  }

#define HTTP_CLIENT_CONTRACT(Wire)                                                             \
  HTTP_CLIENT_CONTRACT_CASE(Wire, carries_method_target_headers_and_body_unchanged)            \
  HTTP_CLIENT_CONTRACT_CASE(Wire, carries_bodies_of_a_megabyte_both_ways)                      \
  HTTP_CLIENT_CONTRACT_CASE(Wire, takes_any_status_for_a_response)                             \
  HTTP_CLIENT_CONTRACT_CASE(Wire, waits_for_a_slow_answer)                                     \
  HTTP_CLIENT_CONTRACT_CASE(Wire, cannot_tell_whether_a_call_past_its_deadline_had_its_effect) \
  HTTP_CLIENT_CONTRACT_CASE(Wire, gives_pieces_then_quiet_then_the_end)                        \
  HTTP_CLIENT_CONTRACT_CASE(Wire, streams_more_than_a_body_may_hold)                           \
  HTTP_CLIENT_CONTRACT_CASE(Wire, gives_the_body_of_a_stream_that_was_declined)                \
  HTTP_CLIENT_CONTRACT_CASE(Wire, leaves_the_channel_when_the_stream_is_dropped)               \
  HTTP_CLIENT_CONTRACT_CASE(Wire, tells_a_broken_stream_from_an_ended_one)                     \
  HTTP_CLIENT_CONTRACT_CASE(Wire, gives_whole_websocket_messages_then_the_end)                 \
  HTTP_CLIENT_CONTRACT_CASE(Wire, gives_the_body_of_a_websocket_that_was_declined)             \
  HTTP_CLIENT_CONTRACT_CASE(Wire, leaves_the_channel_when_the_websocket_is_dropped)            \
  HTTP_CLIENT_CONTRACT_CASE(Wire, a_refused_call_has_no_effect)                                \
  HTTP_CLIENT_CONTRACT_CASE(Wire, a_call_that_hangs_has_no_effect_and_meets_its_deadline)      \
  HTTP_CLIENT_CONTRACT_CASE(Wire, a_planted_answer_comes_without_effect)                       \
  HTTP_CLIENT_CONTRACT_CASE(Wire, a_reset_or_cut_answer_is_ambiguous_and_has_its_effect)       \
  HTTP_CLIENT_CONTRACT_CASE(Wire, a_duplicated_call_has_its_effect_twice)                      \
  HTTP_CLIENT_CONTRACT_CASE(Wire, a_delayed_call_goes_through)
