// Process and the ports bound to it: waiting in virtual time, SIGTERM, SIGKILL, SIGSTOP.
#include "mocks/sim/process.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "mocks/facts.h"
#include "mocks/sim/event_queue.h"
#include "mocks/sim/sim_ports.h"

BOOST_AUTO_TEST_SUITE(process)

using namespace std::chrono_literals;
using mocks::sim::Draws;
using mocks::sim::EventQueue;
using mocks::sim::Process;
using mocks::sim::SimClock;
using mocks::sim::SimFiles;
using mocks::sim::SimRandom;
using ports::Instant;
using ports::Wake;

namespace {

struct World {
  EventQueue queue;
  Process process{queue, "rotator"};
  SimClock clock{process};
};

}  // namespace

BOOST_AUTO_TEST_CASE(sleeps_in_virtual_time) {
  World world;
  std::vector<Instant> woken;
  world.process.start([&] {
    BOOST_TEST((world.clock.sleep_until(Instant(2h)) == Wake::reached));
    woken.push_back(world.clock.now());
    BOOST_TEST((world.clock.sleep_until(Instant(1h)) == Wake::reached));  // already past
    woken.push_back(world.clock.now());
  });
  BOOST_TEST(world.process.running());
  BOOST_TEST(woken.empty());
  world.queue.run();
  BOOST_TEST((woken == std::vector<Instant>{Instant(2h), Instant(2h)}));
  BOOST_TEST(!world.process.running());
  BOOST_TEST(!world.process.killed());
}

BOOST_AUTO_TEST_CASE(an_interrupt_wakes_a_sleep_and_every_later_one) {
  World world;
  std::string log;
  world.process.start([&] {
    if (world.clock.sleep_until(Instant(1h)) == Wake::interrupted) log += 'a';
    if (world.clock.sleep_until(Instant(2h)) == Wake::interrupted) log += 'b';
    if (world.clock.interrupted()) log += 'c';
  });
  world.queue.run_until(Instant(10s));
  BOOST_TEST(log.empty());
  world.process.interrupt();
  BOOST_TEST(log.empty());  // it runs from the queue, not from here
  world.queue.run();
  BOOST_TEST(log == "abc");
  BOOST_TEST((world.queue.now() == Instant(10s)));
  // A new process of the same name has not been asked to stop.
  world.process.start([&] { log += world.clock.interrupted() ? '!' : 'd'; });
  world.queue.run();
  BOOST_TEST(log == "abcd");
}

BOOST_AUTO_TEST_CASE(a_killed_process_never_goes_on) {
  World world;
  bool went_on = false;
  bool unwound = false;
  struct OnExit {
    ~OnExit() {
      // A port used while unwinding returns at once and says so.
      flag = clock.sleep_until(Instant(9h)) == Wake::interrupted;
    }
    SimClock& clock;
    bool& flag;
  };
  world.process.start([&] {
    const OnExit guard{world.clock, unwound};
    static_cast<void>(world.clock.sleep_until(Instant(1h)));
    went_on = true;
  });
  world.queue.run_until(Instant(1min));
  world.process.kill();
  BOOST_TEST(unwound);
  BOOST_TEST(world.process.killed());
  BOOST_TEST(!world.process.running());
  world.queue.run();
  BOOST_TEST(!went_on);
  BOOST_TEST((world.queue.now() == Instant(1min)));
}

BOOST_AUTO_TEST_CASE(a_kill_right_after_start_runs_nothing) {
  World world;
  bool ran = false;
  world.process.start([&] { ran = true; });
  world.process.kill();
  world.queue.run();
  BOOST_TEST(!ran);
  world.process.start([&] { ran = true; });
  world.queue.run();
  BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(a_paused_process_sees_at_resume_that_time_has_passed) {
  World world;
  Instant woken{};
  world.process.start([&] {
    static_cast<void>(world.clock.sleep_until(Instant(10s)));
    woken = world.clock.now();
  });
  world.queue.run_until(Instant(5s));
  world.process.pause();
  world.queue.run_until(Instant(60s));
  BOOST_TEST((woken == Instant{}));
  world.process.resume();
  world.queue.run();
  BOOST_TEST((woken == Instant(60s)));
}

BOOST_AUTO_TEST_CASE(a_pause_that_ends_before_the_sleep_does_changes_nothing) {
  World world;
  Instant woken{};
  world.process.start([&] {
    static_cast<void>(world.clock.sleep_until(Instant(10s)));
    woken = world.clock.now();
  });
  world.queue.run_until(Instant(5s));
  world.process.pause();
  world.queue.run_until(Instant(7s));
  world.process.resume();
  world.queue.run();
  BOOST_TEST((woken == Instant(10s)));
}

BOOST_AUTO_TEST_CASE(several_processes_take_turns_by_time) {
  EventQueue queue;
  std::string log;
  Process one(queue, "one");
  Process two(queue, "two");
  SimClock clock_one(one);
  SimClock clock_two(two);
  one.start([&] {
    for (int i = 1; i <= 3; ++i) {
      static_cast<void>(clock_one.sleep_until(Instant(i * 10s)));
      log += '1';
    }
  });
  two.start([&] {
    for (int i = 1; i <= 2; ++i) {
      static_cast<void>(clock_two.sleep_until(Instant(i * 15s)));
      log += '2';
    }
  });
  queue.run();
  BOOST_TEST(log == "12121");  // at 30 s both are due: process two set its timer first
}

BOOST_AUTO_TEST_CASE(wall_time_follows_the_queues_epoch_and_jumps) {
  World world;
  const auto before = world.clock.wall_now();
  world.process.start([&] { static_cast<void>(world.clock.sleep_until(Instant(1h))); });
  world.queue.run();
  BOOST_TEST((world.clock.wall_now() - before == 1h));
  world.queue.jump_wall(-30min);
  BOOST_TEST((world.clock.wall_now() - before == 30min));
  BOOST_TEST((world.clock.now() == Instant(1h)));
}

BOOST_AUTO_TEST_CASE(random_bytes_depend_on_seed_and_entity_alone) {
  const auto hex = [](std::uint64_t seed, std::uint64_t entity) {
    SimRandom random{Draws(seed), entity};
    return ports::random_hex(random, 16);
  };
  BOOST_TEST(hex(1, 2) == hex(1, 2));
  BOOST_TEST(hex(1, 2) != hex(1, 3));
  BOOST_TEST(hex(1, 2) != hex(2, 2));
  SimRandom random{Draws(1), 2};
  BOOST_TEST(ports::random_hex(random, 16) != ports::random_hex(random, 16));
}

BOOST_AUTO_TEST_CASE(files_keep_the_ports_promises) {
  SimFiles files;
  files.write("/run/token", "synthetic-token \r\n\n");
  files.write("/run/empty", " \n");
  files.write("/run/large", std::string((std::size_t{64} << 10U) + 1, 'x'));
  BOOST_TEST(files.read("/run/token")->reveal_to_wire() == "synthetic-token");
  for (const char* path : {"/run/absent", "/run/empty", "/run/large"}) {
    const auto content = files.read(path);
    BOOST_REQUIRE(!content);
    BOOST_TEST((content.error().code == ports::ErrorCode::configuration));
    BOOST_TEST(content.error().message.find(path) != std::string::npos);
  }
  files.write("/run/token", "rotated");
  BOOST_TEST(files.read("/run/token")->reveal_to_wire() == "rotated");
  files.remove("/run/token");
  BOOST_TEST(!files.read("/run/token"));
}

BOOST_AUTO_TEST_SUITE_END()
