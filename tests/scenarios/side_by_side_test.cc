#include "scenarios/side_by_side.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(side_by_side)

BOOST_AUTO_TEST_CASE(runs_the_work_once_a_thread) {
  std::atomic<int> runs = 0;
  scenarios::side_by_side(4, [&] { ++runs; });
  BOOST_TEST(runs == 4);
  scenarios::side_by_side(1, [&] { ++runs; });
  BOOST_TEST(runs == 5);
}

BOOST_AUTO_TEST_CASE(hands_on_what_a_thread_throws_after_all_have_ended) {
  for (const int thrower : {1, 2, 3, 4}) {
    std::atomic<int> begun = 0;
    std::atomic<int> ended = 0;
    const auto work = [&] {
      if (++begun == thrower) throw std::runtime_error("synthetic");
      ++ended;
    };
    BOOST_CHECK_THROW(scenarios::side_by_side(4, work), std::runtime_error);
    BOOST_TEST(ended == 3);
  }
}

BOOST_AUTO_TEST_SUITE_END()
