#include "scenarios/serve/control_document.h"

#include <nlohmann/json.hpp>

#include "rotator/cli/keys_schema.h"
#include "scenarios/scenario_keys.h"
#include "scenarios/serve/control_routes.h"

namespace scenarios {
namespace control_document_of {
namespace {

using Json = nlohmann::ordered_json;

// The shapes of what is answered. `additionalProperties` is false throughout: what the code adds is
// added here.
constexpr const char* answer_schemas = R"json({
  "Fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "Of a secret: printf %s \"$SECRET\" | sha256sum | cut -c1-16"},
  "FingerprintOrNull": {"anyOf": [{"$ref": "#/components/schemas/Fingerprint"}, {"type": "null"}]},
  "Time": {"type": "string", "format": "date-time"},
  "TimeOrNull": {"anyOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
  "Problem": {"type": "object", "description": "RFC 9457", "additionalProperties": false, "required": ["type", "title", "status", "detail"], "properties": {
    "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}}},
  "Clock": {"type": "object", "additionalProperties": false, "required": ["now", "since_begin_s", "ahead_s", "compression", "can_jump"], "properties": {
    "now": {"$ref": "#/components/schemas/Time"},
    "since_begin_s": {"type": "number", "minimum": 0, "description": "Since this world began."},
    "ahead_s": {"type": "number", "minimum": 0, "description": "How far it has jumped ahead of the machine's."},
    "compression": {"type": "integer", "minimum": 1, "description": "How much faster than its scenario says the world passes. Durations that are given to this API are the scenario's, and divided by it."},
    "can_jump": {"type": "boolean"}}},
  "Jump": {"type": "object", "additionalProperties": false, "required": ["jump"], "properties": {"jump": {"$ref": "#/components/schemas/duration"}}},
  "Scenario": {"type": "object", "additionalProperties": false, "required": ["name", "purpose", "source"], "properties": {
    "name": {"type": "string"}, "purpose": {"type": "string"}, "source": {"type": "string"}}},
  "ScenarioChoice": {"oneOf": [
    {"type": "object", "additionalProperties": false, "required": ["name"], "properties": {"name": {"type": "string", "description": "Of the library: guide/hard_cutover"}}},
    {"type": "object", "additionalProperties": false, "required": ["yaml"], "properties": {"yaml": {"type": "string", "description": "The text of a scenario's file"}}}]},
  "Secret": {"type": "object", "additionalProperties": false, "required": ["fingerprint", "client_id", "status", "accepted_by_replicas", "replicas", "used_by", "id", "created", "expires"], "properties": {
    "fingerprint": {"$ref": "#/components/schemas/Fingerprint"},
    "client_id": {"type": "string"},
    "status": {"enum": ["active", "disabled", "expired", "deleted"], "description": "As the administration has it."},
    "accepted_by_replicas": {"type": "integer", "minimum": 0, "description": "Of the token endpoint, now; it may follow the administration late."},
    "replicas": {"type": "integer", "minimum": 1},
    "used_by": {"type": "object", "additionalProperties": false, "required": ["pods", "vault_versions"], "properties": {
      "pods": {"type": "array", "items": {"type": "string"}, "description": "Whose process holds it."},
      "vault_versions": {"type": "array", "items": {"type": "integer"}}}},
    "id": {"type": ["string", "null"]},
    "created": {"$ref": "#/components/schemas/TimeOrNull"},
    "expires": {"$ref": "#/components/schemas/TimeOrNull"}}},
  "State": {"type": "object", "additionalProperties": false, "required": ["scenario", "profile", "clock", "secrets", "vault", "pods", "network", "logins"], "properties": {
    "scenario": {"type": "string"},
    "profile": {"enum": ["gentle", "lawful"]},
    "clock": {"$ref": "#/components/schemas/Clock"},
    "secrets": {"type": "array", "items": {"$ref": "#/components/schemas/Secret"}},
    "vault": {"type": "object", "additionalProperties": false, "required": ["sealed", "path", "versions"], "properties": {
      "sealed": {"type": "boolean"}, "path": {"type": "string"},
      "versions": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["version", "current", "secret", "created", "deleted", "destroyed"], "properties": {
        "version": {"type": "integer"}, "current": {"type": "boolean"}, "secret": {"$ref": "#/components/schemas/FingerprintOrNull"},
        "created": {"$ref": "#/components/schemas/TimeOrNull"}, "deleted": {"type": "boolean"}, "destroyed": {"type": "boolean"}}}}}},
    "pods": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["name", "replica_set", "revision", "ready", "terminating", "receives_traffic", "secret", "fallback", "file"], "properties": {
      "name": {"type": "string"}, "replica_set": {"type": "string"}, "revision": {"type": "integer"},
      "ready": {"type": "boolean"}, "terminating": {"type": "boolean"}, "receives_traffic": {"type": "boolean"},
      "secret": {"$ref": "#/components/schemas/FingerprintOrNull"}, "fallback": {"$ref": "#/components/schemas/FingerprintOrNull"},
      "file": {"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": false, "required": ["secrets", "version", "modified"], "properties": {
        "secrets": {"type": "array", "items": {"$ref": "#/components/schemas/Fingerprint"}}, "version": {"type": "integer", "description": "In Vault, that it was rendered from."}, "modified": {"$ref": "#/components/schemas/TimeOrNull"}}}]}}}},
    "network": {"type": "object", "additionalProperties": false, "required": ["servers", "partitions"], "properties": {
      "servers": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["name", "url", "up"], "properties": {
        "name": {"type": "string"}, "url": {"type": "string"}, "up": {"type": "boolean"}}}},
      "partitions": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["caller", "server"], "properties": {
        "caller": {"type": "string"}, "server": {"type": "string"}}}}}},
    "logins": {"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": false, "required": ["tried", "failed", "by_cause"], "properties": {
      "tried": {"type": "integer"}, "failed": {"type": "integer"}, "by_cause": {"type": "object", "additionalProperties": {"type": "integer"}}}}]}}},
  "Requests": {"type": "object", "additionalProperties": false, "required": ["requests", "last"], "properties": {
    "last": {"type": "integer", "description": "Number of the last request of all."},
    "requests": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["number", "at", "server", "client", "user_agent", "method", "path", "outcome", "status", "secrets_carried", "secrets_answered"], "properties": {
      "number": {"type": "integer"}, "at": {"$ref": "#/components/schemas/Time"}, "server": {"type": "string"},
      "client": {"type": "string"}, "user_agent": {"type": "string"}, "method": {"type": "string"}, "path": {"type": "string"},
      "outcome": {"enum": ["answered", "refused", "unanswered", "broken", "caller_crashed"]},
      "status": {"type": ["integer", "null"]},
      "secrets_carried": {"type": "array", "items": {"$ref": "#/components/schemas/Fingerprint"}},
      "secrets_answered": {"type": "array", "items": {"$ref": "#/components/schemas/Fingerprint"}}}}}}},
  "Acts": {"type": "object", "additionalProperties": false, "required": ["acts"], "properties": {"acts": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["act", "opposite", "argument", "says"], "properties": {
    "act": {"type": "string"}, "opposite": {"type": ["string", "null"]}, "argument": {"type": "object"}, "says": {"type": "string"}}}}}},
  "Done": {"type": "object", "additionalProperties": false, "required": ["done"], "properties": {"done": {"type": "string"}}},
  "FaultState": {"type": "object", "additionalProperties": false, "required": ["label", "what", "fired"], "properties": {
    "label": {"type": "string"}, "what": {"type": "string"}, "fired": {"type": "integer"}}},
  "Faults": {"type": "object", "additionalProperties": false, "required": ["faults"], "properties": {"faults": {"type": "array", "items": {"$ref": "#/components/schemas/FaultState"}}}},
  "Document": {"type": "object", "required": ["openapi", "info", "paths"]}
})json";

