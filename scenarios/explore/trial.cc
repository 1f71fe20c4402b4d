#include "scenarios/explore/trial.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "scenarios/flaw.h"
#include "scenarios/run.h"
#include "scenarios/window.h"

namespace scenarios::explore {
namespace {

using mocks::users::Fidelity;

// Of a rotation that did not come to an end by itself.
Finding cut_short(const Watch& watch) {
  const auto call = watch.calls().empty() ? "no call" : describe(watch.calls().back());
  const bool many = watch.ended() == Watch::Ended::too_many_calls;
  return {.wrong = many ? Wrong::too_many_calls : Wrong::too_long,
          .phase = watch.phase(),
          .call = call,
          .what = (many ? "made " + grouped(watch.calls().size()) + " calls without an end in "
                        : std::string("took too much real time in ")) +
                  watch.phase() + " at " + call};
}

// When the first of what is wrong showed; nothing: at the end.
std::optional<double> instant_of(const Flaw& flaw, const Report& report) {
  std::optional<double> at_s;
  for (const auto& invariant : report.invariants)
    if (invariant.verdict == Verdict::fail && invariant.at_s > 0 &&
        (!flaw.broken || invariant.invariant == *flaw.broken))
      at_s = std::min(at_s.value_or(invariant.at_s), invariant.at_s);
  if (flaw.failed == 0) return at_s;
  for (const auto& phase : report.phases)
    if (lost_to_rotation(phase.logins) > 0)
      return at_s && *at_s < phase.to_s ? at_s : std::optional(phase.to_s);
  return at_s;
}

// The phase and the last call at that instant.
void place(Finding& finding, const Report& report, const Watch& watch) {
  const auto& calls = watch.calls();
  const MadeCall* last = calls.empty() ? nullptr : &calls.back();
  finding.phase = watch.phase();
  if (finding.at_s) {
    const auto after = std::find_if(calls.begin(), calls.end(), [&](const MadeCall& call) {
      return call.at_s > *finding.at_s;
    });
    last = after == calls.begin() ? nullptr : &*std::prev(after);
    for (const auto& phase : report.phases)
      if (phase.from_s < *finding.at_s && *finding.at_s <= phase.to_s) finding.phase = phase.phase;
  }
  if (last != nullptr) finding.call = describe(*last);
}

std::optional<Finding> finding_of(const Report& report, const Watch& watch, bool others_act) {
  const auto flaw = flaw_of(report, {.turned_back = true, .refused = true});
  Finding finding{.invariant = flaw.broken, .what = flaw.what};
  if (flaw.failed > 0 || flaw.broken) {
    finding.wrong = flaw.failed > 0 ? Wrong::lost_logins : Wrong::broken_invariant;
    finding.at_s = instant_of(flaw, report);
  } else if (flaw.stuck) {
    finding.wrong = Wrong::stuck;
  } else if (report.rotation.outcome != rotator::Ending::done && !others_act &&
             watch.secrets_changed() && !turned_back(report)) {
    finding.wrong = Wrong::half_refused;
    finding.what = "refused after it had changed secrets: " + report.rotation.message;
  } else {
    return std::nullopt;
  }
  place(finding, report, watch);
  if (flaw.stuck)
    finding.what = "stuck in " + finding.phase + " at " + finding.call + ": " + flaw.what;
  return finding;
}

}  // namespace

const char* to_string(Wrong wrong) {
  switch (wrong) {
    case Wrong::lost_logins: return "lost_logins";
    case Wrong::broken_invariant: return "broken_invariant";
    case Wrong::stuck: return "stuck";
    case Wrong::half_refused: return "half_refused";
    case Wrong::too_many_calls: return "too_many_calls";
    case Wrong::too_long: return "too_long";
  }
  return "unknown";
}

bool Finding::resembles(const Finding& other) const {
  if (wrong != other.wrong || invariant != other.invariant) return false;
  return wrong == Wrong::lost_logins || wrong == Wrong::broken_invariant || phase == other.phase;
}

Court::Court(Scenario scenario, const Options& options, const ports::Clock& clock)
    : scenario_(std::move(scenario)), options_(options), clock_(&clock) {
  // An expected ending would be taken for the end of a run that can be resumed.
  scenario_.expect = {};
}

ports::Result<Court> Court::open(Scenario scenario, const Options& options,
                                 const ports::Clock& clock) {
  const auto driver = driver_of(scenario, options.policy);
  if (!driver) return ports::fail(driver.error());
  Court court(std::move(scenario), options, clock);
  court.driver_ = driver->kind == Driver::Kind::rotator ? "rotator" : "operator";
  auto quiet = court.play({}, court.scenario_.seed, {.keep_timeline = false, .most_calls = 0});
  if (!quiet) return ports::fail(quiet.error());
  court.quiet_ = std::move(*quiet);
  court.most_calls_ = court.quiet_.calls.size() * options.calls_factor + options.calls_more;
  return court;
}

ports::Result<Trial> Court::play(const Plan& plan, std::uint64_t seed) const {
  return play(plan, seed, {.keep_timeline = false, .most_calls = most_calls_});
}

ports::Result<Trial> Court::play_with_timeline(const Plan& plan, std::uint64_t seed) const {
  return play(plan, seed, {.keep_timeline = true, .most_calls = most_calls_});
}

ports::Result<Trial> Court::play(const Plan& plan, std::uint64_t seed, const How& how) const {
  auto scenario = scenario_;
  scenario.faults.insert(scenario.faults.end(), plan.begin(), plan.end());
  Watch watch(driver_, {.calls = how.most_calls, .real_time = options_.real_time}, *clock_,
              options_.stop);
  // Logins by the event cost most of a run, and are needed only where faults reach them.
  std::optional<Fidelity> fidelity;
  if (seen_by_exact_only(scenario).empty()) fidelity = Fidelity::superposed;
  auto report = run_simulated(scenario, {.seed = seed,
                                         .policy = options_.policy,
                                         .fidelity = fidelity,
                                         .on_stop = OnStop::resume,
                                         .keep_timeline = how.keep_timeline,
                                         .stop = &watch.stop(),
                                         .spectator = &watch});
  Trial trial{.seed = seed, .plan = plan};
  if (watch.ended() == Watch::Ended::too_many_calls || watch.ended() == Watch::Ended::too_long) {
    // A short run may have come to its end before it was ended.
    trial.finding = cut_short(watch);
  } else if (!report) {
    return ports::fail(report.error());
  } else {
    trial.finding = finding_of(*report, watch, !scenario.timeline.empty());
    trial.rules_idle = std::min<std::uint64_t>(report->faults_never_fired.size(), plan.size());
    trial.timeline = std::move(report->timeline);
    trial.ended = scenarios::to_string(report->rotation.outcome) + " in " + report->rotation.phase;
  }
  trial.calls = watch.calls();
  trial.steps = watch.steps();
  trial.call_order = watch.call_order();
  trial.facts = watch.facts();
  return trial;
}

}  // namespace scenarios::explore
