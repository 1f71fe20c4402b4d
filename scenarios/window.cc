#include "scenarios/window.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include "mocks/users/cause.h"
#include "rotator/calls/counted.h"
#include "rotator/calls/times.h"
#include "scenarios/run.h"
#include "scenarios/side_by_side.h"
#include "scenarios/sweep.h"
#include "scenarios/world.h"

namespace scenarios {
namespace {

using ports::Duration;
using ports::fail;
using Losses = std::map<mocks::users::Cause, std::uint64_t>;

constexpr Duration guides_window = std::chrono::minutes(15);
// A timer that still loses logins after so many times the computed window will lose them for ever.
constexpr int patience = 4;

Duration in_whole_seconds(Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration);
}

// What was lost to the rotation, by cause.
void add_lost(const LoginCount& logins, Losses& lost) {
  for (const auto& [cause, count] : logins.by_cause)
    if (count > 0 && mocks::users::of_rotation(cause)) lost[cause] += count;
}

// A timer's losses at one window, over all seeds.
ports::Result<Losses> lost_at(const Scenario& timed, Duration window, const WindowSearch& search) {
  Losses lost;
  std::optional<ports::Error> error;
  std::mutex mutex;
  std::atomic<int> next{0};
  side_by_side(search.threads, [&] {
    for (int i = next++; i < search.seeds; i = next++) {
      const auto report =
          run_simulated(timed, {.seed = search.first_seed + static_cast<std::uint64_t>(i),
                                .window = window,
                                .fidelity = search.fidelity,
                                .stop = search.stop});
      const std::lock_guard lock(mutex);
      if (!report) {
        error = report.error();
        return;
      }
      add_lost(report->logins, lost);
    }
  });
  if (error) return fail(*error);
  return lost;
}

// The shortest window, to the second, above one that loses and not above `good`, which does not.
ports::Result<Duration> shortest(const Scenario& timed, Duration good, const WindowSearch& search) {
  auto low = std::chrono::seconds(-1);
  auto high = std::chrono::ceil<std::chrono::seconds>(good);
  while (high - low > std::chrono::seconds(1)) {
    const auto middle = low + (high - low) / 2;
    const auto lost = lost_at(timed, middle, search);
    if (!lost) return fail(lost.error());
    (lost->empty() ? high : low) = middle;
  }
  return Duration(high);
}

std::string causes(const Losses& lost) {
  std::string text;
  for (const auto& [cause, count] : lost)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " x " + to_string(cause);
  return text;
}

std::string times(Duration of, Duration in) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", rotator::in_seconds(of) / rotator::in_seconds(in));
  return text;
}

// The first point of the table that says the opposite: its policy and window.
const SweepPoint* contradiction(const SweepResult& sweep, Duration safe, std::string& policy) {
  for (const auto& one : sweep.policies) {
    if (!one.waits_for_window) continue;
    for (const auto& point : one.points) {
      if (point.window < safe || point.lost_to_rotation == 0) continue;
      policy = one.policy;
      return &point;
    }
  }
  return nullptr;
}

// What the rotator would refuse although it is safe.
std::string asked_for(const WindowAnswer& answer, Duration safe) {
  const auto rotators = in_whole_seconds(answer.rotators);
  if (rotators <= safe) return "";
  return "the rotator, which sees less of this fleet, takes no less than " +
         rotator::to_text(rotators) + "; ";
}

std::string compared(const WindowAnswer& answer, Duration safe) {
  const auto window = answer.own.value_or(guides_window);
  const std::string whose = answer.own ? "the scenario's own " : "the guide's ";
  if (window < safe)
    return whose + rotator::to_text(window) + " is too short by " + rotator::to_text(safe - window);
  return whose + rotator::to_text(window) + " is " + times(window, safe) + " times that";
}

}  // namespace

