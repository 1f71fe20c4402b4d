#include "scenarios/explore/explore.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <utility>

#include "mocks/sim/glob.h"
#include "scenarios/explore/ways.h"
#include "scenarios/side_by_side.h"

namespace scenarios::explore {
namespace {

bool is_part_of(const Plan& minimal, const Plan& plan) {
  return std::all_of(minimal.begin(), minimal.end(), [&](const auto& rule) {
    return std::any_of(plan.begin(), plan.end(), [&](const auto& other) {
      return rule.kind == other.kind && rule.server == other.server &&
             rule.method == other.method && rule.target == other.target;
    });
  });
}

Group* group_of(std::vector<Group>& groups, const Finding& finding) {
  for (auto& group : groups)
    if (group.explained.finding.resembles(finding)) return &group;
  return nullptr;
}

// A run whose plan holds the rules of a known least plan, and that went wrong in the same way, is
// taken for that one.
bool shows_a_known_one(const Group& group, const Plan& plan) {
  return is_part_of(group.explained.minimal, plan) ||
         std::any_of(group.also.begin(), group.also.end(),
                     [&](const Plan& other) { return is_part_of(other, plan); });
}

// The least of the least plans is the one that is told whole.
void add(Group& group, const std::string& way, Explained explained) {
  if (explained.minimal.size() < group.explained.minimal.size()) {
    std::swap(explained, group.explained);
    group.way = way;
  }
  if (!shows_a_known_one(group, explained.minimal))
    group.also.push_back(std::move(explained.minimal));
}

ports::Status sort_out(const Court& court, const Found& found, ExploreResult& result) {
  for (const auto& [way, trial] : found) {
    auto* const group = group_of(result.groups, *trial.finding);
    if (group != nullptr) {
      ++group->runs;
      if (group->also.size() == most_also || shows_a_known_one(*group, trial.plan)) continue;
    } else if (result.groups.size() == most_groups) {
      ++result.not_explained;
      continue;
    }
    auto explained = explain(court, trial);
    if (!explained) return ports::fail(explained.error());
    if (group != nullptr)
      add(*group, way, std::move(*explained));
    else
      result.groups.push_back({.explained = std::move(*explained), .way = way, .runs = 1});
  }
  return {};
}

}  // namespace

ports::Result<ExploreResult> explore(const Court& court, const ExploreOptions& options,
                                     const ports::Clock& clock) {
  ExploreResult result{.scenario = court.scenario().name,
                       .path = court.scenario().path,
                       .quiet_calls = court.quiet().calls.size(),
                       .first_seed = options.first_seed};
  Found found;
  if (court.quiet().finding) {
    // Under faults it can only show the same again.
    found.push_back({"quiet", court.quiet()});
    result.ways.push_back({.name = "quiet", .runs = 1, .planned = 1, .wrong = 1});
  } else {
    Ways ways(court, options, clock);
    const auto done = options.exhaustive > 0 ? ways.exhaustive() : ways.swarm_and_feedback();
    result.ways = ways.results();
    found = ways.take_found();
    if (!done) {
      if (done.error().code != ports::ErrorCode::interrupted) return ports::fail(done.error());
      result.interrupted = true;
      // What was found is told as it was drawn: shrinking it would be more runs.
      for (const auto& [way, trial] : found) {
        if (auto* const group = group_of(result.groups, *trial.finding)) {
          ++group->runs;
          continue;
        }
        if (result.groups.size() == most_groups) continue;
        result.groups.push_back({.explained = {.finding = *trial.finding,
                                               .seed = trial.seed,
                                               .drawn = trial.plan,
                                               .minimal = trial.plan},
                                 .way = way,
                                 .runs = 1});
      }
      return result;
    }
  }
  const auto sorted = sort_out(court, found, result);
  if (!sorted && sorted.error().code != ports::ErrorCode::interrupted)
    return ports::fail(sorted.error());
  result.interrupted = !sorted;
  return result;
}

}  // namespace scenarios::explore
