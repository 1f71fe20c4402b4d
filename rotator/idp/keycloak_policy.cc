#include "rotator/idp/keycloak_policy.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/times.h"

namespace rotator {
namespace {

using ports::ErrorCode;

enum class Holds { yes, no, unclear };

// What the executor does where its configuration leaves a period out.
constexpr std::int64_t default_rotated_s = std::int64_t{2} * 24 * 3600;
constexpr std::int64_t default_expiration_s = std::int64_t{29} * 24 * 3600;
constexpr std::int64_t longest_period_s = std::int64_t{100} * 365 * 24 * 3600;

// Keycloak keeps a period as it was given: a number or a text. Negative when it is neither.
std::int64_t period_s(JsonView configuration, std::string_view name, std::int64_t otherwise) {
  const auto value = configuration.member(name);
  if (value.is_null()) return otherwise;
  std::int64_t seconds = -1;
  if (const auto number = value.integer()) seconds = *number;
  if (const auto text = value.text()) {
    const auto* const end = text->data() + text->size();
    const auto [stopped, error] = std::from_chars(text->data(), end, seconds);
    if (error != std::errc() || stopped != end) seconds = -1;
  }
  return std::min(seconds, longest_period_s);
}

Holds holds_for_confidential(JsonView condition) {
  const auto configuration = condition.member("configuration");
  auto holds = Holds::unclear;
  if (condition.member("condition").says("any-client")) holds = Holds::yes;
  if (condition.member("condition").says("client-access-type")) {
    const auto types = texts_member(configuration, {"type"});
    const bool named = std::find(types.begin(), types.end(), "confidential") != types.end();
    holds = named ? Holds::yes : Holds::no;
  }
  const auto negative = configuration.member("is-negative-logic");
  if (holds == Holds::unclear || !(negative.flag() || negative.says("true"))) return holds;
  return holds == Holds::yes ? Holds::no : Holds::yes;
}

// All of its conditions; without any, a policy applies to nobody.
Holds policy_applies(JsonView policy) {
  auto holds = Holds::no;
  for (const auto condition : array_member(policy, {"conditions"})) {
    const auto one = holds_for_confidential(condition);
    if (one == Holds::no) return one;
    if (holds != Holds::unclear) holds = one;
  }
  return holds;
}

// The shortest time that the profile's executors give; nothing when it has no such executor.
std::optional<std::int64_t> lives_on_s(JsonView profiles, std::string_view name) {
  std::optional<std::int64_t> shortest;
  for (const auto profile : array_member(profiles, {"profiles"})) {
    if (!profile.member("name").says(name)) continue;
    for (const auto executor : array_member(profile, {"executors"})) {
      if (!executor.member("executor").says("secret-rotation")) continue;
      const auto configuration = executor.member("configuration");
      // A primary that expires takes the one before with it.
      const auto seconds =
          std::min(period_s(configuration, "rotated-expiration-period", default_rotated_s),
                   period_s(configuration, "expiration-period", default_expiration_s));
      shortest = std::min(shortest.value_or(seconds), seconds);
    }
  }
  return shortest;
}

// Nothing when the feature is off; empty when it is on; else why that cannot be known.
ports::Result<std::optional<std::string>> doubt_of_feature(AdminApi& admin,
                                                           const std::string& server_info) {
  const AdminCall call{.tried = "reading the features of the server at " + admin.origin(),
                       .target = server_info};
  const auto response = admin.demand(call);
  if (!response) {
    const auto& [code, message] = response.error();
    if (code != ErrorCode::refused && code != ErrorCode::missing) return ports::fail(code, message);
    return std::optional<std::string>(message);
  }
  const auto info = parse_object(response->body, call.tried);
  if (!info) return ports::fail(info.error());
  for (const auto feature : array_member(*info, {"features"})) {
    if (!feature.member("name").says("CLIENT_SECRET_ROTATION")) continue;
    if (!feature.member("enabled").flag()) return std::optional<std::string>();
    return std::optional<std::string>("");
  }
  return std::optional<std::string>(call.tried + ": it does not show client-secret-rotation");
}

// Unclear also when the credential may not read them.
ports::Result<KeycloakPolicy> policy_of(AdminApi& admin, const std::string& base) {
  std::vector<JsonDocument> documents;
  for (const char* const name : {"policies", "profiles"}) {
    const AdminCall call{.tried = std::string("reading the client ") + name + " of the realm",
                         .target = base + "/client-policies/" + name};
    const auto response = admin.demand(call);
    if (!response) {
      const auto& [code, message] = response.error();
      if (code != ErrorCode::refused && code != ErrorCode::missing)
        return ports::fail(code, message);
      return KeycloakPolicy{.kind = KeycloakPolicy::Kind::unclear, .why = message};
    }
    auto parsed = parse_object(response->body, call.tried);
    if (!parsed) return ports::fail(parsed.error());
    documents.push_back(std::move(*parsed));
  }
  return judge_keycloak_policies(documents[0], documents[1]);
}

KeycloakRule forbidden(std::string says) {
  KeycloakRule rule;
  rule.says.push_back({.says = std::move(says)});
  return rule;
}

constexpr const char* ends_at_once = "a new secret would end the one in use at once, since ";

}  // namespace

KeycloakPolicy judge_keycloak_policies(JsonView policies, JsonView profiles) {
  using Kind = KeycloakPolicy::Kind;
  std::optional<std::int64_t> shortest;
  for (const auto policy : array_member(policies, {"policies"})) {
    if (!flag_member(policy, {"enabled"})) continue;
    std::optional<std::int64_t> given;
    for (const auto& profile : texts_member(policy, {"profiles"}))
      if (const auto seconds = lives_on_s(profiles, profile))
        given = std::min(given.value_or(*seconds), *seconds);
    const auto holds = policy_applies(policy);
    if (!given || holds == Holds::no) continue;
    const auto named = "client policy \"" + quotable(text_member(policy, {"name"})) + "\"";
    if (holds == Holds::unclear)
      return {.kind = Kind::unclear,
              .why = named + " has a condition that cannot be judged from outside"};
    if (*given < 0)
      return {.kind = Kind::unclear, .why = named + " has a period that is no number"};
    shortest = std::min(shortest.value_or(*given), *given);
  }
  if (!shortest)
    return {.why = "no enabled client policy with the executor secret-rotation applies to it"};
  if (*shortest == 0) return {.why = "its client policy has a rotated-expiration-period of 0"};
  return {.kind = Kind::lives_on, .for_so_long = std::chrono::seconds(*shortest)};
}

ports::Result<KeycloakRule> read_keycloak_rule(AdminApi& admin, const KeycloakQuestion& question) {
  if (!question.may_manage)
    return forbidden("the administration credential may not manage " + question.client +
                     "; give its service account manage-clients of realm-management");
  const auto feature = doubt_of_feature(admin, question.server_info);
  if (!feature) return ports::fail(feature.error());
  if (!*feature)
    return forbidden(
        ends_at_once +
        std::string("the server's feature client-secret-rotation is off; start it "
                    "with --features=client-secret-rotation, and add a client policy"));
  const auto policy = policy_of(admin, question.base);
  if (!policy) return ports::fail(policy.error());
  if (policy->kind == KeycloakPolicy::Kind::none)
    return forbidden(ends_at_once + policy->why +
                     "; add a client policy with the executor secret-rotation for it");
  const auto doubt = (*feature)->empty() ? policy->why : **feature;
  if (doubt.empty()) return KeycloakRule{.lives_on = policy->for_so_long};
  if (question.told <= ports::Duration(0))
    return forbidden(
        "whether the secret in use would live on beside a new one cannot be told (" + doubt +
        "); let the administration credential read it (view-realm of realm-management), or set "
        "identity_provider.rotated_secret_life to the policy's rotated-expiration-period");
  KeycloakRule rule{.lives_on = question.told};
  rule.says.push_back({.forbids = false,
                       .says = "that a replaced secret lives on for " + to_text(question.told) +
                               " is taken from identity_provider.rotated_secret_life (" + doubt +
                               ")"});
  return rule;
}

}  // namespace rotator
