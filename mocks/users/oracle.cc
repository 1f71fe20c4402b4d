#include "mocks/users/oracle.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "mocks/users/two_clients.h"

namespace mocks::users {
namespace {

using ports::Duration;
using ports::Instant;

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

bool on_at(const std::vector<Timeline::Switch>& switches, Instant at, bool initially) {
  bool on = initially;
  for (const auto& step : switches)
    if (step.at <= at) on = step.on;
  return on;
}

// The share of exchanges by a process with `held`, in a pod created at `created`, that the identity
// provider refuses at `at`, and why.
struct Refusal {
  double share = 0;
  Cause cause = Cause::secret_retired;
};

Refusal refusal(const Timeline& timeline, const portal::Environment& held, Instant created,
                Instant at) {
  if (!on_at(timeline.provider_switches(), at, true)) return {1, Cause::idp_unavailable};

  std::optional<idp::AuthenticationMethod> registered;
  for (const auto& entry : timeline.registrations())
    if (entry.client == held.client && entry.at <= at) registered = entry.method;
  if (registered && *registered != held.method) return {1, Cause::auth_method};

  const int replicas = timeline.options().provider_replicas;
  int accepting = 0;
  bool retired = false;
  int by_fallback = 0;
  for (const auto& secret : timeline.secrets()) {
    int replicas_now = 0;
    for (const auto& step : secret.steps)
      if (step.at <= at) replicas_now = step.accepting;
    if (secret.name == held.fallback && held.fallback != held.secret) by_fallback = replicas_now;
    if (secret.name != held.secret) continue;
    accepting = replicas_now;
    for (const auto& act : secret.acts)
      if (act.at <= at) retired = act.retired;
  }
  accepting = timeline.options().one_turn ? std::min(accepting + by_fallback, replicas)
                                          : std::max(accepting, by_fallback);
  if (accepting < replicas) {
    const double share = 1.0 - static_cast<double>(accepting) / static_cast<double>(replicas);
    if (!retired) return {share, Cause::secret_not_propagated};
    std::uint64_t in_vault = held.secret;
    for (const auto& value : timeline.vault_values())
      if (value.at <= created) in_vault = value.name;
    return {share, in_vault == held.secret ? Cause::secret_retired : Cause::stale_render};
  }
  if (on_at(timeline.throttling_switches(), at, false)) return {1, Cause::rate_limited};
  return {};
}

// Where the expected share may bend: a verdict changes, or a change of the endpoints begins or ends
// to be felt through the time between callback and exchange.
std::vector<Instant> knots(const Timeline& timeline, const TimeRange& delay, Instant from,
                           Instant to) {
  std::vector<Instant> out = {from, to};
  for (const auto& epoch : timeline.epochs()) {
    out.push_back(epoch.from + delay.low);
    out.push_back(epoch.from + delay.high);
  }
  for (const auto& run : timeline.runs()) {
    out.push_back(run.from + delay.low);
    out.push_back(run.from + delay.high);
  }
  for (const auto& secret : timeline.secrets()) {
    for (const auto& step : secret.steps) out.push_back(step.at);
    for (const auto& act : secret.acts) out.push_back(act.at);
  }
  for (const auto& step : timeline.provider_switches()) out.push_back(step.at);
  for (const auto& step : timeline.throttling_switches()) out.push_back(step.at);
  for (const auto& entry : timeline.registrations()) out.push_back(entry.at);
  std::erase_if(out, [&](Instant at) { return at < from || at > to; });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// P(callback in [begin, end)) for an exchange at `at`.
double chance_of_callback(Instant at, Instant begin, Instant end, const TimeRange& delay) {
  if (delay.low == delay.high) return begin <= at - delay.low && at - delay.low < end ? 1 : 0;
  const Instant first = std::max(begin, at - delay.high);
  const Instant last = std::min(end, at - delay.low);
  return first < last ? seconds(last - first) / seconds(delay.high - delay.low) : 0;
}

// The runs of each pod, ascending by instant.
std::vector<std::vector<RunIndex>> runs_by_pod(const Timeline& timeline) {
  std::vector<std::vector<RunIndex>> all;
  const auto with = [&](PodId pod) -> std::vector<RunIndex>& {
    if (pod >= all.size()) all.resize(pod + 1);
    return all[pod];
  };
  for (RunIndex r = 0; r < timeline.runs().size(); ++r) with(timeline.run(r).pod).push_back(r);
  for (const auto& epoch : timeline.epochs())
    for (const PodId pod : timeline.members(epoch)) with(pod);
  return all;
}

// The last of these runs that had begun by `at`; no_run when none had.
RunIndex latest(const Timeline& timeline, const std::vector<RunIndex>& runs, Instant at) {
  for (auto run = runs.rbegin(); run != runs.rend(); ++run)
    if (timeline.run(*run).from <= at) return *run;
  return no_run;
}

// One run for each environment that a process ever held, which are few however many pods there are.
std::vector<RunIndex> run_of_each_environment(const Timeline& timeline) {
  std::vector<RunIndex> all;
  std::vector<bool> seen;
  for (RunIndex r = 0; r < timeline.runs().size(); ++r) {
    const auto environment = timeline.run(r).environment;
    if (environment >= seen.size()) seen.resize(environment + 1);
    if (seen[environment]) continue;
    seen[environment] = true;
    all.push_back(r);
  }
  return all;
}

// Whether the provider refuses an exchange of each environment, by its number, at `at`; empty when
// it refuses none. Only the cause of a refusal depends on the pod.
std::vector<bool> refused_environments(const Timeline& timeline,
                                       const std::vector<RunIndex>& environments, Instant at) {
  std::vector<bool> refused;
  for (const RunIndex run : environments) {
    if (refusal(timeline, timeline.environment(run), Instant::min(), at).share == 0) continue;
    refused.resize(std::max<std::size_t>(refused.size(), timeline.run(run).environment + 1));
    refused[timeline.run(run).environment] = true;
  }
  return refused;
}

// By pod, the share of its exchanges at `at` that are not refused for its secret or method. A
// provider that throttles looks at the grant first.
std::vector<double> accepted_by_pod(const Timeline& timeline, Instant at) {
  std::vector<double> accepted;
  for (const auto& run : timeline.runs()) {
    if (run.from > at) continue;
    if (run.pod >= accepted.size()) accepted.resize(run.pod + 1, 1.0);
    const auto index = static_cast<RunIndex>(&run - timeline.runs().data());
    const auto refused =
        refusal(timeline, timeline.environment(index), timeline.created(run.pod), at);
    accepted[run.pod] = refused.cause == Cause::rate_limited ? 1.0 : 1.0 - refused.share;
  }
  return accepted;
}

}  // namespace

Expectation expected_failures(const Timeline& timeline, const JourneyOptions& options,
                              double logins_per_second, Instant from, Instant to) {
  Expectation out;
  if (from >= to) return out;
  out.tried = logins_per_second * seconds(to - from);
  const auto& epochs = timeline.epochs();
  const auto runs = runs_by_pod(timeline);
  const auto environments = run_of_each_environment(timeline);
  const bool mixed = clients_mix(timeline, options);
  const auto bends = knots(timeline, options.exchange, from, to);
  for (std::size_t k = 0; k + 1 < bends.size(); ++k) {
    // Between two knots every share is linear in time, so its mean is its value in the middle.
    const Instant middle = bends[k] + (bends[k + 1] - bends[k]) / 2;
    // Most of the time nobody is refused, and a large fleet need not be asked pod by pod.
    const auto refusing = refused_environments(timeline, environments, middle);
    if (mixed) {
      const auto accepted =
          refusing.empty() ? std::vector<double>() : accepted_by_pod(timeline, middle);
      const double crossed =
          logins_per_second *
          seconds_between_clients(timeline, options, accepted, bends[k], bends[k + 1]);
      out.failed += crossed;
      out.by_cause[static_cast<std::size_t>(Cause::wrong_client)] += crossed;
    }
    if (refusing.empty()) continue;
    const double logins = logins_per_second * seconds(bends[k + 1] - bends[k]);
    for (std::size_t e = 0; e < epochs.size(); ++e) {
      const Instant begin = e == 0 ? Instant::min() : epochs[e].from;
      const Instant end = e + 1 < epochs.size() ? epochs[e + 1].from : forever;
      const double chance = chance_of_callback(middle, begin, end, options.exchange);
      if (chance == 0) continue;
      for (const PodId pod : timeline.members(epochs[e])) {
        // The process that was there when the callback came; the latest one of the pod by then.
        const auto run =
            latest(timeline, runs[pod], std::max(middle - options.exchange.low, epochs[e].from));
        if (run == no_run) continue;
        const auto environment = timeline.run(run).environment;
        if (environment >= refusing.size() || !refusing[environment]) continue;
        const auto refused =
            refusal(timeline, timeline.environment(run), timeline.created(pod), middle);
        const double failing =
            logins * chance * refused.share / static_cast<double>(epochs[e].count);
        out.failed += failing;
        out.by_cause[static_cast<std::size_t>(refused.cause)] += failing;
      }
    }
  }
  return out;
}

}  // namespace mocks::users
