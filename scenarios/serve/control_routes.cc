#include "scenarios/serve/control_routes.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <variant>

#include "rotator/cli/keys_yaml.h"
#include "rotator/cli/yaml_section.h"
#include "scenarios/scenario_keys.h"
#include "scenarios/serve/control_document.h"
#include "scenarios/serve/problem.h"
#include "scenarios/serve/state.h"

namespace scenarios {
namespace control_routes_of {
namespace {

using Json = nlohmann::ordered_json;
using ports::Response;

Response no_content() { return {.status = 204}; }

std::string dumped(const Json& body) {
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The text of a member; nothing when it is not there or no string.
std::optional<std::string> text_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// --- Looking -----------------------------------------------------------------------------------

Response state(const ControlCall& call) { return json_answer(200, state_json(call.served)); }

Response requests(const ControlCall& call) {
  JournalQuery query;
  const auto number = [&](const char* name, auto& value, std::size_t high) {
    const auto found = call.query.find(name);
    if (found == call.query.end()) return true;
    const auto& text = found->second;
    std::size_t read = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    value = static_cast<std::decay_t<decltype(value)>>(read);
    return error == std::errc() && end == text.data() + text.size() && read <= high;
  };
  int status = 0;
  if (!number("after", query.after, std::size_t{1} << 62) ||
      !number("limit", query.limit, max_told_requests) || !number("status", status, 999))
    return problem(400, "after, limit (at most " + std::to_string(max_told_requests) +
                            ") and status are whole numbers");
  if (status != 0) query.status = status;
  for (const auto& [name, value] : {std::pair<const char*, std::string&>{"path", query.path},
                                    {"client", query.client},
                                    {"server", query.server},
                                    {"method", query.method},
                                    {"secret", query.secret}})
    if (const auto found = call.query.find(name); found != call.query.end()) value = found->second;
  const std::lock_guard lock(call.served.world_mutex());
  return json_answer(200, to_json(call.served.journal(), query));
}

Response forget_requests(const ControlCall& call) {
  const std::lock_guard lock(call.served.world_mutex());
  call.served.journal().clear();
  return no_content();
}

Response document(const ControlCall&) { return json_answer(200, control_document()); }

// --- Time ---------------------------------------------------------------------------------------

Response clock(const ControlCall& call) { return json_answer(200, clock_json(call.served)); }

Response jump(const ControlCall& call) {
  const auto text = text_of(call.body, "jump");
  if (!text || call.body.size() != 1)
    return problem(422, "expected {\"jump\": \"15m\"}, and nothing else");
  const auto by = rotator::parse_duration(*text);
  if (!by) return problem(422, "jump: " + by.error().message);
  const auto done = call.served.jump(*by / call.served.options().compression);
  return done ? clock(call) : problem(done.error());
}

// --- Acts ---------------------------------------------------------------------------------------

Response acts(const ControlCall&) {
  Json all = Json::array();
  for (const auto& row : all_acts()) {
    if (!is_served(row)) continue;
    all.push_back({{"act", row.name},
                   {"opposite", row.opposite ? Json(row_of(*row.opposite).name) : Json()},
                   {"argument", Json::parse(argument_schema(row, place_of(row)))},
                   {"says", row.in_timeline.empty() ? row.as_command : row.in_timeline}});
  }
  return json_answer(200, dumped({{"acts", std::move(all)}}));
}

// As a file writes an argument.
std::optional<std::string> argument_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number_integer()) return value.dump();
  return std::nullopt;
}

const ActRow* find_served(std::string_view name) {
  for (const auto& row : all_acts())
    if (row.name == name && is_served(row)) return &row;
  return nullptr;
}

std::string served_names() {
  std::string names;
  for (const auto& row : all_acts())
    if (is_served(row)) names.append(names.empty() ? "" : ", ").append(row.name);
  return names;
}

Response perform(const ControlCall& call) {
  const std::string form = "expected one act and its argument, as in {\"seal\": \"vault\"}";
  if (call.body.size() != 1) return problem(422, form);
  const auto& name = call.body.begin().key();
  const auto* const row = find_served(name);
  if (row == nullptr)
    return problem(422, "a served world has no act '" + name + "'; there are " + served_names());
  const auto text = argument_text(call.body.begin().value());
  if (!text) return problem(422, form);
  auto argument = parse_argument(row->argument, *text);
  if (!argument) return problem(422, name + ": " + argument.error().message);
  if (auto* const time = std::get_if<ports::Duration>(&*argument))
    *time /= call.served.options().compression;
  const auto done = call.served.perform({.act = row->act, .argument = *argument});
  if (!done) return problem(done.error());
  return json_answer(200, dumped({{"done", to_string(row->act, *argument)}}));
}

// --- Faults -------------------------------------------------------------------------------------

Response faults(const ControlCall& call) { return json_answer(200, faults_json(call.served)); }

bool has_fault(const mocks::sim::FaultPlan& plan, const std::string& label) {
  return std::any_of(plan.rules().begin(), plan.rules().end(),
                     [&](const mocks::sim::FaultRule& rule) { return rule.label == label; });
}

std::string free_label(const mocks::sim::FaultPlan& plan) {
  auto number = plan.rules().size() + 1;
  while (has_fault(plan, "fault " + std::to_string(number))) ++number;
  return "fault " + std::to_string(number);
}

Response add_fault(const ControlCall& call) {
  auto file = rotator::YamlSection::parse(call.body.dump(), "the fault");
  if (!file) return problem(422, file.error().message);
  mocks::sim::FaultRule rule;
  rotator::read_keys(*file, [&](rotator::Keys& keys) { list_fault(keys, rule); });
  if (const auto read = file->finish(); !read) return problem(422, read.error().message);
  auto& served = call.served;
  const int faster = served.options().compression;
  rule.delay /= faster;
  {
    const std::lock_guard lock(served.world_mutex());
    rule.from = ports::Instant(rule.from.time_since_epoch() / faster);
    if (rule.to != ports::Instant::max())
      rule.to = ports::Instant(rule.to.time_since_epoch() / faster);
    rule = mocks::sim::since(served.begin(), {rule}).front();
    auto& plan = served.faults();
    if (rule.label.empty()) rule.label = free_label(plan);
    if (has_fault(plan, rule.label))
      return problem(409, "there is a fault '" + rule.label + "' already; take it away first");
    if (plan.rules().size() >= max_faults)
      return problem(409, "there are " + std::to_string(max_faults) + " faults already");
    plan.add(rule);
  }
  return json_answer(201, fault_json(served, rule.label));
}

Response remove_fault(const ControlCall& call) {
  const std::lock_guard lock(call.served.world_mutex());
  if (call.served.faults().remove(call.label) == 0)
    return problem(404, "there is no fault '" + call.label + "'");
  return no_content();
}

Response remove_faults(const ControlCall& call) {
  const std::lock_guard lock(call.served.world_mutex());
  auto& plan = call.served.faults();
  while (!plan.rules().empty()) plan.remove(std::string(plan.rules().front().label));
  return no_content();
}

// --- Worlds -------------------------------------------------------------------------------------

Response scenario(const ControlCall& call) { return json_answer(200, scenario_json(call.served)); }

Response begin_anew(const ControlCall& call, const Scenario& next) {
  const auto begun = call.served.begin_anew(next);
  return begun ? scenario(call) : problem(500, begun.error().message);
}

Response reset(const ControlCall& call) { return begin_anew(call, call.served.scenario()); }

bool is_library_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '/';
  };
  return !name.empty() && name.front() != '/' && std::all_of(name.begin(), name.end(), fits);
}

