#include "scenarios/scenario.h"

#include <algorithm>
#include <filesystem>

#include "rotator/cli/config_keys.h"
#include "rotator/cli/keys_yaml.h"
#include "scenarios/assemble.h"
#include "scenarios/callers.h"
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
  const auto drives = [](const Driver& driver) { return driver.kind == Driver::Kind::rotator; };
  if (drives(scenario.driver) ||
      std::any_of(scenario.policies.begin(), scenario.policies.end(),
                  [&](const auto& policy) { return drives(policy.second); }))
    return;
  for (const auto& step : scenario.timeline)
    if (std::holds_alternative<ToDriver>(row_of(step.act).effect))
      file.complain("timeline", "line " + std::to_string(step.line) + ": there is no rotator to " +
                                    std::string(row_of(step.act).name) + "; an operator drives");
}

// Without a green portal no pod and no Service has a colour: a Service that selected one would be
// left without pods.
void check_colours(YamlSection& file, const Scenario& scenario) {
  if (scenario.portal.green) return;
  if (scenario.portal.own_redirect_uris)
    file.section("world").section("portal").complain(
        "own_redirect_uris", "there is no green portal to tell from this one; add `green: true`");
  const auto refuse = [](YamlSection section, const char* key, const std::vector<Step>& steps) {
    for (const auto& step : steps)
      if (step.act == Act::shift_traffic)
        section.complain(key, "line " + std::to_string(step.line) +
                                  ": there is no green portal to shift traffic to or from; set "
                                  "world.portal.green");
  };
  refuse(file, "timeline", scenario.timeline);
  refuse(file, "operator", scenario.driver.commands);
  for (const auto& [name, policy] : scenario.policies)
    refuse(file.section("policies").section(name), "operator", policy.commands);
}

// What the dialect would pass over in silence.
void check_dialect(YamlSection section, const mocks::idp::Dialect& dialect) {
  const auto has = [](const mocks::idp::Dialect& one, std::string_view key) {
    return std::find(one.own_keys.begin(), one.own_keys.end(), key) != one.own_keys.end();
  };
  for (const auto& other : mocks::idp::dialects())
    for (const auto key : other.own_keys)
      if (!has(dialect, key) && section.has(std::string(key)))
        section.complain(std::string(key), "dialect " + std::string(dialect.name) +
                                               " has no such thing, so it would change nothing; "
                                               "remove it, or choose another dialect");
}

void check_logins(YamlSection& file, const Scenario& scenario) {
  if (scenario.faults.size() > max_faults)
    file.complain("faults", "has more than " + std::to_string(max_faults) + " rules");
  std::optional<mocks::users::Fidelity> said;
  if (file.has("fidelity")) said = scenario.fidelity;
  if (const auto fidelity = fidelity_of(scenario, said); !fidelity)
    file.complain("fidelity", fidelity.error().message);
}

}  // namespace

std::string seen_by_exact_only(const Scenario& scenario) {
  for (const auto& rule : scenario.faults)
    if (may_be_a_login(rule.caller, rule.server))
      return "fault '" + mocks::sim::describe(rule) + "'";
  for (const auto& step : scenario.timeline) {
    const auto* const route = std::get_if<Route>(&step.argument);
    if (route != nullptr && may_be_a_login(route->caller, route->server))
      return "act '" + describe(step) + "'";
  }
  return {};
}

ports::Result<mocks::users::Fidelity> fidelity_of(const Scenario& scenario,
                                                  std::optional<mocks::users::Fidelity> asked) {
  using mocks::users::Fidelity;
  const auto only_exact = seen_by_exact_only(scenario);
  const auto fidelity = asked.value_or(only_exact.empty() ? scenario.fidelity : Fidelity::exact);
  if (fidelity != Fidelity::exact && !only_exact.empty())
    return fail(ErrorCode::configuration, only_exact +
                                              " happens to logins' own calls, which fidelity " +
                                              to_string(fidelity) + " does not see; take exact");
  if (fidelity == Fidelity::superposed || fidelity == Fidelity::counts) return fidelity;
  const auto rate = scenario.portal.logins_per_minute / scenario.compression;
  const double under_way =
      login_rate(scenario) *
      seconds_since({}, ports::Instant(journey_options(scenario).longest_before()));
  if (rate > max_event_logins_per_minute || under_way > max_event_logins_under_way)
    return fail(ErrorCode::configuration,
                std::string("fidelity ") + to_string(fidelity) +
                    " plays each login, and these are too many: at most " +
                    grouped(max_event_logins_per_minute) + " a minute and " +
                    grouped(static_cast<std::uint64_t>(max_event_logins_under_way)) +
                    " under way at once; take counts");
  return fidelity;
}

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
  check_colours(*file, scenario);
  check_dialect(file->section("world").section("identity_provider"),
                *scenario.identity_provider.dialect);
  if (scenario.identity_provider.http)
    rotator::check_description(file->section("world").section("identity_provider").section("http"),
                               *scenario.identity_provider.http);
  check_logins(*file, scenario);
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
