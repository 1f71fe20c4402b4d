#include "scenarios/assemble.h"

#include <algorithm>

#include "mocks/facts.h"
#include "mocks/users/oracle.h"
#include "mocks/users/two_clients.h"
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

namespace {

// Whether the closed form knows every cause of these failures (mocks/users/oracle.h).
bool knows_all(const LoginCount& logins, const mocks::users::Timeline& timeline,
               const mocks::users::JourneyOptions& journey) {
  if (timeline.routed() && logins.failed > 0) return false;
  return std::none_of(logins.by_cause.begin(), logins.by_cause.end(), [&](const auto& entry) {
    using mocks::users::Cause;
    switch (entry.first) {
      case Cause::wrong_client:
        return entry.second > 0 && !mocks::users::clients_mix(timeline, journey);
      case Cause::cookie_loop:
      case Cause::code_expired:
      case Cause::pod_gone:
      case Cause::no_pod:
      case Cause::not_assigned: return entry.second > 0;
      default: return false;
    }
  });
}

const mocks::users::Timeline::Secret* secret_of(const mocks::users::Timeline& timeline,
                                                std::uint64_t name) {
  const auto& all = timeline.secrets();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// When the last process that held it ended.
ports::Instant last_use(const mocks::users::Timeline& timeline, std::uint64_t name) {
  auto last = ports::Instant::min();
  for (mocks::users::RunIndex r = 0; r < timeline.runs().size(); ++r)
    if (timeline.environment(r).secret == name) last = std::max(last, timeline.run(r).to);
  return last;
}

}  // namespace

void measure_exposure(const mocks::users::Timeline& timeline, RotationReport& rotation) {
  const auto& values = timeline.vault_values();
  if (values.empty()) return;
  const auto next = std::find_if(values.begin(), values.end(), [&](const auto& value) {
    return value.name != values.front().name;
  });
  if (next == values.end()) return;
  const auto* old = secret_of(timeline, values.front().name);
  const auto* fresh = secret_of(timeline, next->name);
  if (old == nullptr || fresh == nullptr || fresh->acts.empty() || old->steps.empty()) return;
  const auto& last = old->steps.back();
  if (last.accepting > 0) return;
  const auto created = fresh->acts.front().at;
  rotation.exposure_s = std::max(0.0, seconds_since(created, last.at));
  // Of a secret that nobody held any more when the new one came, all of it.
  const auto unused = std::max(created, last_use(timeline, old->name));
  rotation.unused_exposure_s = last.at > unused ? seconds_since(unused, last.at) : 0;
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
  const bool may_expect = !scenario.portal.sessions && seen_by_exact_only(scenario).empty();
  bool all_known = true;
  double expected = 0;
  for (const auto& span : tally.phases()) {
    const auto to = std::min(span.to, end);
    PhaseReport phase{.phase = span.label,
                      .from_s = seconds_since(begin, span.from),
                      .to_s = seconds_since(begin, to),
                      .logins = login_count(span.logins)};
    if (may_expect && knows_all(phase.logins, timeline, journey))
      phase.logins.expected_failed =
          mocks::users::expected_failures(timeline, journey, login_rate(scenario), span.from, to)
              .failed;
    all_known = all_known && phase.logins.expected_failed.has_value();
    expected += phase.logins.expected_failed.value_or(0);
    report.phases.push_back(std::move(phase));
  }
  if (all_known) report.logins.expected_failed = expected;
}

}  // namespace scenarios
