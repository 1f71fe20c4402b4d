#include "rotator/rotation/exposure_forecast.h"

#include <algorithm>

namespace rotator {
namespace {

using ports::Duration;

Duration positive(const Known& known) { return std::max(known.value, Duration(0)); }

// When the new secret is known to be accepted, if it is waited for.
Duration accepted_at(const FleetFacts& facts) {
  return positive(facts.propagation) + positive(facts.acceptance);
}

// When the restart comes, where the old secret ends at `exposure`.
Duration restart_at(const FleetFacts& facts, Duration exposure) {
  return std::min(accepted_at(facts), exposure) + positive(facts.vault_settle);
}

// Old pods that still take logins in that round of the rollout, from 0; of all.
int old_pods_in(const FleetFacts& facts, int round) {
  if (facts.recreate) return facts.replicas;
  const int a_round =
      std::max(1, std::max(0, facts.max_surge) + std::max(0, facts.max_unavailable));
  return std::max(0, facts.replicas - round * a_round);
}

// One round of it. All pods of a Recreate hold the old secret until they have ended, and then there
// is none, which no secret is to blame for.
Duration round_of(const FleetFacts& facts) {
  if (facts.recreate) return positive(facts.termination);
  return rollout_time(facts) / rollout_rounds(facts);
}

Duration all_replaced_at(const FleetFacts& facts) {
  return restart_at(facts, accepted_at(facts)) + rollout_rounds(facts) * round_of(facts);
}

}  // namespace

ports::Duration lost_logins(const FleetFacts& facts, Duration exposure) {
  const auto replicas = std::max(1, facts.replicas);
  const auto known = positive(facts.propagation);
  Duration lost{0};
  const auto lose = [&](Duration from, Duration to, int pods) {
    from = std::max(from, exposure);
    // Before that nobody is accepted, whatever the pod holds.
    const auto nobody = std::clamp(known, from, std::max(from, to));
    lost += nobody - from;
    if (to > nobody) lost += (to - nobody) * pods / replicas;
  };
  const auto begin = restart_at(facts, exposure);
  const auto a_round = round_of(facts);
  lose(Duration(0), begin, replicas);
  for (int round = 0; round < rollout_rounds(facts); ++round)
    lose(begin + round * a_round, begin + (round + 1) * a_round, old_pods_in(facts, round));
  lose(begin + rollout_rounds(facts) * a_round,
       std::max(known, begin + rollout_rounds(facts) * a_round), 0);
  return lost;
}

ExposureForecast exposure_forecast(const FleetFacts& facts, Duration max_exposure,
                                   std::optional<int> logins_per_minute) {
  ExposureForecast forecast{.logins_per_minute = logins_per_minute};
  const auto point = [&](Duration exposure) {
    return ExposurePoint{.exposure = exposure, .lost = lost_logins(facts, exposure)};
  };
  forecast.chosen = point(max_exposure);
  forecast.moved = all_replaced_at(facts) + (facts.recreate ? rollout_time(facts) - round_of(facts)
                                                            : positive(facts.termination));
  // Where the loss bends: an end at once, the restart, and each round; of many rounds some.
  const auto restart = restart_at(facts, accepted_at(facts));
  const int rounds = rollout_rounds(facts);
  const int bends = std::min(rounds, most_exposure_points - 2);
  forecast.curve.push_back(point(Duration(0)));
  if (restart > Duration(0)) forecast.curve.push_back(point(restart));
  for (int i = 1; i <= bends; ++i)
    forecast.curve.push_back(point(restart + (rounds * i / bends) * round_of(facts)));
  return forecast;
}

double ExposureForecast::share(const ExposurePoint& point) const {
  if (moved <= Duration(0)) return 0;
  return std::min(1.0,
                  static_cast<double>(point.lost.count()) / static_cast<double>(moved.count()));
}

std::optional<double> ExposureForecast::failed(const ExposurePoint& point) const {
  if (!logins_per_minute) return std::nullopt;
  return std::chrono::duration<double>(point.lost).count() * *logins_per_minute / 60.0;
}

}  // namespace rotator
