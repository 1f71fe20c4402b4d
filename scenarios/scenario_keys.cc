#include "scenarios/scenario_keys.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "mocks/users/cause.h"
#include "rotator/cli/config_keys.h"
#include "rotator/cli/keys_schema.h"
#include "rotator/cli/keys_yaml.h"
#include "scenarios/callers.h"
#include "scenarios/compression.h"
#include "scenarios/invariants.h"

namespace scenarios {
namespace {

using mocks::sim::FaultRule;
using rotator::Ending;
using rotator::Keys;
using rotator::YamlSection;
using Json = nlohmann::ordered_json;
using Of = rotator::NumberOptions::Of;

constexpr std::array methods = {AuthenticationMethod::client_secret_post,
                                AuthenticationMethod::client_secret_basic};
constexpr std::array verdicts = {Verdict::pass, Verdict::fail, Verdict::unknown};
constexpr std::array outcomes = {Ending::done,       Ending::rolled_back, Ending::refused,
                                 Ending::unknown,    Ending::stopped,     Ending::locked,
                                 Ending::interrupted};

// "25%" or "1", as Kubernetes writes them.
constexpr rotator::TextOptions count_or_percentage = {.pattern = "[0-9]+%?", .or_number = true};
constexpr rotator::NumberOptions logins = {.low = 0, .high = 2'000'000'000};

std::string reference_to(const char* definition) {
  return Json{{"$ref", std::string("#/definitions/") + definition}}.dump();
}

void list_identity_provider(Keys& keys, IdentityProviderWorld& idp) {
  std::vector<std::string> dialects;
  for (const auto& dialect : mocks::idp::dialects()) dialects.emplace_back(dialect.name);
  std::string dialect(idp.dialect->name);
  keys.choice("dialect", "Whose administration API and error texts it speaks.", dialect, dialects);
  if (const auto* const known = mocks::idp::find_dialect(dialect)) idp.dialect = known;
  keys.choice("variant", "multi: several secrets; single: one; slow: late propagation.",
              idp.variant, mocks::idp::all_variants);
  keys.choice("authentication_method", "As registered.", idp.authentication_method, methods);
  keys.range("create_lag", "How late the token endpoint follows a created secret.", idp.create_lag);
  keys.range("retire_lag", "How late it follows a disabled or deleted one.", idp.retire_lag);
  keys.range("answer_time", "Of every call.", idp.answer_time);
  keys.range("read_lag", "How late reads of the administration API follow its writes.",
             idp.read_lag);
  keys.section("policy", "What the tenant forbids, where the dialect has such policies.", [&] {
    keys.flag("forbids_new", "No new secrets at all.", idp.policy.forbids_new);
    keys.duration("longest_life", "Of a new secret; 0s = any.", idp.policy.longest_life,
                  {.divides = false});
  });
  keys.section(
      "succession", "Of a dialect that keeps the secret before a new one (Keycloak).", [&] {
        auto& succession = idp.succession;
        keys.flag("possible", "Feature and policy are on; else the one before ends at once.",
                  succession.possible);
        // Keycloak counts whole seconds.
        keys.duration("grace", "How long the one before lives on.", succession.grace,
                      {.divided_at_least = std::chrono::seconds(1)});
        keys.duration("life", "Of a new one.", succession.life, {.divides = false});
        keys.flag("readable", "The rotator's credential may read the policy.", succession.readable);
      });
  keys.flag("personal_accounts",
            "People's private accounts sign in too; Entra then allows two secrets.",
            idp.personal_accounts);
  keys.flag("machine_administrator",
            "Who administers Okta is a service application that signs with its key, not an API "
            "token.",
            idp.machine_administrator);
  keys.flag("administrator_role",
            "The client holds an administrator role, so Okta refuses to change its secrets.",
            idp.administrator_role);
  keys.duration("secret_life", "The secret in use expires so long after the beginning.",
                idp.secret_life, {.divides = false});
  keys.flag("leftover_secret", "An unused second secret lies there from an earlier attempt.",
            idp.leftover_secret);
  keys.section("http",
               "The rotator knows it by this description alone, as by identity_provider.http of "
               "rotation.yaml.",
               idp.http, [&](rotator::HttpDescription& http) { list_http_keys(keys, http); });
}

void list_vault(Keys& keys, VaultWorld& vault) {
  keys.duration("render_interval", "Of the Vault Agents.", vault.render_interval,
                {.at_least = shortest_render_interval});
  keys.number("max_versions", "Of the key; 0 = 10.", vault.max_versions, {.low = 0, .high = 1000});
}

void list_fleet(Keys& keys, FleetWorld& fleet) {
  keys.number("replicas", "Pods.", fleet.replicas, {.low = 1, .high = 1000});
  keys.text("max_surge", "Of the rolling update.", fleet.max_surge, count_or_percentage);
  keys.text("max_unavailable", "Of the rolling update.", fleet.max_unavailable,
            count_or_percentage);
  keys.range("pod_ready", "From a pod's start until it is ready.", fleet.pod_ready);
  keys.range("termination", "Until an ended pod is gone.", fleet.termination,
             {.divided_at_least = shortest_termination});
  keys.range("endpoint_lag", "Until the load balancer knows.", fleet.endpoint_lag);
  keys.number("min_ready_s", "minReadySeconds", fleet.min_ready_s,
              {.low = 0, .high = 3600, .of = Of::seconds});
  keys.number("termination_grace_s", "terminationGracePeriodSeconds", fleet.termination_grace_s,
              {.low = 0, .high = 3600, .of = Of::seconds});
  keys.number("progress_deadline_s", "progressDeadlineSeconds", fleet.progress_deadline_s,
              {.low = 1, .high = 86'400, .of = Of::seconds});
}

void list_portal(Keys& keys, PortalWorld& portal) {
  keys.choice("authentication_method", "As the portal is configured.", portal.authentication_method,
              methods);
  keys.choice("next_authentication_method", "From the restart on.",
              portal.next_authentication_method, methods);
  keys.flag("sticky_sessions", "The load balancer keeps a browser on its pod.",
            portal.sticky_sessions);
  keys.number("logins_per_minute", "Users who log in.", portal.logins_per_minute,
              {.low = 0, .high = 60'000'000, .of = Of::times_a_minute});
  keys.flag("tries_fallback",
            "A second secret is in the pods' file, and tried where the first one is refused.",
            portal.tries_fallback);
  keys.flag("renders_fallback", "It is in their file, whether it is tried or not.",
            portal.renders_fallback);
  keys.flag("green",
            "A green portal stands beside, with a Deployment, a client and a path in Vault of its "
            "own.",
            portal.green);
  keys.flag("own_redirect_uris",
            "Blue and green are called back at redirect URIs of their own, which are routed to "
            "them.",
            portal.own_redirect_uris);
  keys.range("think_time", "Of a user at the sign-in page.", portal.think_time);
  keys.range("token_exchange", "Between a pod and the identity provider.", portal.token_exchange);
  keys.flag("sessions", "Users come back with session cookies.", portal.sessions);
  keys.duration("session_max_age", "Of a cookie.", portal.session_max_age);
  keys.flag("keeps_stale_sessions", "A cookie of the old configuration is kept, not dropped.",
            portal.keeps_stale_sessions);
  keys.flag("bump_cookie_key", "The restart brings a new cookie key.", portal.bump_cookie_key);
  keys.flag("key_ring", "Pods of either key verify the other.", portal.key_ring);
}

// The sections of rotation.yaml that a driver may set, by the rotator's own rows.
using RotatorRows = void (*)(Keys&, rotator::RotationConfiguration&);

rotator::OtherValue rotator_value(RotatorRows rows, const char* definition,
                                  rotator::RotationConfiguration& rotation) {
  return {.read =
              [rows, &rotation](YamlSection& file, const char* key) {
                auto section = file.section(key);
                rotator::read_keys(section, [&](Keys& keys) { rows(keys, rotation); });
              },
          .schema = [definition] { return reference_to(definition); }};
}

void list_driver(Keys& keys, Driver& driver) {
  auto commands = steps_value(ActPlace::command, driver.commands);
  commands.schema = [] { return reference_to("operator"); };
  keys.other("operator", "The guide's commands by hand, in order.", commands);
  keys.other("rotation", "The rotator drives, with this section of rotation.yaml.",
             rotator_value(rotator::list_rotation_keys, "rotation", driver.rotation));
  keys.other("unsafe", "For drills and planted mistakes: each switch takes a protection away.",
             rotator_value(rotator::list_unsafe_keys, "unsafe", driver.rotation));
}

// Who drives is one of the two: a person has no rotation.yaml.
Json with_one_driver(Json schema) {
  Json both = Json::array();
  for (const char* other : {"rotation", "unsafe"})
    both.push_back({{"required", Json::array({"operator", other})}});
  schema["not"]["anyOf"] = std::move(both);
  return schema;
}

// A name that stands for something else already, or that no command line could say.
std::string flaw_of_policy(const std::string& name) {
  if (name == own_policy)
    return "is what a table calls the scenario's own driver; choose another name";
  if (name.empty() || name.find(',') != std::string::npos)
    return "`--policies` takes names with commas between them; choose one without";
  return {};
}

std::string policies_schema() {
  Driver any;
  Json schema = {{"type", "object"},
                 {"propertyNames", {{"pattern", "^[^,]+$"}, {"not", {{"const", own_policy}}}}}};
  schema["additionalProperties"] = with_one_driver(
      Json::parse(rotator::object_schema([&](Keys& keys) { list_driver(keys, any); })));
  return schema.dump();
}

rotator::OtherValue policies_value(std::map<std::string, Driver>& policies) {
  return {.read =
              [&policies](YamlSection& file, const char* key) {
                auto section = file.section(key);
                for (const auto& name : section.keys()) {
                  if (const auto flaw = flaw_of_policy(name); !flaw.empty())
                    section.complain(name, flaw);
                  auto policy = section.section(name);
                  rotator::read_keys(policy,
                                     [&](Keys& keys) { list_driver(keys, policies[name]); });
                }
              },
          .schema = policies_schema,
          .divide =
              [&policies](int factor) {
                for (auto& [name, policy] : policies)
                  steps_value(ActPlace::command, policy.commands).divide(factor);
              }};
}

void list_expectation(Keys& keys, Expectation& expect) {
  keys.choice("verdict", "pass: rotated, no failed login, no broken invariant.", expect.verdict,
              verdicts);
  keys.choice("outcome", "How the rotator ends.", expect.outcome, outcomes);
  keys.number("failed_at_least", "Failed logins.", expect.failed_at_least, logins);
  keys.number("failed_at_most", "Failed logins.", expect.failed_at_most, logins);
  keys.choices("causes", "Exactly these.", expect.causes, mocks::users::all_causes);
  keys.choices("violated", "Exactly these invariants.", expect.violated, all_invariants);
  keys.text("says", "What the row says when it is as expected.", expect.says);
}

}  // namespace

void list_fault(Keys& keys, FaultRule& rule) {
  std::vector<std::string> kinds;
  for (const auto* const kind : mocks::sim::all_kinds) kinds.emplace_back(kind->name);
  std::string kind(rule.kind->name);
  keys.choice("kind", "What happens to the call.", kind, kinds, {.required = true});
  rule.kind = mocks::sim::find_kind(kind);
  keys.text("label", "The rule's name; its draws hang on it. Else by its place in the list.",
            rule.label);
  keys.text(
      "caller",
      "Glob: rotator, operator, human, user, agent/<pod>, portal/<pod>; client: whoever else calls "
      "a served world.",
      rule.caller, {.flaw = flaw_of_caller});
  keys.text("server", "Glob: idp, vault, kubernetes, metrics.", rule.server,
            {.flaw = flaw_of_server});
  keys.text("method", "Glob.", rule.method);
  keys.text("target", "Glob of path and query.", rule.target);
  keys.number("nth", "The first match that it hits.", rule.nth, {.low = 1, .high = 1'000'000});
  keys.number("count", "How often; 0 = without limit.", rule.count, {.low = 0, .high = 1'000'000});
  ports::Duration from = rule.from.time_since_epoch();
  keys.duration("from", "Since the run began.", from);
  rule.from = ports::Instant(from);
  std::optional<ports::Duration> to;
  if (rule.to != ports::Instant::max()) to = rule.to.time_since_epoch();
  keys.duration("to", "Since the run began; else to its end.", to);
  if (to) rule.to = ports::Instant(*to);
  keys.duration("delay", "Of kind slow.", rule.delay);
  auto& response = rule.response;
  if (response.status == 0) response.status = 503;
  keys.number("status", "Of kind answer.", response.status, {.low = 100, .high = 599});
  keys.text("body", "Of kind answer.", response.body);
  std::string retry_after = response.headers.empty() ? "" : response.headers.front().value;
  keys.text("retry_after", "Header of kind answer.", retry_after, {.or_number = true});
  if (!retry_after.empty()) response.headers = {{"Retry-After", retry_after}};
}

void list_keys(Keys& keys, Scenario& scenario) {
  keys.text("purpose", "One sentence: what is shown.", scenario.purpose, {.required = true});
  keys.text("source", "Where this is known from.", scenario.source, {.required = true});
  keys.number("seed", "Everything random follows from it.", scenario.seed,
              {.low = 0, .high = 2'000'000'000});
  keys.section("world", "Whatever is not said is a quiet, ordinary installation.", [&] {
    keys.section("identity_provider", "The identity provider.",
                 [&] { list_identity_provider(keys, scenario.identity_provider); });
    keys.section("vault", "Vault and its agents.", [&] { list_vault(keys, scenario.vault); });
    keys.section("fleet", "The portal's workload.", [&] { list_fleet(keys, scenario.fleet); });
    keys.section("portal", "The portal and its users.",
                 [&] { list_portal(keys, scenario.portal); });
  });
  list_driver(keys, scenario.driver);
  keys.other("policies", "Other drivers, which a sweep compares, by name.",
             policies_value(scenario.policies));
  keys.other("timeline", "What happens meanwhile: to the systems, or by other hands.",
             steps_value(ActPlace::timeline, scenario.timeline));
  keys.list("faults", "What goes wrong with single calls.", scenario.faults,
            [&](FaultRule& rule) { list_fault(keys, rule); });
  keys.section("expect", "Whatever is not said is not checked.",
               [&] { list_expectation(keys, scenario.expect); });
  keys.choice("fidelity", "How logins are counted.", scenario.fidelity,
              mocks::users::all_fidelities);
  keys.duration("lead", "Logins before the driver begins.", scenario.lead);
  keys.duration("tail", "And after it has ended.", scenario.tail);
  keys.duration("at_most", "A run longer than this is unknown.", scenario.at_most);
  keys.choices("wires", "Where it can run.", scenario.wires, all_wires);
}

std::string scenario_schema() {
  Scenario defaults;
  Driver any;
  Json schema = {
      {"$schema", "http://json-schema.org/draft-07/schema#"},
      {"title", "A rehearsal's scenario"},
      {"description", "One rehearsal of `rehearse` as data. An unknown key is an error."}};
  schema.update(
      Json::parse(rotator::object_schema([&](Keys& keys) { list_keys(keys, defaults); })));
  schema = with_one_driver(std::move(schema));
  auto& definitions = schema["definitions"];
  definitions = Json::parse(rotator::time_definitions());
  definitions["operator"] = Json::parse(steps_schema(ActPlace::command));
  definitions["operator"]["minItems"] = 1;
  definitions["rotation"] = Json::parse(
      rotator::object_schema([&](Keys& keys) { rotator::list_rotation_keys(keys, any.rotation); }));
  definitions["unsafe"] = Json::parse(
      rotator::object_schema([&](Keys& keys) { rotator::list_unsafe_keys(keys, any.rotation); }));
  return schema.dump(2) + "\n";
}

}  // namespace scenarios
