// Network: what a caller sees of each way a call can go, and what the server saw.
#include "mocks/sim/network.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mocks/sim/event_queue.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/sim/trace.h"

BOOST_AUTO_TEST_SUITE(network)

using namespace std::chrono_literals;
using mocks::Answer;
using mocks::sim::Draws;
using mocks::sim::EventQueue;
using mocks::sim::FaultPlan;
using mocks::sim::FaultRule;
using mocks::sim::Network;
using mocks::sim::Process;
using mocks::sim::Trace;
using ports::ErrorCode;
using ports::Instant;
using ports::Request;

namespace {

constexpr auto one_way = 10ms;

// Answers "<n> <method> <target>" and counts.
struct Echo final : mocks::Handler {
  Answer handle(const Request& request) override {
    ++handled;
    if (custom) return custom(request);
    return {.response = {.status = 200,
                         .body = std::to_string(handled) + ' ' + request.method + ' ' +
                                 request.target + ' ' + request.body},
            .delay = delay};
  }
  int handled = 0;
  ports::Duration delay{0};
  std::function<Answer(const Request&)> custom;
};

// One server 10 ms away from one process.
struct World {
  World() {
    network.add_server({.origin = "https://idp.example",
                        .name = "idp",
                        .latency_low = one_way,
                        .latency_high = one_way},
                       echo);
    client = network.client("rotator", process);
  }

  // Runs `program` to its end, or to the end of all events.
  void run(mocks::sim::Fiber::Body program) {
    process.start(std::move(program));
    queue.run();
  }

  EventQueue queue;
  Trace trace{{.keep = 100}};
  FaultPlan faults{trace, Draws(1)};
  mocks::sim::Conditions conditions{faults};
  Network network{queue, trace, Draws(1), conditions};
  Echo echo;
  Process process{queue, "rotator"};
  std::unique_ptr<ports::HttpClient> client;
};

const Request get{.method = "GET", .origin = "https://idp.example", .target = "/x"};

// One call under one fault: what came back, when.
struct Seen {
  explicit Seen(FaultRule rule) {
    world.faults.add(std::move(rule));
    world.run([this] {
      result = world.client->send(get, Instant(5s));
      at = world.queue.now();
    });
  }
  World world;
  std::optional<ports::Result<ports::Response>> result;
  Instant at{};
};

}  // namespace

BOOST_AUTO_TEST_CASE(carries_a_call_there_and_back_in_virtual_time) {
  World world;
  world.echo.delay = 100ms;
  std::string body;
  world.run([&] {
    const Request post{
        .method = "POST", .origin = "https://idp.example", .target = "/y?z=1", .body = "payload"};
    const auto response = world.client->send(post, Instant(1s));
    BOOST_REQUIRE(response.has_value());
    BOOST_TEST(response->status == 200);
    body = response->body;
    BOOST_TEST((world.queue.now() == Instant(120ms)));
  });
  BOOST_TEST(body == "1 POST /y?z=1 payload");
  BOOST_TEST(world.network.calls("rotator") == 1U);
  BOOST_TEST(world.network.calls("operator") == 0U);
  BOOST_REQUIRE(world.trace.recorded().size() == 1U);
  const auto& fact = world.trace.recorded()[0];
  BOOST_TEST((fact.kind == mocks::FactKind::call_made));
  BOOST_TEST(fact.subject == mocks::name_of("idp"));
  BOOST_TEST(fact.object == mocks::name_of("rotator"));
  BOOST_TEST(fact.number == 200);
  BOOST_TEST(fact.text == "POST /y?z=1");
}