Response load(const ControlCall& call) {
  const auto name = text_of(call.body, "name");
  const auto yaml = text_of(call.body, "yaml");
  if (call.body.size() != 1 || (!name && !yaml))
    return problem(422,
                   "expected {\"name\": \"guide/hard_cutover\"} or {\"yaml\": \"purpose: ...\"}");
  if (yaml) {
    const auto parsed = parse_scenario(*yaml, "the scenario");
    return parsed ? begin_anew(call, *parsed) : problem(parsed.error());
  }
  const auto file = call.scenarios_folder + "/" + *name + ".yaml";
  std::error_code error;
  if (!is_library_name(*name) || !std::filesystem::is_regular_file(file, error))
    return problem(404, "there is no scenario '" + *name + "' in " + call.scenarios_folder);
  const auto loaded = load_scenario(file);
  return loaded ? begin_anew(call, *loaded) : problem(loaded.error());
}

// --- The table ----------------------------------------------------------------------------------

constexpr ControlParameter of_requests[] = {
    {"path", "string", "Glob of path and query, without secrets: * is any run of characters."},
    {"client", "string",
     "Glob of the caller (rotator, human, portal/POD, or client for all others) or its "
     "User-Agent."},
    {"server", "string", "Glob: idp, vault, kubernetes, metrics."},
    {"method", "string", "Glob."},
    {"secret", "string", "Fingerprint of a secret in the request or in its answer."},
    {"status", "integer", "Of the answer."},
    {"after", "integer", "Only requests with a higher number."},
    {"limit", "integer", "At most so many, the oldest first; 100 unless said, 1000 at most."}};
