#include "scenarios/scenario.h"

#include <algorithm>
#include <filesystem>

#include "rotator/cli/config_keys.h"
#include "rotator/cli/keys_yaml.h"
#include "scenarios/scenario_keys.h"

namespace scenarios {
namespace {

using ports::ErrorCode;
using ports::fail;
using rotator::YamlSection;

// What holds between the keys that say who drives.
void check_driver(YamlSection section, Driver& driver) {
  if (!section.has("operator"))
    return rotator::check_rotation(section.section("rotation"), driver.rotation);
  driver.kind = Driver::Kind::operator_by_hand;
  if (driver.commands.empty())
    section.complain("operator", "an operator needs commands; `rehearse schema` lists them");
  for (const char* key : {"rotation", "unsafe"})
    if (section.has(key))
      section.complain(key, "an operator by hand has no rotation.yaml; keep one");
}

void check_drivers(YamlSection& file, Scenario& scenario) {
  check_driver(file, scenario.driver);
  for (auto& [name, policy] : scenario.policies)
    check_driver(file.section("policies").section(name), policy);
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
  check_drivers(*file, scenario);
  for (std::size_t i = 0; i < scenario.faults.size(); ++i)
    if (scenario.faults[i].label.empty())
      scenario.faults[i].label = "fault " + std::to_string(i + 1);
  const auto done = file->finish();
  if (!done) return fail(done.error());
  return scenario;
}

ports::Result<Scenario> load_scenario(const std::string& path) {
  const auto text = rotator::read_file(path);
  if (!text) return fail(text.error());
  return parse_scenario(*text, path);
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
