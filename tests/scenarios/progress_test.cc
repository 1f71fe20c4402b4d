// How far a command is, as it looks on a terminal and in a log.
#include "scenarios/progress.h"

#include <boost/test/unit_test.hpp>
#include <sstream>

BOOST_AUTO_TEST_SUITE(progress)

namespace {

using namespace std::chrono_literals;
using scenarios::Progress;
using scenarios::ProgressForm;

class HandClock final : public ports::Clock {
 public:
  ports::Instant now() const override { return now_; }
  ports::WallTime wall_now() const override { return {}; }
  ports::Wake sleep_until(ports::Instant when) override {
    now_ = when;
    return {};
  }
  bool interrupted() const override { return false; }
  void pass(ports::Duration duration) { now_ += duration; }

 private:
  ports::Instant now_ = {};
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_bar_tells_the_time_left_and_is_taken_away_at_the_end) {
  HandClock clock;
  std::ostringstream out;
  {
    Progress progress(out, clock, ProgressForm::bar);
    progress.show(0.1, "guide/window");
    BOOST_TEST(out.str().find("left") == std::string::npos);
    clock.pass(30s);
    progress.show(0.25, "guide/window");
    BOOST_TEST(out.str().ends_with("guide/window, 1m30s left"), out.str());
    progress.show(0.1, "guide/window");
    BOOST_TEST(out.str().ends_with("1m30s left"), out.str());
  }
  BOOST_TEST(out.str().ends_with("\r\033[K"));
}

BOOST_AUTO_TEST_CASE(without_a_terminal_it_is_a_plain_line_now_and_then) {
  HandClock clock;
  std::ostringstream out;
  {
    Progress progress(out, clock, ProgressForm::lines);
    progress.show(0.1, "guide/window");
    clock.pass(10s);
    progress.show(0.5, "guide/window");
    clock.pass(9s);
    progress.show(0.75, "guide/window");
  }
  BOOST_TEST(out.str() == "rehearse: 50 % guide/window, 10s left\n");
}

BOOST_AUTO_TEST_CASE(a_name_neither_paints_the_terminal_nor_fills_its_line) {
  HandClock clock;
  std::ostringstream out;
  Progress progress(out, clock, ProgressForm::bar);
  progress.show(0.5, "\033[31m" + std::string(200, 'x'));
  BOOST_TEST(out.str().rfind('\033') == out.str().find('\033'));
  BOOST_TEST(out.str().size() < 80U);
}

BOOST_AUTO_TEST_SUITE_END()
