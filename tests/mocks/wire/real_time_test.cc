// The scheduler of the HTTP wire: in order, under the world's lock, and silent once stopped.
#include "mocks/wire/real_time.h"

#include <boost/test/unit_test.hpp>
#include <future>
#include <vector>

BOOST_AUTO_TEST_SUITE(real_time)

using mocks::wire::RealTimeScheduler;
using std::chrono::hours;
using std::chrono::milliseconds;

namespace {

// Remembers what woke it, and tells when it was woken `wanted` times.
class Woken final : public mocks::Timed {
 public:
  Woken(std::mutex& world, std::size_t wanted) : world_(world), wanted_(wanted) {}

  void on_timer(std::uint32_t kind, std::uint64_t subject) override {
    // Held by the scheduler's own thread, so nobody else can have it.
    locked = locked && !std::async(std::launch::async, [this] {
                          const bool got = world_.try_lock();
                          if (got) world_.unlock();
                          return got;
                        }).get();
    woken.emplace_back(kind, subject);
    if (woken.size() == wanted_) all_.set_value();
  }
  void wait() { all_.get_future().wait(); }

  std::vector<std::pair<std::uint32_t, std::uint64_t>> woken = {};
  bool locked = true;

 private:
  std::mutex& world_;
  std::size_t wanted_;
  std::promise<void> all_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(wakes_in_order_of_time_and_then_of_setting_under_the_worlds_lock) {
  std::mutex world;
  RealTimeScheduler scheduler(world);
  Woken target(world, 4);
  {
    const std::lock_guard lock(world);
    const auto soon = scheduler.now() + milliseconds(5);
    scheduler.at(soon + milliseconds(5), target, 3, 30);
    scheduler.at(soon, target, 1, 10);
    scheduler.at(soon, target, 2, 20);
    scheduler.at(scheduler.now() - hours(1), target, 0, 0);  // past: at once
  }
  target.wait();
  const std::vector<std::pair<std::uint32_t, std::uint64_t>> expected = {
      {0, 0}, {1, 10}, {2, 20}, {3, 30}};
  BOOST_TEST((target.woken == expected));
  BOOST_TEST(target.locked);
}

BOOST_AUTO_TEST_CASE(does_not_wake_what_was_cancelled) {
  std::mutex world;
  RealTimeScheduler scheduler(world);
  Woken target(world, 1);
  {
    const std::lock_guard lock(world);
    const auto soon = scheduler.now() + milliseconds(2);
    const auto first = scheduler.at(soon, target, 1, 0);
    scheduler.at(soon + milliseconds(1), target, 2, 0);
    scheduler.cancel(first);
    scheduler.cancel(first);  // again, and
    scheduler.cancel(0);      // none: nothing happens
  }
  target.wait();
  BOOST_TEST(target.woken.size() == 1U);
  BOOST_TEST(target.woken[0].first == 2U);
}

BOOST_AUTO_TEST_CASE(lets_a_timer_set_the_next) {
  class Chain final : public mocks::Timed {
   public:
    explicit Chain(RealTimeScheduler& scheduler) : scheduler_(scheduler) {}
    void on_timer(std::uint32_t kind, std::uint64_t) override {
      if (kind == 100) return done.set_value();
      scheduler_.at(scheduler_.now(), *this, kind + 1, 0);
    }
    std::promise<void> done;

   private:
    RealTimeScheduler& scheduler_;
  };
  std::mutex world;
  RealTimeScheduler scheduler(world);
  Chain chain(scheduler);
  {
    const std::lock_guard lock(world);
    scheduler.at(scheduler.now(), chain, 1, 0);
  }
  chain.done.get_future().wait();
}

namespace {

// Writes down at what instant each of its timers fires; a timer of kind n sets another one, n hours
// later, of kind n - 1.
class Diary final : public mocks::Timed {
 public:
  explicit Diary(RealTimeScheduler& scheduler) : scheduler_(scheduler) {}
  void on_timer(std::uint32_t kind, std::uint64_t) override {
    entries.emplace_back(kind, scheduler_.now());
    if (kind > 0) scheduler_.at(scheduler_.now() + hours(kind), *this, kind - 1, 0);
  }
  std::vector<std::pair<std::uint32_t, ports::Instant>> entries = {};

 private:
  RealTimeScheduler& scheduler_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_jump_fires_all_that_is_due_until_then_each_at_its_own_instant) {
  std::mutex world;
  RealTimeScheduler scheduler(world);
  Diary diary(scheduler);
  const std::lock_guard lock(world);
  const auto begin = scheduler.now();
  const auto wall = scheduler.wall_now();
  scheduler.at(begin + hours(1), diary, 2, 0);   // then 3 h, then 4 h
  scheduler.at(begin + hours(10), diary, 0, 0);  // not yet
  BOOST_TEST(scheduler.jump(hours(5)));
  BOOST_REQUIRE(diary.entries.size() == 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(diary.entries[i].first == 2U - i);
    // Real time passes too: some, but no hours.
    const auto expected = begin + hours(i == 0 ? 1 : i == 1 ? 3 : 4);
    BOOST_TEST((diary.entries[i].second >= expected));
    BOOST_TEST((diary.entries[i].second < expected + std::chrono::minutes(30)));
  }
  BOOST_TEST((scheduler.now() >= begin + hours(5)));
  BOOST_TEST((scheduler.now() < begin + hours(6)));
  BOOST_TEST((scheduler.wall_now() >= wall + hours(5)));
  BOOST_TEST((scheduler.ahead() > hours(4)));
  BOOST_TEST((scheduler.ahead() <= hours(5)));
}

BOOST_AUTO_TEST_CASE(after_a_jump_the_rest_fires_by_itself_in_time) {
  std::mutex world;
  RealTimeScheduler scheduler(world);
  Woken target(world, 1);
  {
    const std::lock_guard lock(world);
    scheduler.at(scheduler.now() + hours(1) + milliseconds(5), target, 1, 0);
    BOOST_TEST(scheduler.jump(hours(1)));
  }
  target.wait();
  BOOST_TEST(target.woken.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_world_that_starts_over_has_no_timers_and_the_machines_time) {
  std::mutex world;
  RealTimeScheduler scheduler(world);
  Diary diary(scheduler);
  const std::lock_guard lock(world);
  const auto begin = scheduler.now();
  scheduler.at(begin + hours(2), diary, 0, 0);
  BOOST_TEST(scheduler.jump(hours(1)));
  scheduler.start_over();
  BOOST_TEST((scheduler.ahead() == ports::Duration(0)));
  BOOST_TEST((scheduler.now() < begin + hours(1)));
  BOOST_TEST(scheduler.jump(hours(3)));
  BOOST_TEST(diary.entries.empty());
}

BOOST_AUTO_TEST_CASE(forgets_what_is_pending_when_stopped) {
  std::mutex world;
  Woken target(world, 1);
  RealTimeScheduler scheduler(world);
  {
    const std::lock_guard lock(world);
    scheduler.at(scheduler.now() + hours(1), target, 1, 0);
    scheduler.at(ports::Instant::max(), target, 2, 0);
  }
  scheduler.stop();
  scheduler.stop();
  BOOST_TEST(target.woken.empty());
}

BOOST_AUTO_TEST_SUITE_END()
