#include "rotator/cli/log.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/rotator/cli/captured.h"
#include "tests/rotator/scripted_http.h"

namespace rotator {

BOOST_AUTO_TEST_SUITE(log)

namespace {

using namespace std::chrono_literals;

// What `tell` makes a log of that form write.
template <typename Tell>
std::string logged(LogFormat format, Tell tell, bool verbose = false) {
  tests::ManualClock clock;
  const testing::Captured errors(STDERR_FILENO);
  LogListener listener(clock, format, verbose);
  tell(listener, clock);
  return errors.text();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_for_people_has_a_date_and_a_zone) {
  const auto line = logged(LogFormat::text, [](LogListener& listener, auto&) {
    listener.noted(Severity::warning, "careful");
  });
  BOOST_TEST(line == "2026-11-23T10:00:00Z warning: careful\n");
}

BOOST_AUTO_TEST_CASE(a_long_wait_is_told_once_and_until_when) {
  const auto text = logged(LogFormat::text, [](LogListener& listener, auto& clock) {
    listener.phase_began(Phase::overlap, "0123456789ab");
    listener.waiting(Phase::overlap, "time", 15min);
    // The same wait, looked up from, and a short one.
    static_cast<void>(clock.sleep_until(clock.now() + 60s));
    listener.waiting(Phase::overlap, "time", 14min);
    listener.waiting(Phase::overlap, "time", 1s);
    listener.phase_began(Phase::soak, "0123456789ab");
    listener.waiting(Phase::soak, "the end of the soak", 5min);
    listener.waiting(Phase::soak, "time", 15s);
  });
  BOOST_TEST(text ==
             "2026-11-23T10:00:00Z overlap: begins\n"
             "2026-11-23T10:00:00Z overlap: waits for time until 2026-11-23T10:15:00Z at the "
             "latest, 15m from now\n"
             "2026-11-23T10:01:00Z soak: begins\n"
             "2026-11-23T10:01:00Z soak: waits for the end of the soak until 2026-11-23T10:06:00Z "
             "at the latest, 5m from now\n");
}

BOOST_AUTO_TEST_CASE(every_wait_is_told_where_that_was_asked_for) {
  const auto text = logged(
      LogFormat::json,
      [](LogListener& listener, auto&) { listener.waiting(Phase::soak, "time", 1s); }, true);
  const auto line = nlohmann::json::parse(text);
  BOOST_TEST(line["level"] == "debug");
  BOOST_TEST(line["event"] == "waiting");
  BOOST_TEST(line["duration_s"] == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
