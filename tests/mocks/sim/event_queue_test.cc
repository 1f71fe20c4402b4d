// EventQueue: the order of timers, cancelling, and what the clocks say.
#include "mocks/sim/event_queue.h"

#include <rapidcheck.h>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(event_queue)

using mocks::TimerId;
using mocks::sim::EventQueue;
using ports::Duration;
using ports::Instant;

namespace {

Instant instant(std::int64_t ns) { return Instant(Duration(ns)); }

// Writes down what fired, when.
struct Recorder final : mocks::Timed {
  explicit Recorder(EventQueue& given) : queue(given) {}
  void on_timer(std::uint32_t /*kind*/, std::uint64_t subject) override {
    fired.emplace_back(queue.now().time_since_epoch().count(), subject);
  }
  EventQueue& queue;
  std::vector<std::pair<std::int64_t, std::uint64_t>> fired;
};

}  // namespace

BOOST_AUTO_TEST_CASE(fires_in_the_order_of_a_stable_sort_by_instant) {
  BOOST_TEST(rc::check([](const std::vector<std::uint8_t>& instants) {
    EventQueue queue;
    Recorder recorder(queue);
    std::vector<std::pair<std::int64_t, std::uint64_t>> expected;
    for (std::size_t i = 0; i < instants.size(); ++i) {
      queue.at(instant(instants[i]), recorder, 0, i);
      expected.emplace_back(instants[i], i);
    }
    std::stable_sort(expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    queue.run();
    RC_ASSERT(recorder.fired == expected);
    RC_ASSERT(queue.pending() == 0U);
  }));
}

// Sets, cancels and fires at random, against a map from (instant, order) to subject.
BOOST_AUTO_TEST_CASE(agrees_with_an_ordered_map_under_sets_cancels_and_steps) {
  BOOST_TEST(rc::check([](const std::vector<std::pair<std::uint8_t, std::uint16_t>>& operations) {
    EventQueue queue;
    Recorder recorder(queue);
    std::map<std::pair<std::int64_t, TimerId>, std::uint64_t> model;
    std::vector<std::pair<std::int64_t, TimerId>> known;
    std::vector<std::pair<std::int64_t, std::uint64_t>> expected;
    std::uint64_t subject = 0;
    for (const auto& [what, value] : operations) {
      if (what % 8 < 4) {
        const std::int64_t due =
            std::max<std::int64_t>(value % 64, queue.now().time_since_epoch().count());
        const TimerId timer = queue.at(instant(value % 64), recorder, 0, ++subject);
        model[{due, timer}] = subject;
        known.emplace_back(due, timer);
      } else if (what % 8 < 7 && !known.empty()) {
        const auto& victim = known[value % known.size()];
        queue.cancel(victim.second);
        model.erase(victim);
      } else if (what % 8 == 7) {
        RC_ASSERT(queue.step() == !model.empty());
        if (model.empty()) continue;
        expected.emplace_back(model.begin()->first.first, model.begin()->second);
        model.erase(model.begin());
      }
      RC_ASSERT(queue.pending() == model.size());
    }
    for (const auto& [key, value] : model) expected.emplace_back(key.first, value);
    queue.run();
    RC_ASSERT(recorder.fired == expected);
  }));
}

BOOST_AUTO_TEST_CASE(sweeps_out_cancelled_timers_in_bulk) {
  EventQueue queue;
  Recorder recorder(queue);
  std::vector<TimerId> timers;
  constexpr std::uint64_t many = 10'000;
  for (std::uint64_t i = 0; i < many; ++i)
    timers.push_back(queue.at(instant(static_cast<std::int64_t>(i * 7919 % many)), recorder, 0, i));
  for (std::uint64_t i = 0; i < many; ++i)
    if (i % 10 != 3) queue.cancel(timers[i]);
  BOOST_TEST(queue.pending() == many / 10);
  queue.run();
  BOOST_TEST(recorder.fired.size() == many / 10);
  BOOST_TEST(std::is_sorted(recorder.fired.begin(), recorder.fired.end()));
  for (const auto& [at, subject] : recorder.fired) BOOST_REQUIRE(subject % 10 == 3);
}

BOOST_AUTO_TEST_CASE(does_not_confuse_a_fired_timer_with_the_next_in_its_slot) {
  EventQueue queue;
  Recorder recorder(queue);
  const TimerId first = queue.at(instant(1), recorder, 0, 1);
  queue.run();
  const TimerId second = queue.at(instant(2), recorder, 0, 2);
  BOOST_TEST(first != second);
  queue.cancel(first);
  queue.cancel(0);
  queue.cancel(~TimerId{0});
  queue.run();
  BOOST_TEST(recorder.fired.size() == 2U);
}

BOOST_AUTO_TEST_CASE(runs_until_an_instant_and_leaves_the_clock_there) {
  EventQueue queue;
  Recorder recorder(queue);
  queue.at(instant(10), recorder, 0, 1);
  queue.at(instant(20), recorder, 0, 2);
  queue.at(instant(21), recorder, 0, 3);
  queue.run_until(instant(20));
  BOOST_TEST(recorder.fired.size() == 2U);
  BOOST_TEST(queue.now().time_since_epoch().count() == 20);
  BOOST_TEST(queue.next()->time_since_epoch().count() == 21);
  queue.run_until(instant(500));
  BOOST_TEST(queue.now().time_since_epoch().count() == 500);
  BOOST_TEST(!queue.next().has_value());
  // What is set for the past fires now: the clock never goes back.
  queue.at(instant(100), recorder, 0, 4);
  queue.run();
  BOOST_TEST(recorder.fired.back().first == 500);
}

BOOST_AUTO_TEST_CASE(stops_after_the_timer_that_asks_for_it) {
  struct Stopper final : mocks::Timed {
    explicit Stopper(EventQueue& given) : queue(given) {}
    void on_timer(std::uint32_t /*kind*/, std::uint64_t /*subject*/) override { queue.stop(); }
    EventQueue& queue;
  };
  EventQueue queue;
  Stopper stopper(queue);
  queue.at(instant(5), stopper, 0, 0);
  queue.at(instant(6), stopper, 0, 0);
  queue.run_until(instant(100));
  BOOST_TEST(queue.now().time_since_epoch().count() == 5);
  BOOST_TEST(queue.pending() == 1U);
}

BOOST_AUTO_TEST_CASE(jumps_the_wall_clock_without_moving_instants) {
  EventQueue queue;
  const auto before = queue.wall_now();
  const auto monday = std::chrono::sys_days{std::chrono::January / 5 / 2026};
  BOOST_TEST((before - monday == std::chrono::hours{8}));
  queue.jump_wall(-std::chrono::hours{1});
  BOOST_TEST((queue.wall_now() - before == -std::chrono::hours{1}));
  BOOST_TEST(queue.now().time_since_epoch().count() == 0);
  queue.run_until(instant(7));
  BOOST_TEST((queue.wall_now() - before == Duration(7) - std::chrono::hours{1}));
}

BOOST_AUTO_TEST_SUITE_END()
