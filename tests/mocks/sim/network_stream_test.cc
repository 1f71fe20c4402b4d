// Streams over the Network: watches and WebSockets.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "mocks/sim/event_queue.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/sim/network.h"
#include "mocks/sim/trace.h"

BOOST_AUTO_TEST_SUITE(network_stream)

using namespace std::chrono_literals;
using mocks::Answer;
using mocks::Channel;
using mocks::sim::Draws;
using mocks::sim::EventQueue;
using mocks::sim::FaultPlan;
using mocks::sim::Network;
using mocks::sim::Process;
using mocks::sim::Trace;
using ports::ErrorCode;
using ports::Instant;
using ports::Piece;
using ports::Request;

namespace {

// Opens a channel for each request and remembers it.
struct Streamer final : mocks::Handler {
  Answer handle(const Request& given) override {
    request = given;
    channel = std::make_shared<Channel>();
    if (!first.empty()) channel->push(first);
    return {.response = {.status = status, .body = body}, .channel = streams ? channel : nullptr};
  }
  Request request;
  std::shared_ptr<Channel> channel;
  std::string first;
  std::string body;
  int status = 200;
  bool streams = true;
};

struct World {
  World() {
    network.add_server({.origin = "https://kubernetes.example",
                        .name = "kubernetes",
                        .latency_low = 1ms,
                        .latency_high = 9ms},
                       server);
    client = network.client("rotator", process);
  }

  EventQueue queue;
  Trace trace;
  FaultPlan faults{trace, Draws(1)};
  mocks::sim::Conditions conditions{faults};
  Network network{queue, trace, Draws(1), conditions};
  Streamer server;
  Process process{queue, "rotator"};
  std::unique_ptr<ports::HttpClient> client;
};

const Request watch{
    .method = "GET", .origin = "https://kubernetes.example", .target = "/api/v1/pods?watch=true"};

// Reads until something that is not data, or nothing, comes; "quiet", "end" or the error's code
// ends the list.
std::vector<std::string> read_all(ports::Stream& stream, Instant deadline) {
  std::vector<std::string> seen;
  for (;;) {
    const auto piece = stream.next(deadline);
    if (!piece) {
      seen.emplace_back(ports::to_string(piece.error().code));
      return seen;
    }
    if (piece->kind != Piece::Kind::data) {
      seen.emplace_back(piece->kind == Piece::Kind::end ? "end" : "quiet");
      return seen;
    }
    seen.push_back(piece->data);
  }
}

using Strings = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(pieces_arrive_in_order_each_after_a_latency) {
  World world;
  world.server.first = "one";
  Strings seen;
  Instant opened{};
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    BOOST_TEST(stream->head().status == 200);
    opened = world.queue.now();
    seen = read_all(*stream, Instant(1h));
  });
  world.queue.run_until(Instant(1s));
  BOOST_TEST((opened >= Instant(2ms)));
  for (int i = 0; i < 50; ++i) world.server.channel->push(std::to_string(i));
  BOOST_TEST(seen.empty());
  world.server.channel->end();
  const auto fired = world.queue.fired();
  world.queue.run();
  BOOST_TEST((world.queue.now() > Instant(1001ms)));
  BOOST_TEST((world.queue.now() <= Instant(1009ms)));
  Strings expected{"one"};
  for (int i = 0; i < 50; ++i) expected.push_back(std::to_string(i));
  expected.emplace_back("end");
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
  BOOST_TEST(world.queue.fired() - fired < 55U);
}

BOOST_AUTO_TEST_CASE(quiet_says_that_nothing_came_and_the_stream_goes_on) {
  World world;
  Strings seen;
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    const auto piece = stream->next(Instant(2s));
    BOOST_TEST((piece->kind == Piece::Kind::quiet));
    BOOST_TEST((world.queue.now() == Instant(2s)));
    seen = read_all(*stream, Instant(9s));
    BOOST_TEST((world.queue.now() == Instant(9s)));
  });
  world.queue.run_until(Instant(3s));
  world.server.channel->push("late");
  world.queue.run();
  BOOST_TEST(seen == (Strings{"late", "quiet"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_a_wait_for_a_piece) {
  World world;
  Strings seen;
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    seen = read_all(*stream, Instant(1h));
  });
  world.queue.run_until(Instant(3s));
  world.process.interrupt();
  world.queue.run();
  BOOST_TEST(seen == Strings{"interrupted"}, boost::test_tools::per_element());
  BOOST_TEST((world.queue.now() == Instant(3s)));
  BOOST_TEST(world.server.channel->abandoned());
}

