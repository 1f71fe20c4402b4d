#include "scenarios/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rotator/cli/yaml_section.h"

namespace scenarios {
namespace {

using mocks::sim::FaultRule;
using mocks::sim::Verdict;
using ports::ErrorCode;
using ports::fail;
using rotator::YamlSection;

// A verb and what it needs. `commands` are the guide's, in its own order; the rest happens to the
// world.
struct Verb {
  const char* name;
  const char* argument;  // what its scalar means; "" when it takes `true`
};

constexpr Verb command_verbs[] = {
    {"create_secret", ""},           // guide, step 1
    {"put_secret", ""},              // guide, step 2: `new`; or `old` to go back
    {"restart", ""},                 // guide, step 3
    {"rollout_status", "duration"},  // guide, step 3: kubectl rollout status --timeout
    {"wait", "duration"},            // a fixed time, or "window"
    {"delete_secret", ""},           // guide, step 4: the old one; deactivate and delete
    {"re_add_secret", ""},           // guide, first row: the old value as a secret again
    {"replace_secret", ""},          // the hard cut: lifecycle/newSecret
};

constexpr Verb timeline_verbs[] = {
    {"seal", "server"},
    {"unseal", "server"},
    {"take_down", "server"},
    {"bring_up", "server"},
    {"partition", "caller>server"},
    {"repair", "caller>server"},
    {"hold_refresh", "pods"},
    {"release_refresh", "pods"},  // Vault Agents of the next `pods` new pods render stale
    {"hold_ready", "pods"},
    {"release_ready", "pods"},  // new pods never get ready
    {"pause_deployment", ""},
    {"resume_deployment", ""},
    {"delete_secret", ""},
    {"re_add_secret", ""},  // a human at the identity provider
    {"put_secret", ""},     // a human with `vault kv put`
    {"restart", ""},        // a human with kubectl rollout restart
    {"kill", "process"},
    {"start", "process"},         // the rotator: kill -9, then resume
    {"interrupt", "process"},     // SIGTERM
    {"crash_container", "pods"},  // a liveness kill: the process restarts and reads its file again
};

template <std::size_t N>
std::vector<std::string> names_of(const Verb (&verbs)[N]) {
  std::vector<std::string> names;
  for (const auto& verb : verbs) names.emplace_back(verb.name);
  return names;
}

std::string join(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

// The one key of an entry that is a verb; the others are `at`, `after`, `plus`.
void read_verb(YamlSection& entry, const std::vector<std::string>& known, Step& step) {
  for (const auto& key : entry.keys()) {
    if (key == "at" || key == "after" || key == "plus") continue;
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      static_cast<void>(entry.text(key));
      entry.complain(key, "no such act; known here: " + join(known));
      continue;
    }
    if (!step.verb.empty()) entry.complain(key, "an entry holds one act; begin another with '-'");
    step.verb = key;
    step.line = entry.line(key);
    step.arguments["value"] = entry.text(key);
  }
  if (step.verb.empty()) entry.complain("at", "this entry has no act; add one of " + join(known));
}

std::vector<Step> read_timeline(YamlSection& file) {
  std::vector<Step> steps;
  for (auto& entry : file.list("timeline")) {
    Step step;
    entry.read("at", step.plus);
    entry.read("after", step.phase);
    entry.read("plus", step.plus);
    read_verb(entry, names_of(timeline_verbs), step);
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<Step> read_commands(YamlSection& parent, const std::string& key) {
  std::vector<Step> steps;
  for (auto& entry : parent.list(key)) {
    Step step;
    read_verb(entry, names_of(command_verbs), step);
    const std::string value = step.arguments["value"];
    if (step.verb == "wait" && value != "window") {
      const auto duration = rotator::parse_duration(value);
      if (!duration) entry.complain("wait", duration.error().message + "; or write `wait: window`");
    }
    steps.push_back(std::move(step));
  }
  if (steps.empty()) parent.complain(key, "an operator needs commands; see scenarios/README.md");
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
  driver.rotation_yaml = section.section("rotation").dump();
  driver.unsafe_yaml = section.section("unsafe").dump();
  return driver;
}

void read_world(YamlSection& file, Scenario& scenario) {
  auto world = file.section("world");
  auto idp = world.section("identity_provider");
  idp.read_choice("variant", scenario.identity_provider.variant, {"multi", "single", "slow"});
  const std::vector<std::string> methods = {"client_secret_post", "client_secret_basic"};
  idp.read_choice("authentication_method", scenario.identity_provider.authentication_method,
                  methods);
  const auto optional_range = [&](const char* key, std::optional<Range>& range) {
    if (idp.has(key)) range.emplace();
    if (range) idp.read_range(key, range->low, range->high);
  };
  optional_range("create_lag", scenario.identity_provider.create_lag);
  optional_range("retire_lag", scenario.identity_provider.retire_lag);
  optional_range("answer_time", scenario.identity_provider.answer_time);
  idp.read("leftover_secret", scenario.identity_provider.leftover_secret);

  auto vault = world.section("vault");
  vault.read("render_interval", scenario.vault.render_interval);
  vault.read("max_versions", scenario.vault.max_versions, 0, 1000);

  auto fleet = world.section("fleet");
  auto& f = scenario.fleet;
  fleet.read("replicas", f.replicas, 1, 1000);
  fleet.read("max_surge", f.max_surge);
  fleet.read("max_unavailable", f.max_unavailable);
  fleet.read_range("pod_ready", f.pod_ready.low, f.pod_ready.high);
  fleet.read_range("termination", f.termination.low, f.termination.high);
  fleet.read_range("endpoint_lag", f.endpoint_lag.low, f.endpoint_lag.high);
  fleet.read("min_ready_s", f.min_ready_s, 0, 3600);
  fleet.read("termination_grace_s", f.termination_grace_s, 0, 3600);
  fleet.read("progress_deadline_s", f.progress_deadline_s, 1, 86400);

  auto portal = world.section("portal");
  auto& p = scenario.portal;
  portal.read_choice("authentication_method", p.authentication_method, methods);
  portal.read_choice("next_authentication_method", p.next_authentication_method, methods);
  portal.read("sticky_sessions", p.sticky_sessions);
  portal.read("logins_per_minute", p.logins_per_minute, 0, 60'000'000);
  portal.read_range("think_time", p.think_time.low, p.think_time.high);
  portal.read_range("token_exchange", p.token_exchange.low, p.token_exchange.high);
  portal.read("sessions", p.sessions);
  portal.read("session_max_age", p.session_max_age);
  portal.read("keeps_stale_sessions", p.keeps_stale_sessions);
  portal.read("bump_cookie_key", p.bump_cookie_key);
  portal.read("key_ring", p.key_ring);
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

void read_expectation(YamlSection& file, Expectation& expect) {
  auto section = file.section("expect");
  section.read_choice("verdict", expect.verdict, {"pass", "fail", "unknown"});
  section.read_choice(
      "outcome", expect.outcome,
      {"done", "rolled_back", "refused", "unknown", "stopped", "locked", "interrupted"});
  const auto bound = [&](const char* key, std::optional<std::uint64_t>& value) {
    int number = 0;
    section.read(key, number, 0, 2'000'000'000);
    if (section.has(key)) value = static_cast<std::uint64_t>(number);
  };
  bound("failed_at_least", expect.failed_at_least);
  bound("failed_at_most", expect.failed_at_most);
  std::vector<std::string> words;
  section.read("causes", words);
  if (section.has("causes")) expect.causes.emplace(words.begin(), words.end());
  words.clear();
  section.read("violated", words);
  expect.violated = {words.begin(), words.end()};
  section.read("says", expect.says);
}

}  // namespace

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
  file->require("purpose", scenario.purpose);
  file->require("source", scenario.source);
  int seed = 1;
  file->read("seed", seed, 0, 2'000'000'000);
  scenario.seed = static_cast<std::uint64_t>(seed);
  read_world(*file, scenario);
  scenario.driver = read_driver(*file);
  auto policies = file->section("policies");
  for (const auto& name : policies.keys()) {
    auto policy = policies.section(name);
    scenario.policies[name] = read_driver(policy);
  }
  scenario.timeline = read_timeline(*file);
  scenario.faults = read_faults(*file);
  read_expectation(*file, scenario.expect);
  file->read_choice("fidelity", scenario.fidelity, {"exact", "superposed", "counts", "hybrid"});
  file->read("lead", scenario.lead);
  file->read("tail", scenario.tail);
  file->read("at_most", scenario.at_most);
  std::vector<std::string> wires = {"sim", "http"};
  file->read("wires", wires);
  for (const auto& wire : wires)
    if (wire != "sim" && wire != "http")
      file->complain("wires", "no such wire '" + wire + "'; known: sim, http");
  scenario.wires = {wires.begin(), wires.end()};
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
