#include "scenarios/scenario.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rotator/cli/config_keys.h"
#include "rotator/cli/keys_yaml.h"
#include "scenarios/scenario_keys.h"

namespace scenarios {
namespace {

using mocks::sim::FaultRule;
using mocks::sim::Verdict;
using ports::ErrorCode;
using ports::fail;
using rotator::YamlSection;

constexpr int max_act_pods = 1000;

std::string join(const std::vector<std::string>& words, const char* between = ", ") {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : between) + word;
  return all;
}

// A verb and what it needs. `commands` are the guide's, in its own order; the rest happens to the
// world.
enum class Argument { yes, new_or_old, duration, wait, vault, server, route, pods, rotator };
struct Verb {
  const char* name;
  Argument argument;
};

constexpr Verb command_verbs[] = {
    {"create_secret", Argument::yes},        // guide, step 1
    {"put_secret", Argument::new_or_old},    // guide, step 2: `new`; or `old` to go back
    {"restart", Argument::yes},              // guide, step 3
    {"rollout_status", Argument::duration},  // guide, step 3: kubectl rollout status --timeout
    {"wait", Argument::wait},                // a fixed time, or "window"
    {"delete_secret", Argument::yes},        // guide, step 4: the old one; deactivate and delete
    {"re_add_secret", Argument::yes},        // guide, first row: the old value as a secret again
    {"replace_secret", Argument::yes},       // the hard cut: lifecycle/newSecret
};

constexpr Verb timeline_verbs[] = {
    {"seal", Argument::vault},
    {"unseal", Argument::vault},
    {"take_down", Argument::server},
    {"bring_up", Argument::server},
    {"partition", Argument::route},
    {"repair", Argument::route},
    {"hold_refresh", Argument::pods},     // Vault Agents of the next `pods` new pods ...
    {"release_refresh", Argument::pods},  // ... render stale
    {"hold_ready", Argument::pods},
    {"release_ready", Argument::pods},  // new pods never get ready
    {"pause_deployment", Argument::yes},
    {"resume_deployment", Argument::yes},
    {"delete_secret", Argument::yes},
    {"re_add_secret", Argument::yes},      // a human at the identity provider
    {"put_secret", Argument::new_or_old},  // a human with `vault kv put`
    {"restart", Argument::yes},            // a human with kubectl rollout restart
    {"kill", Argument::rotator},
    {"start", Argument::rotator},         // the rotator: kill -9, then resume
    {"interrupt", Argument::rotator},     // SIGTERM
    {"crash_container", Argument::pods},  // a liveness kill: the process reads its file again
};

// What is wrong with an act's argument; empty when nothing is.
std::string argument_complaint(Argument argument, const std::string& value) {
  const auto one_of = [&](const std::vector<std::string>& allowed) {
    return std::find(allowed.begin(), allowed.end(), value) != allowed.end()
               ? std::string()
               : "expected " + join(allowed, " or ") + ", got '" + value + "'";
  };
  switch (argument) {
    case Argument::yes: return one_of({"true"});
    case Argument::new_or_old: return one_of({"new", "old"});
    case Argument::vault: return one_of({"vault"});
    case Argument::rotator: return one_of({"rotator"});
    case Argument::server: return one_of({"idp", "vault", "kubernetes", "metrics"});
    case Argument::duration:
    case Argument::wait: {
      if (argument == Argument::wait && value == "window") return {};
      const auto parsed = rotator::parse_duration(value);
      if (parsed) return {};
      return parsed.error().message +
             (argument == Argument::wait ? "; or write `wait: window`" : "");
    }
    case Argument::route: {
      const auto arrow = value.find('>');
      if (!value.empty() && arrow == std::string::npos) return {};
      if (arrow != 0 && arrow + 1 < value.size() && value.rfind('>') == arrow) return {};
      return "expected caller>server, such as rotator>vault, got '" + value + "'";
    }
    case Argument::pods: {
      int pods = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), pods);
      if (error == std::errc() && end == value.data() + value.size() && pods >= 1 &&
          pods <= max_act_pods)
        return {};
      return "expected a number of pods from 1 to " + std::to_string(max_act_pods) + ", got '" +
             value + "'";
    }
  }
  return {};
}

template <std::size_t N>
std::vector<std::string> names_of(const Verb (&verbs)[N]) {
  std::vector<std::string> names;
  for (const auto& verb : verbs) names.emplace_back(verb.name);
  return names;
}

// The one key of an entry that is a verb; the others are `at`, `after`, `plus`.
template <std::size_t N>
void read_verb(YamlSection& entry, const Verb (&verbs)[N], Step& step) {
  const auto known = join(names_of(verbs));
  bool unknown = false;
  for (const auto& key : entry.keys()) {
    if (key == "at" || key == "after" || key == "plus") continue;
    const std::string value = entry.text(key);
    const auto* const verb = std::find_if(std::begin(verbs), std::end(verbs),
                                          [&](const Verb& one) { return key == one.name; });
    if (verb == std::end(verbs)) {
      entry.complain(key, "no such act; known here: " + known);
      unknown = true;
      continue;
    }
    if (!step.verb.empty()) entry.complain(key, "an entry holds one act; begin another with '-'");
    if (const auto wrong = argument_complaint(verb->argument, value); !wrong.empty())
      entry.complain(key, wrong);
    step.verb = key;
    step.line = entry.line(key);
    step.arguments["value"] = value;
  }
  if (step.verb.empty() && !unknown)
    entry.complain("at", "this entry has no act; add one of " + known);
}

std::vector<Step> read_timeline(YamlSection& file) {
  std::vector<Step> steps;
  for (auto& entry : file.list("timeline")) {
    Step step;
    entry.read("at", step.plus);
    entry.read("after", step.phase);
    entry.read("plus", step.plus);
    read_verb(entry, timeline_verbs, step);
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<Step> read_commands(YamlSection& parent, const std::string& key) {
  std::vector<Step> steps;
  for (auto& entry : parent.list(key)) {
    Step step;
    read_verb(entry, command_verbs, step);
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

std::optional<Verdict::Kind> parse_fault_kind(const std::string& word) {
  for (const auto kind :
       {Verdict::Kind::pass, Verdict::Kind::refuse, Verdict::Kind::hang, Verdict::Kind::answer,
        Verdict::Kind::lost_reply, Verdict::Kind::reset, Verdict::Kind::truncate,
        Verdict::Kind::duplicate, Verdict::Kind::crash_before, Verdict::Kind::crash_after})
    if (word == mocks::sim::to_string(kind)) return kind;
  if (word == "slow") return Verdict::Kind::pass;
  return std::nullopt;
}

std::vector<FaultRule> read_faults(YamlSection& file) {
  std::vector<FaultRule> rules;
  for (auto& entry : file.list("faults")) {
    FaultRule rule;
    rule.label = "fault " + std::to_string(rules.size() + 1);
    std::string kind;
    entry.require("kind", kind);
    const auto parsed = parse_fault_kind(kind);
    if (!parsed)
      entry.complain("kind",
                     "no such fault; known: slow, refuse, hang, answer, lost_reply, reset, "
                     "truncate, duplicate, "
                     "crash_before, crash_after");
    rule.kind = parsed.value_or(Verdict::Kind::pass);
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
                      [](const Step& step) { return step.verb == "start"; });
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