BOOST_AUTO_TEST_CASE(latencies_stay_in_range_and_do_not_depend_on_other_callers) {
  const auto arrivals = [](bool with_other) {
    EventQueue queue;
    Trace trace;
    mocks::sim::NoFaults faults;
    mocks::sim::Conditions conditions(faults);
    Network network(queue, trace, Draws(3), conditions);
    Echo echo;
    network.add_server({.origin = "https://idp.example", .name = "idp"}, echo);
    Process one(queue, "one");
    Process two(queue, "two");
    const auto client_two = network.client("two", two);
    const auto client_one = network.client("one", one);
    std::vector<Instant> at;
    if (with_other)
      two.start([&] {
        for (int i = 0; i < 7; ++i) BOOST_TEST(client_two->send(get, Instant(1h)).has_value());
      });
    one.start([&] {
      for (int i = 0; i < 50; ++i) {
        const Instant start = queue.now();
        BOOST_TEST(client_one->send(get, Instant(1h)).has_value());
        at.push_back(queue.now());
        BOOST_TEST((at.back() - start >= 1ms));
        BOOST_TEST((at.back() - start <= 4ms));
      }
    });
    queue.run();
    return at;
  };
  const auto alone = arrivals(false);
  BOOST_TEST((alone == arrivals(true)));
  BOOST_TEST(alone.size() == 50U);
  BOOST_TEST((alone[1] - alone[0] != alone[2] - alone[1]));
}