BOOST_AUTO_TEST_CASE(an_interrupt_gives_up_a_stream_that_is_being_opened) {
  World world;
  int given_up = 0;
  world.process.start([&] {
    for (int i = 0; i < 2; ++i) {
      const auto stream = world.client->open_stream(watch, Instant(1s));
      if (!stream && stream.error().code == ErrorCode::interrupted) ++given_up;
    }
  });
  while (world.server.channel == nullptr) BOOST_REQUIRE(world.queue.step());
  world.process.interrupt();
  world.queue.run();
  BOOST_TEST(given_up == 2);
  BOOST_TEST(world.server.channel->abandoned());
  BOOST_TEST(world.network.calls("rotator") == 1U);
}

BOOST_AUTO_TEST_CASE(dropping_a_stream_or_its_process_tells_the_mock) {
  World world;
  world.process.start([&] {
    { const auto stream = world.client->open_stream(watch, Instant(1s)).value(); }
    BOOST_TEST(world.server.channel->abandoned());
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    static_cast<void>(stream->next(Instant(1h)));
  });
  world.queue.run_until(Instant(3s));
  BOOST_TEST(!world.server.channel->abandoned());
  world.process.kill();
  BOOST_TEST(world.server.channel->abandoned());
}

BOOST_AUTO_TEST_CASE(a_process_killed_while_the_head_travels_leaves_no_reader) {
  World world;
  world.process.start(
      [&] { static_cast<void>(world.client->open_stream(watch, Instant(1s)).value()); });
  while (world.server.channel == nullptr) BOOST_REQUIRE(world.queue.step());
  world.process.kill();
  world.queue.run();
  BOOST_TEST(world.server.channel->abandoned());
}

BOOST_AUTO_TEST_CASE(a_partition_holds_pieces_back_until_the_repair) {
  World world;
  Strings seen;
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    seen = read_all(*stream, Instant(1min));
  });
  world.queue.run_until(Instant(2s));
  world.conditions.partition("*", "kubernetes");
  world.server.channel->push("held");
  world.queue.run_until(Instant(30s));
  world.conditions.repair("*", "kubernetes");
  world.queue.run_until(Instant(31s));
  world.server.channel->end();
  world.queue.run();
  BOOST_TEST(seen == (Strings{"held", "end"}), boost::test_tools::per_element());
  BOOST_TEST((world.queue.now() < Instant(32s)));
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_down_breaks_its_streams) {
  World world;
  Strings seen;
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    seen = read_all(*stream, Instant(1h));
  });
  world.queue.run_until(Instant(2s));
  world.conditions.take_down("kubernetes");
  world.queue.run();
  BOOST_TEST(seen == Strings{"ambiguous"}, boost::test_tools::per_element());
  BOOST_TEST((world.queue.now() == Instant(2s)));
}

BOOST_AUTO_TEST_CASE(a_reader_that_falls_too_far_behind_is_cut_off) {
  World world;
  Strings seen;
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    seen = read_all(*stream, Instant(1h));
  });
  world.queue.run_until(Instant(2s));
  world.conditions.partition("*", "*");
  for (std::size_t i = 0; i <= mocks::max_queued_pieces; ++i) world.server.channel->push("x");
  world.conditions.repair("*", "*");
  world.queue.run();
  BOOST_REQUIRE(!seen.empty());
  BOOST_TEST(seen.back() == "ambiguous");
}

