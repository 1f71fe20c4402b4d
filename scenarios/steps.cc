#include "scenarios/steps.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "rotator/cli/yaml_section.h"
#include "rotator/rotation/phase.h"

namespace scenarios {
namespace {

using rotator::YamlSection;
using Json = nlohmann::ordered_json;

bool says_when(const std::string& key) { return key == "at" || key == "after" || key == "plus"; }

// The one key of an entry that is an act; the others say when.
void read_act(YamlSection& entry, ActPlace place, Step& step) {
  const auto known = act_names(place);
  bool found = false;
  bool unknown = false;
  for (const auto& key : entry.keys()) {
    if (says_when(key)) continue;
    const std::string value = entry.text(key);
    const auto* const row = find_act(key, place);
    if (row == nullptr) {
      entry.complain(key, "no such act; known here: " + known);
      unknown = true;
      continue;
    }
    if (found) entry.complain(key, "an entry holds one act; begin another with '-'");
    found = true;
    step.act = row->act;
    step.line = entry.line(key);
    if (auto argument = parse_argument(row->argument, value))
      step.argument = std::move(*argument);
    else
      entry.complain(key, argument.error().message);
  }
  if (!found && !unknown) entry.complain("at", "this entry has no act; add one of " + known);
}

// Every phase that a driver can enter: the rotator's, and those of the guide by hand.
std::vector<std::string> known_phases() {
  std::vector<std::string> all;
  for (int phase = 0; phase <= static_cast<int>(rotator::Phase::rollback); ++phase)
    all.emplace_back(rotator::to_string(static_cast<rotator::Phase>(phase)));
  for (const auto& row : all_acts())
    if (!row.as_command.empty() && std::find(all.begin(), all.end(), row.phase) == all.end())
      all.emplace_back(row.phase);
  return all;
}

void read_when(YamlSection& entry, Step& step) {
  const bool at = entry.has("at");
  const bool after = entry.has("after");
  entry.read("at", step.plus);
  entry.read_choice("after", step.phase, known_phases());
  entry.read("plus", step.plus);
  if (at && after) entry.complain("after", "an entry says `at` or `after`, not both");
  if (!at && !after) entry.complain("at", "this entry does not say when; add `at` or `after`");
  if (entry.has("plus") && !after) entry.complain("plus", "belongs to `after`");
}

std::vector<Step> read_steps(YamlSection& section, const char* key, ActPlace place) {
  std::vector<Step> steps;
  auto entries = section.list(key);
  if (entries.size() > max_steps) {
    section.complain(key, "has more than " + std::to_string(max_steps) + " entries");
    for (auto& entry : entries)
      for (const auto& unread : entry.keys()) static_cast<void>(entry.text(unread));
    return steps;
  }
  for (auto& entry : entries) {
    Step step;
    read_act(entry, place, step);
    if (place == ActPlace::timeline) read_when(entry, step);
    steps.push_back(std::move(step));
  }
  return steps;
}

void divide(std::vector<Step>& steps, int factor) {
  for (auto& step : steps) {
    step.plus /= factor;
    if (auto* const time = std::get_if<ports::Duration>(&step.argument)) *time /= factor;
  }
}

}  // namespace

std::string describe(const Step& step) {
  const std::string when = step.phase.empty() ? "at " : "after " + step.phase + " + ";
  return "line " + std::to_string(step.line) + ": " + when + rotator::format_duration(step.plus) +
         ", " + to_string(step.act, step.argument);
}

rotator::OtherValue steps_value(ActPlace place, std::vector<Step>& steps) {
  return {.read = [place, &steps](YamlSection& section,
                                  const char* key) { steps = read_steps(section, key, place); },
          .schema = [place] { return steps_schema(place); },
          .divide = [&steps](int factor) { divide(steps, factor); }};
}

std::string steps_schema(ActPlace place) {
  Json properties = Json::object();
  Json acts = Json::array();
  if (place == ActPlace::timeline) {
    properties["at"] = {{"$ref", "#/definitions/duration"},
                        {"description", "After the driver began."}};
    properties["after"] = {
        {"type", "string"},
        {"enum", known_phases()},
        {"description", "Or after it first entered this phase; `plus` so much later."}};
    properties["plus"] = {{"$ref", "#/definitions/duration"}, {"description", "With `after`."}};
  }
  for (const auto& row : all_acts()) {
    if (find_act(row.name, place) == nullptr) continue;
    const std::string name(row.name);
    properties[name] = Json::parse(argument_schema(row, place));
    acts.push_back({{"required", Json::array({name})}});
  }
  Json entry = {{"type", "object"},
                {"additionalProperties", false},
                {"properties", std::move(properties)},
                {"oneOf", std::move(acts)}};
  if (place == ActPlace::timeline) {
    const auto required = [](const char* key) { return Json{{"required", Json::array({key})}}; };
    entry["anyOf"] = Json::array({required("at"), required("after")});
    entry["not"] = {{"required", Json::array({"at", "after"})}};
    entry["dependencies"] = {{"plus", Json::array({"after"})}};
  }
  const Json schema = {{"type", "array"}, {"maxItems", max_steps}, {"items", std::move(entry)}};
  return schema.dump();
}

}  // namespace scenarios
