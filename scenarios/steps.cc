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

// The one key of an entry that is an act; the others say when. False when it cannot be played.
bool read_act(YamlSection& entry, ActPlace place, Step& step) {
  const auto known = act_names(place);
  bool found = false;
  bool flawed = false;
  for (const auto& key : entry.keys()) {
    if (says_when(key)) continue;
    const std::string value = entry.text(key);
    const auto* const row = find_act(key, place);
    if (row == nullptr) {
      entry.complain(key, "no such act; known here: " + known);
      flawed = true;
      continue;
    }
    if (found) entry.complain(key, "an entry holds one act; begin another with '-'");
    flawed = flawed || found;
    found = true;
    step.act = row->act;
    step.line = entry.line(key);
    auto argument = parse_argument(row->argument, value);
    if (!argument) entry.complain(key, argument.error().message);
    flawed = flawed || !argument;
    if (argument) step.argument = std::move(*argument);
  }
  if (!found && !flawed) entry.complain("at", "this entry has no act; add one of " + known);
  return found && !flawed;
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

// Whether the one surely happens after the other: both hang on the same moment.
bool surely_after(const std::vector<Step>& steps, std::size_t one, std::size_t other) {
  if (steps[one].phase != steps[other].phase) return false;
  return std::pair(steps[one].plus, one) > std::pair(steps[other].plus, other);
}

// An act that takes something back, and finds nothing to take back, would pass in silence.
void check_begun(YamlSection& entry, const std::vector<Step>& steps, std::size_t at) {
  const auto& row = row_of(steps[at].act);
  const auto* const beginning = begun_by(row);
  if (beginning == nullptr) return;
  const Step* later = nullptr;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!takes_back(steps[at], steps[i])) continue;
    if (!surely_after(steps, i, at)) return;
    later = &steps[i];
  }
  const bool alike = beginning->argument == row.argument && row.argument != ArgumentKind::pods;
  const auto needed = later != nullptr ? to_string(later->act, later->argument)
                      : alike          ? to_string(beginning->act, steps[at].argument)
                                       : std::string(beginning->name);
  entry.complain(
      std::string(row.name),
      later == nullptr
          ? "ends what nobody began; add an entry with " + needed + ", or remove this one"
          : "ends what has not begun yet: " + needed + " comes later, in line " +
                std::to_string(later->line) + "; change when, or remove this entry");
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
  bool whole = true;
  for (auto& entry : entries) {
    Step step;
    whole = read_act(entry, place, step) && whole;
    if (place == ActPlace::timeline) read_when(entry, step);
    steps.push_back(std::move(step));
  }
  if (place == ActPlace::timeline && whole)
    for (std::size_t i = 0; i < steps.size(); ++i) check_begun(entries[i], steps, i);
  return steps;
}

void divide(std::vector<Step>& steps, int factor) {
  for (auto& step : steps) {
    step.plus /= factor;
    if (auto* const time = std::get_if<ports::Duration>(&step.argument)) *time /= factor;
  }
}

}  // namespace

bool takes_back(const Step& ending, const Step& beginning) {
  const auto* const begun = begun_by(row_of(ending.act));
  if (begun == nullptr || begun->act != beginning.act) return false;
  const auto kind = row_of(ending.act).argument;
  return kind != begun->argument || kind == ArgumentKind::pods ||
         ending.argument == beginning.argument;
}

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
