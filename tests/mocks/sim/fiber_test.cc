// Fiber: suspending, exceptions across switches, kill, and the stacks.
#include "mocks/sim/fiber.h"

#include <sys/wait.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(fiber)

using mocks::sim::Fiber;

namespace {

struct SetsOnDestruction {
  explicit SetsOnDestruction(bool& given) : flag(given) {}
  ~SetsOnDestruction() { flag = true; }
  SetsOnDestruction(const SetsOnDestruction&) = delete;
  SetsOnDestruction& operator=(const SetsOnDestruction&) = delete;
  bool& flag;
};

// Touches `bytes` of stack, a kilobyte or so a frame.
int descend(int bytes) {
  volatile char frame[1024];
  frame[0] = static_cast<char>(bytes);
  frame[1023] = frame[0];
  const int below = bytes > 1024 ? descend(bytes - 1024) : 0;
  return below + frame[1023];
}

}  // namespace

BOOST_AUTO_TEST_CASE(runs_only_when_woken_and_goes_on_where_it_was) {
  std::string log;
  Fiber fiber([&] {
    log += 'a';
    Fiber::suspend();
    log += 'b';
    Fiber::suspend();
    log += 'c';
  });
  BOOST_TEST(log.empty());
  fiber.wake();
  BOOST_TEST(log == "a");
  fiber.wake();
  fiber.wake();
  BOOST_TEST(log == "abc");
  BOOST_TEST(fiber.ended());
  fiber.wake();
  BOOST_TEST(log == "abc");
}

BOOST_AUTO_TEST_CASE(takes_a_move_only_body) {
  auto value = std::make_unique<int>(7);
  int seen = 0;
  Fiber fiber([held = std::move(value), &seen] { seen = *held; });
  fiber.wake();
  BOOST_TEST(seen == 7);
}