BOOST_AUTO_TEST_CASE(a_paused_reader_is_cut_off_in_the_end) {
  World world;
  Strings seen;
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    seen = read_all(*stream, Instant(1h));
  });
  world.queue.run_until(Instant(2s));
  world.process.pause();
  for (std::size_t i = 0; i < mocks::max_queued_pieces; ++i) world.server.channel->push("x");
  BOOST_TEST(!world.server.channel->abandoned());
  world.server.channel->push("x");
  BOOST_TEST(world.server.channel->abandoned());
  world.queue.run_until(Instant(3s));
  world.process.resume();
  world.queue.run();
  BOOST_TEST(seen.size() == mocks::max_queued_pieces + 1);
  BOOST_TEST(seen.back() == "ambiguous");
}

BOOST_AUTO_TEST_CASE(truncate_breaks_a_stream_in_its_first_piece) {
  World world;
  world.faults.add({.kind = &mocks::sim::fault::truncate});
  world.server.first = "12345678";
  Strings seen;
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    seen = read_all(*stream, Instant(1h));
  });
  world.queue.run();
  BOOST_TEST(seen == (Strings{"1234", "ambiguous"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_declined_stream_has_its_body_in_the_head) {
  World world;
  world.server.status = 410;
  world.server.body = "too old resource version";
  Strings seen;
  world.process.start([&] {
    const auto stream = world.client->open_stream(watch, Instant(1s)).value();
    BOOST_TEST(stream->head().status == 410);
    BOOST_TEST(stream->head().body == "too old resource version");
    seen = read_all(*stream, Instant(1h));
  });
  world.queue.run();
  BOOST_TEST(seen == Strings{"end"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_whole_body_can_be_read_as_a_stream_and_a_stream_as_a_whole_body) {
  World world;
  world.server.streams = false;
  world.server.body = "whole";
  Strings seen;
  world.process.start([&] {
    {
      const auto stream = world.client->open_stream(watch, Instant(1s)).value();
      BOOST_TEST(stream->head().body.empty());
      seen = read_all(*stream, Instant(1h));
    }
    world.server.streams = true;
    const auto response = world.client->send(watch, Instant(10s));
    BOOST_REQUIRE(response.has_value());
    seen.push_back(response->body);
    const auto endless = world.client->send(watch, Instant(20s));
    BOOST_TEST((endless.error().code == ErrorCode::ambiguous));
    BOOST_TEST((world.queue.now() == Instant(20s)));
  });
  world.queue.run_until(Instant(1s));
  world.server.channel->push(" and pieces");
  world.server.channel->end();
  world.queue.run();
  BOOST_TEST(seen == (Strings{"whole", "end", "whole and pieces"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_websocket_offers_its_subprotocols_and_reads_messages) {
  World world;
  world.server.status = 101;
  Strings seen;
  world.process.start([&] {
    const auto stream =
        world.client->open_websocket(watch, {"v5.channel.k8s.io", "v4.channel.k8s.io"}, Instant(1s))
            .value();
    BOOST_TEST(stream->head().status == 101);
    seen = read_all(*stream, Instant(1h));
  });
  world.queue.run_until(Instant(1s));
  const auto& headers = world.server.request.headers;
  BOOST_TEST(ports::find_header(headers, "upgrade").value() == "websocket");
  BOOST_TEST(ports::find_header(headers, "sec-websocket-protocol").value() ==
             "v5.channel.k8s.io, v4.channel.k8s.io");
  world.server.channel->push(std::string("\3{}", 3));
  world.server.channel->end();
  world.queue.run();
  BOOST_TEST(seen == (Strings{std::string("\3{}", 3), "end"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_refused_websocket_has_the_servers_answer) {
  World world;
  world.server.status = 403;
  world.server.streams = false;
  world.server.body = "forbidden";
  world.process.start([&] {
    const auto stream = world.client->open_websocket(watch, {}, Instant(1s)).value();
    BOOST_TEST(stream->head().status == 403);
    BOOST_TEST(stream->head().body == "forbidden");
    BOOST_TEST((stream->next(Instant(1h))->kind == Piece::Kind::end));
  });
  world.queue.run();
  BOOST_TEST(!world.process.running());
}

BOOST_AUTO_TEST_SUITE_END()
