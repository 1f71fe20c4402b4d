// What an exploration came to, for programs.
#include <cmath>
#include <nlohmann/json.hpp>

#include "scenarios/explore/explore.h"

namespace scenarios::explore {
namespace {

using Json = nlohmann::ordered_json;

Json lines_of(const Plan& plan) {
  Json lines = Json::array();
  for (const auto& rule : plan) lines.push_back(yaml_of(rule));
  return lines;
}

Json json_of(const std::vector<TimelineEntry>& tail) {
  Json lines = Json::array();
  for (const auto& line : tail)
    lines.push_back({{"at_s", std::round(line.at_s * 1000.0) / 1000.0}, {"what", line.what}});
  return lines;
}

Json json_of(const WayResult& way) {
  return {{"name", way.name},     {"runs", way.runs},   {"planned", way.planned},
          {"pruned", way.pruned}, {"wrong", way.wrong}, {"call_orders", way.call_orders},
          {"steps", way.steps},   {"rules", way.rules}, {"rules_never_fired", way.rules_idle}};
}

Json json_of(const Group& group, const std::string& path) {
  const auto& explained = group.explained;
  const auto& finding = explained.finding;
  Json entry = {{"wrong", to_string(finding.wrong)}};
  entry["invariant"] = finding.invariant ? Json(to_string(*finding.invariant)) : Json();
  entry["phase"] = finding.phase;
  entry["call"] = finding.call;
  entry["what"] = finding.what;
  entry["runs"] = group.runs;
  entry["way"] = group.way;
  entry["seed"] = explained.seed;
  entry["plan"] = lines_of(explained.drawn);
  entry["minimal"] = lines_of(explained.minimal);
  entry["faults"] = yaml_of(explained.minimal);
  entry["neighbour"] = Json();
  if (explained.neighbour)
    entry["neighbour"] = {{"differs", explained.neighbour->differs},
                          {"ended", explained.neighbour->ended},
                          {"faults", yaml_of(explained.neighbour->plan)}};
  entry["also"] = Json::array();
  for (const auto& plan : group.also) entry["also"].push_back(yaml_of(plan));
  entry["tail"] = json_of(explained.tail);
  entry["replay"] = replay_line(path, explained.seed, explained.minimal);
  return entry;
}

std::string text_of(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string run_json(const OneRun& one) {
  const auto& finding = one.trial.finding;
  return text_of({{"schema", 1},
                  {"scenario", one.scenario},
                  {"seed", one.trial.seed},
                  {"plan", lines_of(one.trial.plan)},
                  {"rules_never_fired", one.trial.rules_idle},
                  {"ended", one.trial.ended},
                  {"wrong", finding ? Json(to_string(finding->wrong)) : Json()},
                  {"what", finding ? finding->what : ""},
                  {"tail", json_of(one.tail)}});
}

std::string explore_json(const ExploreResult& result) {
  Json document = {{"schema", 1},
                   {"scenario", result.scenario},
                   {"quiet_calls", result.quiet_calls},
                   {"interrupted", result.interrupted},
                   {"ways", Json::array()},
                   {"findings", Json::array()},
                   {"findings_not_explained", result.not_explained}};
  for (const auto& way : result.ways) document["ways"].push_back(json_of(way));
  for (const auto& group : result.groups)
    document["findings"].push_back(json_of(group, result.path));
  return text_of(document);
}

}  // namespace scenarios::explore
