#include "scenarios/assemble.h"

#include <algorithm>

#include "mocks/facts.h"
#include "mocks/users/oracle.h"
#include "scenarios/world.h"

namespace scenarios {
double seconds_since(ports::Instant begin, ports::Instant at) {
  return static_cast<double>((at - begin).count()) / 1e9;
}

double login_rate(const Scenario& scenario) {
  return static_cast<double>(scenario.portal.logins_per_minute) / 60.0;
}

mocks::users::JourneyOptions journey_options(const Scenario& scenario) {
  const auto& portal = scenario.portal;
  mocks::users::JourneyOptions options;
  options.think = portal.think_time;
  options.exchange = portal.token_exchange;
  options.sticky_sessions = portal.sticky_sessions;
  options.redirect_uri = mocks::name_of(redirect_uri);
  if (portal.sessions) {
    options.returning = {.numerator = 1, .denominator = 3};
    options.returning_age.high = portal.session_max_age;
  }
  return options;
}

LoginCount login_count(const mocks::users::Count& from) {
  LoginCount count{.tried = from.tried, .failed = from.failed};
  for (std::size_t i = 0; i < mocks::users::cause_count; ++i)
    if (from.by_cause[i] > 0)
      count.by_cause[static_cast<mocks::users::Cause>(i)] = from.by_cause[i];
  return count;
}

void count_logins(const Scenario& scenario, const mocks::users::Tally& tally,
                  const mocks::users::Timeline& timeline, ports::Instant end, Report& report) {
  report.logins = login_count(tally.total());
  if (tally.phases().empty()) return;
  const auto begin = tally.phases().front().from;
  const auto journey = journey_options(scenario);
  for (const auto& span : tally.phases()) {
    const auto to = std::min(span.to, end);
    PhaseReport phase{.phase = span.label,
                      .from_s = seconds_since(begin, span.from),
                      .to_s = seconds_since(begin, to),
                      .logins = login_count(span.logins)};
    phase.logins.expected_failed =
        mocks::users::expected_failures(timeline, journey, login_rate(scenario), span.from, to)
            .failed;
    report.logins.expected_failed += phase.logins.expected_failed;
    report.phases.push_back(std::move(phase));
  }
}

}  // namespace scenarios
