// A wrapped answer is fetched once, and in time.
#include "mocks/vault/store/wrapped_answers.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wrapped_answers)

namespace {

using mocks::vault::WrappedAnswers;
using namespace std::chrono_literals;

const ports::WallTime start{std::chrono::seconds(1'767'323'045)};

WrappedAnswers with_one() {
  WrappedAnswers answers;
  answers.keep("hvs.synthetic", {.body = "{}\n", .created = start, .ttl = 1min});
  return answers;
}

}  // namespace

BOOST_AUTO_TEST_CASE(looking_uses_nothing_up_and_taking_does) {
  auto answers = with_one();
  BOOST_TEST(answers.find("hvs.other", start) == nullptr);
  BOOST_REQUIRE(answers.find("hvs.synthetic", start) != nullptr);
  BOOST_REQUIRE(answers.find("hvs.synthetic", start) != nullptr);
  BOOST_TEST(answers.take("hvs.synthetic") == "{}\n");
  BOOST_TEST(answers.find("hvs.synthetic", start) == nullptr);
}

BOOST_AUTO_TEST_CASE(an_answer_is_gone_when_its_time_is_over) {
  auto answers = with_one();
  BOOST_TEST(answers.find("hvs.synthetic", start + 1min - 1ns) != nullptr);
  BOOST_TEST(answers.find("hvs.synthetic", start + 1min) == nullptr);
  BOOST_TEST(answers.find("hvs.synthetic", start) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