constexpr int wrong_or_impossible[] = {409, 422};
constexpr int unknown[] = {404};
constexpr int unknown_or_wrong[] = {404, 422};

constexpr ControlRoute table[] = {
    {.method = "GET",
     .path = "/v1/state",
     .id = "getState",
     .says = "Which secrets there are and who uses each; versions in Vault, pods, servers, logins.",
     .answer = state,
     .answers = "State"},
    {.method = "GET",
     .path = "/v1/requests",
     .id = "findRequests",
     .says = "What was asked of the servers, the oldest first. The last 10000 are kept. What the "
             "pods' agents read from Vault is no request, and not here.",
     .answer = requests,
     .answers = "Requests",
     .query = of_requests},
    {.method = "DELETE",
     .path = "/v1/requests",
     .id = "forgetRequests",
     .says = "Forgets them; their numbers go on.",
     .answer = forget_requests,
     .status = 204},
    {.method = "GET",
     .path = "/v1/clock",
     .id = "getClock",
     .says = "The world's time.",
     .answer = clock,
     .answers = "Clock"},
    {.method = "POST",
     .path = "/v1/clock",
     .id = "jump",
     .says = "Lets the world's time jump ahead of the machine's: all that was to happen until then "
             "(pods, agents, lags, expiries) happens in its order before the answer. Clients' own "
             "clocks and timeouts stay as they are, and tokens issued afterwards are dated in the "
             "world's time. Not while users log in (--logins).",
     .answer = jump,
     .answers = "Clock",
     .takes = "Jump",
     .problems = wrong_or_impossible},
    {.method = "GET",
     .path = "/v1/acts",
     .id = "listActs",
     .says = "What can happen to the world, in pairs that undo each other.",
     .answer = acts,
     .answers = "Acts"},
    {.method = "POST",
     .path = "/v1/acts",
     .id = "perform",
     .says = "Lets one of them happen, written as in a scenario's timeline; it has happened when "
             "the answer is there.",
     .answer = perform,
     .answers = "Done",
     .takes = "Act",
     .problems = wrong_or_impossible},
    {.method = "GET",
     .path = "/v1/faults",
     .id = "listFaults",
     .says = "What goes wrong with single calls.",
     .answer = faults,
     .answers = "Faults"},
    {.method = "POST",
     .path = "/v1/faults",
     .id = "addFault",
     .says = "One more, written as in a scenario's list of faults.",
     .answer = add_fault,
     .status = 201,
     .answers = "FaultState",
     .takes = "Fault",
     .problems = wrong_or_impossible},
    {.method = "DELETE",
     .path = "/v1/faults",
     .id = "removeFaults",
     .says = "Takes all of them away.",
     .answer = remove_faults,
     .status = 204},
    {.method = "DELETE",
     .path = "/v1/faults/{label}",
     .id = "removeFault",
     .says = "Takes one away.",
     .answer = remove_fault,
     .status = 204,
     .problems = unknown},
    {.method = "GET",
     .path = "/v1/scenario",
     .id = "getScenario",
     .says = "Whose world this is.",
     .answer = scenario,
     .answers = "Scenario"},
    {.method = "PUT",
     .path = "/v1/scenario",
     .id = "loadScenario",
     .says = "The world of another scenario in the place of this one: at the same ports, with the "
             "same authority and the same credentials of whoever uses it; connections break, "
             "requests are forgotten.",
     .answer = load,
     .answers = "Scenario",
     .takes = "ScenarioChoice",
     .problems = unknown_or_wrong},
    {.method = "POST",
     .path = "/v1/reset",
     .id = "reset",
     .says = "The same scenario's world from its beginning, as if loaded anew.",
     .answer = reset,
     .answers = "Scenario"},
    {.method = "GET",
     .path = "/v1/openapi.json",
     .id = "getDocument",
     .says = "This document.",
     .answer = document,
     .answers = "Document",
     .open = true},
};

}  // namespace
}  // namespace control_routes_of

std::span<const ControlRoute> control_routes() { return control_routes_of::table; }

bool is_served(const ActRow& row) {
  if (std::holds_alternative<ToDriver>(row.effect)) return false;
  const bool waits = row.argument == ArgumentKind::wait || row.argument == ArgumentKind::duration;
  return !std::holds_alternative<ByHand>(row.effect) || !waits;
}

ActPlace place_of(const ActRow& row) {
  return row.in_timeline.empty() ? ActPlace::command : ActPlace::timeline;
}

}  // namespace scenarios