BOOST_AUTO_TEST_CASE(an_unknown_origin_and_a_passed_deadline_are_unreachable) {
  World world;
  world.run([&] {
    Request elsewhere = get;
    elsewhere.origin = "https://nowhere.example";
    const auto unknown = world.client->send(elsewhere, Instant(1s));
    BOOST_TEST((unknown.error().code == ErrorCode::unreachable));
    BOOST_TEST(unknown.error().message.find("https://nowhere.example/x") != std::string::npos);
    const auto late = world.client->send(get, world.queue.now());
    BOOST_TEST((late.error().code == ErrorCode::unreachable));
  });
  BOOST_TEST(world.echo.handled == 0);
  BOOST_TEST(world.network.calls("rotator") == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_after_the_deadline_is_ambiguous_at_the_deadline) {
  World world;
  world.echo.delay = 1min;
  world.run([&] {
    const auto response = world.client->send(get, Instant(2s));
    BOOST_TEST((response.error().code == ErrorCode::ambiguous));
    BOOST_TEST((world.queue.now() == Instant(2s)));
  });
  BOOST_TEST(world.echo.handled == 1);
  BOOST_TEST(world.trace.recorded()[0].number == mocks::sim::call_unanswered);
}

BOOST_AUTO_TEST_CASE(a_request_that_arrives_after_its_callers_deadline_still_has_its_effect) {
  World world;
  std::string body;
  world.echo.custom = [&](const Request& request) {
    body = request.body;
    return Answer{.response = {.status = 200}};
  };
  world.run([&] {
    {
      Request request = get;
      request.body = "effect";
      const auto response = world.client->send(request, Instant(5ms));
      BOOST_TEST((response.error().code == ErrorCode::ambiguous));
      BOOST_TEST((world.queue.now() == Instant(5ms)));
    }
    // A second call while the first is still on its way.
    BOOST_TEST(world.client->send(get, Instant(1s)).has_value());
  });
  BOOST_TEST(world.echo.handled == 2);
}

BOOST_AUTO_TEST_CASE(refuse_is_unreachable_without_effect) {
  Seen seen({.kind = &mocks::sim::fault::refuse});
  BOOST_TEST((seen.result->error().code == ErrorCode::unreachable));
  BOOST_TEST((seen.at == Instant(20ms)));
  BOOST_TEST(seen.world.echo.handled == 0);
}

BOOST_AUTO_TEST_CASE(hang_is_ambiguous_at_the_deadline_without_effect) {
  Seen seen({.kind = &mocks::sim::fault::hang});
  BOOST_TEST((seen.result->error().code == ErrorCode::ambiguous));
  BOOST_TEST((seen.at == Instant(5s)));
  BOOST_TEST(seen.world.echo.handled == 0);
}

BOOST_AUTO_TEST_CASE(answer_comes_instead_of_the_servers_without_effect) {
  Seen seen({.kind = &mocks::sim::fault::answer,
             .response = {.status = 429, .headers = {{.name = "Retry-After", .value = "7"}}}});
  BOOST_TEST((*seen.result)->status == 429);
  BOOST_TEST(ports::find_header((*seen.result)->headers, "retry-after").value() == "7");
  BOOST_TEST((seen.at == Instant(20ms)));
  BOOST_TEST(seen.world.echo.handled == 0);
}

BOOST_AUTO_TEST_CASE(slow_delays_and_passes) {
  Seen seen({.kind = &mocks::sim::fault::slow, .delay = 3s});
  BOOST_TEST((*seen.result)->status == 200);
  BOOST_TEST((seen.at == Instant(3020ms)));
}

BOOST_AUTO_TEST_CASE(lost_reply_is_ambiguous_at_the_deadline_with_effect) {
  Seen seen({.kind = &mocks::sim::fault::lost_reply});
  BOOST_TEST((seen.result->error().code == ErrorCode::ambiguous));
  BOOST_TEST((seen.at == Instant(5s)));
  BOOST_TEST(seen.world.echo.handled == 1);
}

BOOST_AUTO_TEST_CASE(reset_and_truncate_are_ambiguous_at_once_with_effect) {
  for (const auto kind : {&mocks::sim::fault::reset, &mocks::sim::fault::truncate}) {
    Seen seen({.kind = kind});
    BOOST_TEST((seen.result->error().code == ErrorCode::ambiguous));
    BOOST_TEST((seen.at == Instant(20ms)));
    BOOST_TEST(seen.world.echo.handled == 1);
  }
}

BOOST_AUTO_TEST_CASE(duplicate_reaches_the_server_twice_and_the_second_answer_comes_back) {
  Seen seen({.kind = &mocks::sim::fault::duplicate});
  BOOST_TEST((*seen.result)->body == "2 GET /x ");
  BOOST_TEST((seen.at == Instant(30ms)));
  BOOST_TEST(seen.world.echo.handled == 2);
}

namespace {

struct Crashes final : Network::CrashListener {
  void on_crash(Process& process) override { names.push_back(process.name()); }
  std::vector<std::string> names;
};

}  // namespace

BOOST_AUTO_TEST_CASE(crash_before_and_after_kill_the_caller_without_and_with_effect) {
  for (const bool after : {false, true}) {
    World world;
    Crashes crashes;
    world.network.set_crash_listener(&crashes);
    world.faults.add(
        {.kind = after ? &mocks::sim::fault::crash_after : &mocks::sim::fault::crash_before,
         .nth = 2});
    bool went_on = false;
    world.run([&] {
      BOOST_TEST(world.client->send(get, Instant(5s)).has_value());
      static_cast<void>(world.client->send(get, Instant(5s)));
      went_on = true;
    });
    BOOST_TEST(!went_on);
    BOOST_TEST(world.process.killed());
    BOOST_TEST(world.echo.handled == (after ? 2 : 1));
    BOOST_TEST(world.network.calls("rotator") == (after ? 2U : 1U));
    BOOST_TEST(crashes.names == std::vector<std::string>{"rotator"},
               boost::test_tools::per_element());
    // Another incarnation goes on with the same client.
    world.run([&] { went_on = world.client->send(get, Instant(9s)).has_value(); });
    BOOST_TEST(went_on);
  }
}

BOOST_AUTO_TEST_CASE(a_killed_callers_request_still_arrives_and_no_new_one_leaves) {
  World world;
  std::string body;
  world.echo.custom = [&](const Request& request) {
    body = request.body;
    return Answer{.response = {.status = 200}, .channel = std::make_shared<mocks::Channel>()};
  };
  struct CallsOnExit {
    ~CallsOnExit() {
      const auto refused = world.client->send(get, Instant(9h));
      code = refused.error().code;
    }
    World& world;
    ErrorCode& code;
  };
  ErrorCode code{};
  world.process.start([&] {
    const CallsOnExit guard{world, code};
    const Request request{.method = "PUT",
                          .origin = "https://idp.example",
                          .target = "/" + std::string(100, 'x'),
                          .body = std::string(100, 'y')};
    static_cast<void>(world.client->send(request, Instant(5s)));
  });
  world.queue.run_until(Instant(5ms));
  world.process.kill();
  BOOST_TEST((code == ErrorCode::interrupted));
  world.queue.run();
  BOOST_TEST(world.echo.handled == 1);
  BOOST_TEST(body == std::string(100, 'y'));
  BOOST_TEST(world.trace.recorded()[0].text == "PUT /" + std::string(100, 'x'));
}

BOOST_AUTO_TEST_CASE(an_interrupt_does_not_cut_a_call_short) {
  World world;
  bool answered = false;
  world.process.start([&] {
    answered = world.client->send(get, Instant(5s)).has_value();
    BOOST_TEST((world.queue.now() == Instant(20ms)));
  });
  world.queue.run_until(Instant(5ms));
  world.process.interrupt();
  world.queue.run();
  BOOST_TEST(answered);
}

BOOST_AUTO_TEST_CASE(a_paused_caller_finds_the_answer_when_it_resumes) {
  World world;
  bool answered = false;
  world.process.start([&] { answered = world.client->send(get, Instant(5s)).has_value(); });
  world.queue.run_until(Instant(5ms));
  world.process.pause();
  world.queue.run_until(Instant(1min));
  BOOST_TEST(!answered);
  BOOST_TEST(world.echo.handled == 1);
  world.process.resume();
  world.queue.run();
  BOOST_TEST(answered);
}

BOOST_AUTO_TEST_CASE(a_partition_loses_requests_and_replies_until_it_is_repaired) {
  World world;
  std::vector<bool> answered;
  world.process.start([&] {
    for (int i = 1; i <= 4; ++i)
      answered.push_back(world.client->send(get, Instant(i * 1s)).has_value());
  });
  world.queue.run_until(Instant(15ms));  // the first request has arrived, its reply is on its way
  world.conditions.partition("rotator", "id*");
  world.queue.run_until(Instant(1500ms));  // the second was sent under the partition
  BOOST_TEST(world.echo.handled == 1);
  world.conditions.repair("rotator", "id*");
  world.queue.run();
  BOOST_TEST(answered == (std::vector<bool>{false, false, true, true}),
             boost::test_tools::per_element());
  BOOST_TEST(world.echo.handled == 3);
}

BOOST_AUTO_TEST_CASE(a_partition_of_others_changes_nothing) {
  World world;
  world.conditions.partition("operator", "idp");
  world.conditions.partition("rotator", "vault");
  world.run([&] { BOOST_TEST(world.client->send(get, Instant(5s)).has_value()); });
}

BOOST_AUTO_TEST_CASE(a_server_that_is_down_refuses) {
  World world;
  world.conditions.take_down("idp");
  world.run([&] {
    BOOST_TEST((world.client->send(get, Instant(5s)).error().code == ErrorCode::unreachable));
    world.conditions.bring_up("idp");
    BOOST_TEST(world.client->send(get, Instant(5s)).has_value());
  });
  BOOST_TEST(world.echo.handled == 1);
}

BOOST_AUTO_TEST_CASE(counts_calls_by_caller_over_all_its_incarnations) {
  World world;
  for (int i = 0; i < 3; ++i)
    world.run([&] { BOOST_TEST(world.client->send(get, Instant(1h)).has_value()); });
  BOOST_TEST(world.network.calls("rotator") == 3U);
}

BOOST_AUTO_TEST_CASE(refuses_a_body_over_its_bound) {
  World world;
  world.echo.custom = [](const Request&) {
    return Answer{
        .response = {.status = 200, .body = std::string(ports::max_response_body + 1, 'x')}};
  };
  world.run([&] {
    BOOST_TEST((world.client->send(get, Instant(1h)).error().code == ErrorCode::malformed));
  });
}

BOOST_AUTO_TEST_SUITE_END()
