#include "scenarios/steps.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "rotator/cli/yaml_section.h"

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

std::vector<Step> read_steps(YamlSection& section, const char* key, ActPlace place) {
  std::vector<Step> steps;
  for (auto& entry : section.list(key)) {
    Step step;
    if (place == ActPlace::timeline) {
      entry.read("at", step.plus);
      entry.read("after", step.phase);
      entry.read("plus", step.plus);
    }
    read_act(entry, place, step);
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
        {"description", "Or after it first entered this phase; `plus` so much later."}};
    properties["plus"] = {{"$ref", "#/definitions/duration"}, {"description", "With `after`."}};
  }
  for (const auto& row : all_acts()) {
    if (find_act(row.name, place) == nullptr) continue;
    const std::string name(row.name);
    properties[name] = Json::parse(argument_schema(row, place));
    acts.push_back({{"required", Json::array({name})}});
  }
  const Json schema = {{"type", "array"},
                       {"items",
                        {{"type", "object"},
                         {"additionalProperties", false},
                         {"properties", std::move(properties)},
                         {"oneOf", std::move(acts)}}}};
  return schema.dump();
}

}  // namespace scenarios
