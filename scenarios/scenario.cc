#include "scenarios/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rotator/cli/config_keys.h"
#include "rotator/cli/keys_yaml.h"
#include "scenarios/scenario_keys.h"

namespace scenarios {
namespace {

using mocks::sim::FaultRule;
using ports::ErrorCode;
using ports::fail;
using rotator::YamlSection;

// The one key of an entry that is an act; the others are `at`, `after`, `plus`.
void read_act(YamlSection& entry, ActPlace place, Step& step) {
  const auto known = act_names(place);
  bool found = false;
  bool unknown = false;
  for (const auto& key : entry.keys()) {
    if (key == "at" || key == "after" || key == "plus") continue;
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

std::vector<Step> read_timeline(YamlSection& file) {
  std::vector<Step> steps;
  for (auto& entry : file.list("timeline")) {
    Step step;
    entry.read("at", step.plus);
    entry.read("after", step.phase);
    entry.read("plus", step.plus);
    read_act(entry, ActPlace::timeline, step);
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<Step> read_commands(YamlSection& parent, const std::string& key) {
  std::vector<Step> steps;
  for (auto& entry : parent.list(key)) {
    Step step;
    read_act(entry, ActPlace::command, step);
    steps.push_back(std::move(step));
  }
  if (steps.empty())
    parent.complain(key, "an operator needs commands; see scenarios/scenario.schema.json");
  return steps;
}

Driver read_driver(YamlSection& section) {
  Driver driver;
  if (section.has("operator")) {
    driver.kind = Driver::Kind::operator_by_hand;
    driver.commands = read_commands(section, "operator");
    if (section.has("rotation"))
      section.complain("rotation", "an operator by hand has no rotation.yaml; keep one");
    return driver;
  }
  auto rotation = section.section("rotation");
  rotator::read_keys(
      rotation, [&](rotator::Keys& keys) { rotator::list_rotation_keys(keys, driver.rotation); });
  rotator::check_rotation(rotation, driver.rotation);
  auto unsafe = section.section("unsafe");
  rotator::read_keys(
      unsafe, [&](rotator::Keys& keys) { rotator::list_unsafe_keys(keys, driver.rotation); });
  return driver;
}

std::vector<FaultRule> read_faults(YamlSection& file) {
  std::vector<FaultRule> rules;
  for (auto& entry : file.list("faults")) {
    FaultRule rule;
    rule.label = "fault " + std::to_string(rules.size() + 1);
    std::string kind;
    entry.require("kind", kind);
    if (const auto* const known = mocks::sim::find_kind(kind))
      rule.kind = known;
    else
      entry.complain("kind", "no such fault; known: " + std::string(mocks::sim::kind_names()));
    entry.read("label", rule.label);
    entry.read("caller", rule.caller);
    entry.read("server", rule.server);
    entry.read("method", rule.method);
    entry.read("target", rule.target);
    int nth = 1;
    int count = 1;
    entry.read("nth", nth, 1, 1'000'000);
    entry.read("count", count, 0, 1'000'000);
    rule.nth = static_cast<std::uint64_t>(nth);
    rule.count = static_cast<std::uint64_t>(count);
    ports::Duration from{0};
    entry.read("from", from);
    rule.from = ports::Instant(from);
    std::optional<ports::Duration> to;
    entry.read("to", to);
    if (to) rule.to = ports::Instant(*to);
    entry.read("delay", rule.delay);
    int status = 503;
    entry.read("status", status, 100, 599);
    rule.response.status = status;
    entry.read("body", rule.response.body);
    std::string retry_after;
    entry.read("retry_after", retry_after);
    if (!retry_after.empty()) rule.response.headers.push_back({"Retry-After", retry_after});
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace

bool restarts_by_itself(const Scenario& scenario) {
  return std::none_of(scenario.timeline.begin(), scenario.timeline.end(),
                      [](const Step& step) { return step.act == Act::start; });
}

std::string scenario_name(const std::string& path) {
  std::filesystem::path file = path;
  file.replace_extension();
  const std::string folder = file.parent_path().filename().string();
  return folder.empty() ? file.filename().string() : folder + "/" + file.filename().string();
}

ports::Result<Scenario> parse_scenario(const std::string& text, const std::string& path) {
  auto file = YamlSection::parse(text, path);
  if (!file) return fail(file.error());
  Scenario scenario;
  scenario.path = path;
  scenario.name = scenario_name(path);
  rotator::read_keys(*file, [&](rotator::Keys& keys) { list_keys(keys, scenario); });
  scenario.driver = read_driver(*file);
  auto policies = file->section("policies");
  for (const auto& name : policies.keys()) {
    auto policy = policies.section(name);
    scenario.policies[name] = read_driver(policy);
  }
  scenario.timeline = read_timeline(*file);
  scenario.faults = read_faults(*file);
  const auto done = file->finish();
  if (!done) return fail(done.error());
  return scenario;
}

ports::Result<Scenario> load_scenario(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return fail(ErrorCode::configuration,
                path + ": cannot be read; check the path and its permissions");
  return parse_scenario(text.str(), path);
}

ports::Result<std::vector<std::string>> scenario_files(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error))
    if (it->path().extension() == ".yaml") files.push_back(it->path().generic_string());
  if (error || files.empty())
    return fail(ErrorCode::configuration,
                folder + ": holds no scenario (*.yaml); name a folder or a file of scenarios");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace scenarios