// References into a scenario's schema, as this document has them.
Json moved(std::string text) {
  const std::string from = "#/definitions/";
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from))
    text.replace(at, from.size(), "#/components/schemas/");
  return Json::parse(text);
}

Json act_schema() {
  Json properties = Json::object();
  for (const auto& row : all_acts())
    if (is_served(row))
      properties[std::string(row.name)] = moved(argument_schema(row, place_of(row)));
  return {{"type", "object"},
          {"minProperties", 1},
          {"maxProperties", 1},
          {"additionalProperties", false},
          {"properties", std::move(properties)}};
}

Json schemas() {
  Json all = Json::parse(answer_schemas);
  const auto definitions = moved(rotator::time_definitions());
  for (const auto& [name, schema] : definitions.items()) all[name] = schema;
  all["Act"] = act_schema();
  all["Fault"] = moved(rotator::object_schema([](rotator::Keys& keys) {
    mocks::sim::FaultRule rule;
    list_fault(keys, rule);
  }));
  return all;
}

Json content(std::string_view type, std::string_view schema) {
  return {
      {std::string(type), {{"schema", {{"$ref", "#/components/schemas/" + std::string(schema)}}}}}};
}

const char* says_of(int problem) {
  switch (problem) {
    case 400: return "The request cannot be read.";
    case 401: return "Without the token.";
    case 404: return "There is none.";
    case 409: return "It cannot be done as things are.";
    default: return "What was asked for is wrong.";
  }
}

Json answers_of(const ControlRoute& route) {
  Json done = {{"description", "Done."}};
  if (!route.answers.empty()) done["content"] = content("application/json", route.answers);
  Json all = {{std::to_string(route.status), std::move(done)}};
  const auto add = [&](int status) {
    all[std::to_string(status)] = {{"description", says_of(status)},
                                   {"content", content("application/problem+json", "Problem")}};
  };
  add(400);
  if (!route.open) add(401);
  for (const int status : route.problems) add(status);
  return all;
}

Json operation_of(const ControlRoute& route) {
  Json operation = {{"operationId", route.id}, {"summary", route.says}};
  if (route.open) operation["security"] = Json::array();
  Json parameters = Json::array();
  if (route.path.ends_with("{label}"))
    parameters.push_back(
        {{"name", "label"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  for (const auto& parameter : route.query)
    parameters.push_back({{"name", parameter.name},
                          {"in", "query"},
                          {"description", parameter.says},
                          {"schema", {{"type", parameter.type}}}});
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.takes.empty())
    operation["requestBody"] = {{"required", true},
                                {"content", content("application/json", route.takes)}};
  operation["responses"] = answers_of(route);
  return operation;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace
}  // namespace control_document_of

std::string control_document() {
  using control_document_of::Json;
  Json paths = Json::object();
  for (const auto& route : control_routes())
    paths[std::string(route.path)][control_document_of::lower_case(route.method)] =
        control_document_of::operation_of(route);
  const Json token = {{"type", "http"},
                      {"scheme", "bearer"},
                      {"description", "OVERLAP_CONTROL_TOKEN; it lies in FOLDER/control-token."}};
  return Json{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Control of a served world"},
        {"version", "1"},
        {"description",
         "What `rehearse serve` lets be looked at and done to its world. Answers that say "
         "no are problem details (RFC 9457)."}}},
      {"security", Json::array({{{"token", Json::array()}}})},
      {"paths", std::move(paths)},
      {"components",
       {{"securitySchemes", {{"token", token}}}, {"schemas", control_document_of::schemas()}}}}
      .dump(2);
}

}  // namespace scenarios