rotator::FleetFacts true_facts(const Scenario& scenario, rotator::FleetFacts seen) {
  auto facts = std::move(seen);
  facts.pod_ready = {.value = scenario.fleet.pod_ready.high, .source = "world.fleet.pod_ready"};
  facts.termination = {
      .value = std::min<Duration>(scenario.fleet.termination.high,
                                  std::chrono::seconds(scenario.fleet.termination_grace_s)),
      .source = "world.fleet.termination"};
  facts.propagation = {.value = core_options(scenario).create_lag.high,
                       .source = "world.identity_provider"};
  facts.longest_token_exchange = {.value = scenario.portal.token_exchange.high,
                                  .source = "world.portal.token_exchange"};
  facts.refresh_in_flight = {.source = "this world's portal refreshes nothing"};
  return facts;
}

std::uint64_t lost_to_rotation(const LoginCount& logins) {
  Losses lost;
  add_lost(logins, lost);
  std::uint64_t all = 0;
  for (const auto& [cause, count] : lost) all += count;
  return all;
}

Driver timer() {
  return {.kind = Driver::Kind::operator_by_hand,
          .commands = {{.act = Act::create_secret},
                       {.act = Act::put_secret, .argument = SecretValue::created},
                       {.act = Act::restart},
                       {.act = Act::wait, .argument = WholeWindow{}},
                       {.act = Act::delete_secret}}};
}

ports::Result<WindowAnswer> answer_window(const Scenario& scenario, const WindowSearch& search) {
  const auto plan = plan_simulated(scenario, scenario.seed);
  if (!plan) return fail(plan.error());
  WindowAnswer answer{.computed = rotator::safe_window(true_facts(scenario, plan->facts)),
                      .own = scenario.driver.rotation.window,
                      .rotators = plan->safe_window.total,
                      .seeds = search.seeds};
  auto timed = scenario;
  timed.driver = timer();
  auto how = search;
  if (!how.fidelity && seen_by_exact_only(scenario).empty())
    how.fidelity = mocks::users::Fidelity::counts;
  auto window = in_whole_seconds(answer.computed.total);
  auto lost = lost_at(timed, window, how);
  if (!lost) return fail(lost.error());
  answer.lost = *lost;
  for (int tried = 1; !lost->empty() && tried < patience; tried *= 2) {
    window *= 2;
    lost = lost_at(timed, window, how);
    if (!lost) return fail(lost.error());
  }
  if (!lost->empty()) return answer;
  const auto least = shortest(timed, window, how);
  if (!least) return fail(least.error());
  answer.found_minimum = *least;
  return answer;
}

std::string window_sentence(const SweepResult& sweep) {
  if (!sweep.safe_window) return "";
  const auto& answer = *sweep.safe_window;
  const auto safe = in_whole_seconds(answer.computed.total);
  const auto shown = rotator::to_text(safe);
  if (!answer.lost.empty())
    return "no safe window can be told from the fleet's times (" + shown +
           " from the creation of the new secret): a timer of that length loses " +
           causes(answer.lost) + " in " + rotator::counted(answer.seeds, "run") +
           (answer.found_minimum ? "; the search found none lost from " +
                                       rotator::to_text(*answer.found_minimum) + " on"
                                 : ", and one of " + std::to_string(patience) +
                                       " times that length too: waiting does not help here") +
           ".\n";
  std::string policy;
  if (const auto* const point = contradiction(sweep, safe, policy))
    return "no safe window can be told from the fleet's times (" + shown +
           " from the creation of the new secret): " + policy + " loses logins at " +
           rotator::to_text(point->window) + " in the table above.\n";
  Duration dominating{0};
  for (const auto& term : answer.computed.terms)
    if (term.name == answer.computed.dominating) dominating = term.duration;
  return "smallest safe window for this fleet: " + shown +
         " from the creation of the new secret, dominated by the " + answer.computed.dominating +
         " (" + rotator::to_text(dominating) + "); by search, a timer loses no login from " +
         rotator::to_text(answer.found_minimum.value_or(Duration(0))) + " on (" +
         rotator::counted(answer.seeds, "seed") + "); " + asked_for(answer, safe) +
         compared(answer, safe) + ".\n";
}

}  // namespace scenarios
