// SystemClock and StopSignal: time that goes on, sleep that wakes when asked to stop.
#include "rotator/ports/system_clock.h"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <thread>

BOOST_AUTO_TEST_SUITE(system_clock)

using ports::Instant;
using ports::StopSignal;
using ports::SystemClock;
using ports::Wake;

BOOST_AUTO_TEST_CASE(sleeps_until_the_instant_has_come_and_never_less) {
  StopSignal stop;
  SystemClock clock(stop);
  const Instant when = clock.now() + std::chrono::milliseconds(5);
  BOOST_TEST((clock.sleep_until(when) == Wake::reached));
  BOOST_TEST((clock.now() >= when));
  BOOST_TEST((clock.sleep_until(when) == Wake::reached));  // long past
}

BOOST_AUTO_TEST_CASE(tells_the_wall_time_of_this_century) {
  StopSignal stop;
  const auto since_1970 = SystemClock(stop).wall_now().time_since_epoch();
  BOOST_TEST((since_1970 > std::chrono::hours(24 * 365 * 50)));
}

BOOST_AUTO_TEST_CASE(wakes_every_sleeper_when_asked_to_stop) {
  StopSignal stop;
  SystemClock clock(stop);
  BOOST_TEST(!clock.interrupted());
  Wake first = Wake::reached;
  Wake second = Wake::reached;
  std::thread one([&] { first = clock.sleep_until(Instant::max()); });
  std::thread two([&] { second = clock.sleep_until(clock.now() + std::chrono::hours(1)); });
  stop.request();
  one.join();
  two.join();
  BOOST_TEST((first == Wake::interrupted));
  BOOST_TEST((second == Wake::interrupted));
  BOOST_TEST(clock.interrupted());
  // It stays so: the next sleep ends at once.
  BOOST_TEST((clock.sleep_until(Instant::max()) == Wake::interrupted));
}

BOOST_AUTO_TEST_CASE(takes_sigterm_and_sigint_for_the_request_to_stop) {
  for (const int number : {SIGTERM, SIGINT}) {
    StopSignal stop;
    const ports::StopOnSignals listening(stop);
    SystemClock clock(stop);
    BOOST_TEST(!clock.interrupted());
    std::raise(number);
    BOOST_TEST(clock.interrupted());
    std::raise(number);  // again: of no consequence
    BOOST_TEST((clock.sleep_until(Instant::max()) == Wake::interrupted));
  }
}

BOOST_AUTO_TEST_CASE(gives_the_former_signal_handlers_back) {
  static volatile std::sig_atomic_t reached = 0;
  struct sigaction mine = {};
  struct sigaction former = {};
  mine.sa_handler = [](int) { reached = 1; };
  sigaction(SIGTERM, &mine, &former);
  {
    StopSignal stop;
    const ports::StopOnSignals listening(stop);
    std::raise(SIGTERM);
    BOOST_TEST(reached == 0);
    BOOST_TEST(stop.requested());
  }
  std::raise(SIGTERM);
  BOOST_TEST(reached == 1);
  sigaction(SIGTERM, &former, nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