BOOST_AUTO_TEST_CASE(keeps_each_fibers_exceptions_to_itself) {
  std::vector<std::string> caught;
  const auto body = [&](const std::string& name) {
    return [&caught, name] {
      try {
        throw std::runtime_error(name + " outer");
      } catch (const std::runtime_error&) {
        Fiber::suspend();
        try {
          throw std::logic_error(name + " inner");
        } catch (const std::logic_error& error) {
          Fiber::suspend();
          caught.emplace_back(error.what());
        }
        Fiber::suspend();
        try {
          throw;  // the outer one is current again
        } catch (const std::runtime_error& error) {
          caught.emplace_back(error.what());
        }
      }
      BOOST_TEST((std::current_exception() == nullptr));
    };
  };
  Fiber one(body("one"));
  Fiber two(body("two"));
  // Handlers end in an order that a shared stack of caught exceptions would mix up.
  one.wake();
  two.wake();
  BOOST_TEST((std::current_exception() == nullptr));
  one.wake();
  two.wake();
  one.wake();
  two.wake();
  one.wake();
  two.wake();
  BOOST_TEST(one.ended());
  BOOST_TEST(two.ended());
  BOOST_TEST(
      caught == (std::vector<std::string>{"one inner", "two inner", "one outer", "two outer"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(waking_inside_a_catch_block_leaves_its_exception_alone) {
  Fiber fiber([] {
    try {
      throw std::runtime_error("inside");
    } catch (const std::runtime_error&) {
      Fiber::suspend();
    }
  });
  try {
    throw std::runtime_error("outside");
  } catch (const std::runtime_error&) {
    fiber.wake();
    fiber.wake();
    try {
      throw;
    } catch (const std::runtime_error& error) {
      BOOST_TEST(error.what() == "outside");
    }
  }
}

BOOST_AUTO_TEST_CASE(hands_an_escaped_exception_to_whoever_woke_it) {
  Fiber fiber([] { throw std::runtime_error("escaped"); });
  BOOST_CHECK_THROW(fiber.wake(), std::runtime_error);
  BOOST_TEST(fiber.ended());
}

BOOST_AUTO_TEST_CASE(a_kill_runs_destructors_and_nothing_else) {
  bool destroyed = false;
  bool went_on = false;
  bool mistaken = false;
  Fiber fiber([&] {
    const SetsOnDestruction guard(destroyed);
    try {
      Fiber::suspend();
      went_on = true;
    } catch (const std::exception&) {
      mistaken = true;
    }
    went_on = true;
  });
  fiber.wake();
  fiber.kill();
  BOOST_TEST(destroyed);
  BOOST_TEST(!went_on);
  BOOST_TEST(!mistaken);
  BOOST_TEST(fiber.ended());
  BOOST_TEST(fiber.killed());
}

BOOST_AUTO_TEST_CASE(a_kill_before_the_first_wake_runs_nothing) {
  bool ran = false;
  Fiber fiber([&] { ran = true; });
  fiber.kill();
  fiber.wake();
  BOOST_TEST(!ran);
  BOOST_TEST(fiber.ended());
}

BOOST_AUTO_TEST_CASE(a_wait_while_unwinding_from_a_kill_returns_at_once) {
  int waits = 0;
  struct WaitsOnDestruction {
    explicit WaitsOnDestruction(int& given) : waits(given) {}
    ~WaitsOnDestruction() {
      for (int i = 0; i < 3; ++i) {
        Fiber::suspend();
        ++waits;
      }
    }
    WaitsOnDestruction(const WaitsOnDestruction&) = delete;
    WaitsOnDestruction& operator=(const WaitsOnDestruction&) = delete;
    int& waits;
  };
  Fiber fiber([&] {
    const WaitsOnDestruction guard(waits);
    Fiber::suspend();
  });
  fiber.wake();
  fiber.kill();
  BOOST_TEST(waits == 3);
  BOOST_TEST(fiber.ended());
}

BOOST_AUTO_TEST_CASE(a_kill_in_a_destructor_that_waits_while_unwinding_ends_at_the_next_wait) {
  bool went_on = false;
  struct WaitsOnDestruction {
    ~WaitsOnDestruction() { Fiber::suspend(); }
  };
  Fiber fiber([&] {
    try {
      const WaitsOnDestruction guard{};
      throw std::runtime_error("unwinds through a wait");
    } catch (const std::runtime_error&) {
    }
    Fiber::suspend();
    went_on = true;
  });
  fiber.wake();
  fiber.kill();
  BOOST_TEST(fiber.ended());
  BOOST_TEST(!went_on);
}

BOOST_AUTO_TEST_CASE(a_destroyed_fiber_is_killed) {
  bool destroyed = false;
  {
    Fiber fiber([&] {
      const SetsOnDestruction guard(destroyed);
      Fiber::suspend();
    });
    fiber.wake();
  }
  BOOST_TEST(destroyed);
}

BOOST_AUTO_TEST_CASE(one_fiber_can_wake_and_kill_another) {
  std::string log;
  Fiber inner([&] {
    log += '1';
    Fiber::suspend();
    log += '2';
    Fiber::suspend();
  });
  Fiber outer([&] {
    inner.wake();
    log += 'a';
    Fiber::suspend();
    inner.wake();
    inner.kill();
    log += 'b';
  });
  outer.wake();
  outer.wake();
  BOOST_TEST(log == "1a2b");
  BOOST_TEST(inner.killed());
  BOOST_TEST(!outer.killed());
}

BOOST_AUTO_TEST_CASE(has_a_deep_stack) {
  int sum = -1;
  Fiber fiber([&] { sum = descend(static_cast<int>(mocks::sim::fiber_stack_bytes / 4)); });
  fiber.wake();
  BOOST_TEST(sum != -1);
  BOOST_TEST(fiber.ended());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
BOOST_AUTO_TEST_CASE(faults_on_the_guard_page_when_the_stack_runs_out) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGSEGV, SIG_DFL);
    Fiber fiber([] { descend(static_cast<int>(mocks::sim::fiber_stack_bytes * 4)); });
    fiber.wake();
    ::_exit(0);
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFSIGNALED(status));
}
#endif

BOOST_AUTO_TEST_CASE(ten_thousand_fibers_in_sequence_share_stacks) {
  {
    Fiber([] {}).wake();
  }
  const auto mapped = Fiber::stacks_mapped();
  int ran = 0;
  for (int i = 0; i < 10'000; ++i) {
    Fiber one([&] {
      Fiber::suspend();
      ++ran;
    });
    one.wake();
    one.wake();
  }
  BOOST_TEST(ran == 10'000);
  BOOST_TEST(Fiber::stacks_mapped() == mapped);
}

BOOST_AUTO_TEST_CASE(many_fibers_live_at_once) {
  std::vector<std::unique_ptr<Fiber>> fibers;
  int ran = 0;
  for (int i = 0; i < 200; ++i) {
    fibers.push_back(std::make_unique<Fiber>([&] {
      Fiber::suspend();
      ++ran;
    }));
    fibers.back()->wake();
  }
  for (auto& one : fibers) one->wake();
  BOOST_TEST(ran == 200);
}

BOOST_AUTO_TEST_SUITE_END()
