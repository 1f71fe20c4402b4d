#include "scenarios/explore/ways.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "mocks/sim/draws.h"
#include "mocks/sim/glob.h"
#include "scenarios/side_by_side.h"

namespace scenarios::explore {
namespace {

using mocks::sim::Course;
using mocks::sim::Draws;

// Of the exhaustive ways: runs side by side between two looks.
constexpr std::size_t batch = 256;

// Of the plans of feedback each so manyth is a fresh one.
constexpr std::uint64_t fresh_each = 4;

bool changes_nothing(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "LIST";
}

// Of the calls that take part their number in the run and their place.
std::vector<std::pair<std::size_t, Place>> wanted(const std::vector<MadeCall>& calls,
                                                  const std::string& glob) {
  const auto places = places_of(calls);
  std::vector<std::pair<std::size_t, Place>> all;
  for (std::size_t i = 0; i < places.size(); ++i)
    if (mocks::sim::glob_matches(
            glob, places[i].method + " " + places[i].server + " " + places[i].target))
      all.emplace_back(i, places[i]);
  return all;
}

// How often the server gets a request that meets this.
std::uint64_t arrivals(const Course& course) {
  if (course.request != Course::Request::arrives) return 0;
  return course.twice ? 2 : 1;
}

}  // namespace

Ground ground_of(const Court& court, const std::string& calls, const std::string& kinds) {
  Ground ground{.driver = court.driver()};
  for (auto& [call, place] : wanted(court.quiet().calls, calls))
    ground.places.push_back(std::move(place));
  for (const auto& mishap : all_mishaps())
    if (mocks::sim::glob_matches(kinds, mishap.kind->name)) ground.mishaps.push_back(mishap);
  return ground;
}

Ways::Ways(const Court& court, const ExploreOptions& options, const ports::Clock& clock)
    : court_(court),
      options_(options),
      clock_(clock),
      begun_(clock.now()),
      ground_(ground_of(court, options.calls, options.kinds)) {}

bool Ways::time_is_up() const {
  return options_.real_time && clock_.now() - begun_ >= *options_.real_time;
}

bool Ways::told_to_end() const { return options_.stop != nullptr && options_.stop->requested(); }

void Ways::show(double done, const char* what) const {
  if (!options_.progress) return;
  if (options_.real_time)
    done = std::max(done, std::chrono::duration<double>(clock_.now() - begun_) /
                              std::chrono::duration<double>(*options_.real_time));
  options_.progress(std::min(done, 1.0), what);
}

ports::Result<std::vector<Trial>> Ways::play_all(const Drawn& drawn) const {
  std::vector<Trial> trials(drawn.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<ports::Error> error;
  side_by_side(options_.threads, [&] {
    for (std::size_t i = next++; i < drawn.size(); i = next++) {
      auto trial =
          told_to_end()
              ? ports::Result<Trial>(ports::fail(ports::ErrorCode::interrupted, "told to end"))
              : court_.play(drawn[i].second, drawn[i].first);
      if (trial) {
        trials[i] = std::move(*trial);
        continue;
      }
      const std::lock_guard lock(mutex);
      error = trial.error();
      next = drawn.size();
    }
  });
  if (error) return ports::fail(*error);
  return trials;
}

void Ways::count(Tally& tally, const std::vector<Trial>& trials) {
  for (const auto& trial : trials) {
    ++tally.result.runs;
    tally.result.rules += trial.plan.size();
    tally.result.rules_idle += trial.rules_idle;
    tally.orders.insert(trial.call_order);
    tally.steps.insert(trial.steps.begin(), trial.steps.end());
    if (!trial.finding) continue;
    ++tally.result.wrong;
    if (found_.size() == most_findings) continue;
    found_.emplace_back(tally.result.name,
                        Trial{.seed = trial.seed, .plan = trial.plan, .finding = trial.finding});
  }
}

void Ways::close(Tally& tally) {
  tally.result.call_orders = tally.orders.size();
  tally.result.steps = tally.steps.size();
  results_.push_back(tally.result);
}

// --- Random and feedback -------------------------------------------------------------------------

ports::Status Ways::swarm_and_feedback() {
  Tally random{.result = {.name = "random", .planned = options_.seeds}};
  Tally feedback_tally{.result = {.name = "feedback", .planned = options_.seeds}};
  if (ground_.places.empty() || ground_.mishaps.empty()) return {};
  ports::Status ended;
  for (std::uint64_t done = 0; done < options_.seeds && ended && !time_is_up();
       done += generation) {
    const auto first = options_.first_seed + done;
    const auto seeds = std::min(generation, options_.seeds - done);
    const auto share = [&](std::uint64_t runs) {
      return static_cast<double>(runs) / static_cast<double>(2 * options_.seeds);
    };
    show(share(2 * done), "random");
    ended = swarm(first, seeds, random);
    show(share(2 * done + seeds), "feedback");
    if (ended) ended = feedback(first, seeds, feedback_tally);
  }
  close(random);
  close(feedback_tally);
  // Those of one way first: a plan that its seed alone tells is the better example.
  std::stable_sort(found_.begin(), found_.end(), [](const auto& one, const auto& other) {
    return one.first == "random" && other.first != "random";
  });
  return ended;
}

ports::Status Ways::swarm(std::uint64_t first, std::uint64_t seeds, Tally& tally) {
  Drawn drawn;
  for (auto seed = first; seed < first + seeds; ++seed)
    drawn.emplace_back(seed, plan_of_seed(seed, ground_));
  const auto trials = play_all(drawn);
  if (!trials) return ports::fail(trials.error());
  count(tally, *trials);
  return {};
}

ports::Status Ways::feedback(std::uint64_t first, std::uint64_t seeds, Tally& tally) {
  Drawn drawn;
  for (auto seed = first; seed < first + seeds; ++seed) {
    const Draws draws(seed);
    const auto draw = [&](std::uint64_t bound, std::uint64_t index) {
      return draws.below(bound, mocks::sim::Stream::fault, mocks::name_of("feedback"), index);
    };
    if (kept_.empty() || draw(fresh_each, 0) == 0) {
      // Not the plan that the other way plays with this seed.
      drawn.emplace_back(seed, plan_of_seed(Draws::mix(seed), ground_));
      continue;
    }
    const auto& parent = kept_[draw(kept_.size(), 1)];
    drawn.emplace_back(
        seed,
        mutated(parent.plan, seed,
                {.driver = ground_.driver, .places = parent.places, .mishaps = ground_.mishaps}));
  }
  const auto trials = play_all(drawn);
  if (!trials) return ports::fail(trials.error());
  for (const auto& trial : *trials) {
    const bool news = !std::includes(tally.steps.begin(), tally.steps.end(), trial.steps.begin(),
                                     trial.steps.end());
    count(tally, {trial});
    if (!news) continue;
    Kept kept{.plan = trial.plan};
    for (auto& [call, place] : wanted(trial.calls, options_.calls))
      kept.places.push_back(std::move(place));
    if (!kept.places.empty()) kept_.push_back(std::move(kept));
  }
  return {};
}

// --- Exhaustive ----------------------------------------------------------------------------------

ports::Status Ways::exhaustive() {
  Tally calls{.result = {.name = "calls"}};
  auto ended = singles(calls);
  close(calls);
  if (!ended || options_.exhaustive < 2 || time_is_up()) return ended;
  Tally both{.result = {.name = "pairs"}};
  ended = pairs(both);
  close(both);
  return ended;
}

// Two single faults with the same state leave the same behind, and every second fault after them
// has the same to fall upon: the same happened at the same times, the server was asked as often
// where that changes something, and the caller was told the same. An answer that was made up is
// told by nobody else.
std::uint64_t Ways::state_after(const Single& single, const Trial& trial,
                                std::size_t mishap) const {
  const auto& rule = single.plan.front();
  const auto& course = rule.kind->course;
  auto state = trial.facts;
  if (course.request == Course::Request::answered)
    state = Draws::mix(state ^ Draws::mix((single.call + 1) * 64 + mishap));
  else if (!changes_nothing(rule.method))
    state = Draws::mix(state ^ Draws::mix((single.call + 1) * 4 + arrivals(course)));
  return state;
}

ports::Status Ways::singles(Tally& tally) {
  const auto seed = court_.scenario().seed;
  std::vector<std::size_t> mishap_of;
  for (const auto& [call, place] : wanted(court_.quiet().calls, options_.calls))
    for (std::size_t m = 0; m < ground_.mishaps.size(); ++m) {
      singles_.push_back(
          {.plan = {rule_of(ground_.driver, place, ground_.mishaps[m])}, .call = call});
      mishap_of.push_back(m);
    }
  tally.result.planned = singles_.size();
  for (std::size_t begin = 0; begin < singles_.size() && !time_is_up(); begin += batch) {
    show(static_cast<double>(begin) / static_cast<double>(singles_.size()), "calls");
    Drawn drawn;
    for (auto i = begin; i < std::min(begin + batch, singles_.size()); ++i)
      drawn.emplace_back(seed, singles_[i].plan);
    const auto trials = play_all(drawn);
    if (!trials) return ports::fail(trials.error());
    count(tally, *trials);
    for (std::size_t i = 0; i < trials->size(); ++i) {
      auto& single = singles_[begin + i];
      const auto& trial = (*trials)[i];
      single.state = state_after(single, trial, mishap_of[begin + i]);
      // How many calls could be second: those of its run that come after it.
      for (const auto& [call, place] : wanted(trial.calls, options_.calls))
        single.later += call > single.call;
    }
  }
  return {};
}

ports::Status Ways::pairs(Tally& tally) {
  std::set<std::uint64_t> known = {court_.quiet().facts};
  std::vector<const Single*> firsts;
  for (const auto& single : singles_) {
    const auto seconds = single.later * ground_.mishaps.size();
    tally.result.planned += seconds;
    const bool news = known.insert(single.state).second;
    if (!options_.prune || news)
      firsts.push_back(&single);
    else
      tally.result.pruned += seconds;
  }
  for (std::size_t i = 0; i < firsts.size() && !time_is_up(); ++i) {
    show(static_cast<double>(i) / static_cast<double>(firsts.size()), "pairs");
    if (auto ended = pairs_with(*firsts[i], tally); !ended) return ended;
  }
  return {};
}

ports::Status Ways::pairs_with(const Single& first, Tally& tally) {
  const auto seed = court_.scenario().seed;
  const auto alone = court_.play(first.plan, seed);
  if (!alone) return ports::fail(alone.error());
  Drawn drawn;
  const auto play_these = [&]() -> ports::Status {
    const auto trials = play_all(drawn);
    drawn.clear();
    if (!trials) return ports::fail(trials.error());
    count(tally, *trials);
    return {};
  };
  for (const auto& [call, place] : wanted(alone->calls, options_.calls)) {
    if (call <= first.call) continue;
    for (const auto& mishap : ground_.mishaps) {
      drawn.emplace_back(seed, Plan{first.plan.front(), rule_of(ground_.driver, place, mishap)});
      if (drawn.size() < batch) continue;
      if (time_is_up()) return {};
      if (auto played = play_these(); !played) return played;
    }
  }
  return play_these();
}

}  // namespace scenarios::explore
