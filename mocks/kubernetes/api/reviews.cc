#include "mocks/kubernetes/api/reviews.h"

#include <algorithm>

#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/go_json.h"
#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

using detail::member_of;
using detail::text_at;

void render_user(JsonText& json, const Account& account) {
  json.open('{').member("username", account.name);
  if (!account.uid.empty()) json.member("uid", account.uid);
  json.key("groups").open('[');
  for (const std::string& group : account.groups()) json.text(group);
  json.close(']');
  if (!account.token_id.empty()) {
    json.key("extra").open('{').key("authentication.kubernetes.io/credential-id").open('[');
    json.text("JTI=" + account.token_id).close(']').close('}');
  }
  json.close('}');
}

Outcome<Answer> review_token(const JsonView& spec, const Authorizer& authorizer) {
  const std::string_view token = text_at(spec, "token");
  if (token.empty()) {
    return refuse(bad_request("token is required for TokenReview in authentication"));
  }
  const Account* account = authorizer.find(token);
  const JsonView audiences = member_of(spec, "audiences");
  const auto asked = audiences.elements();
  const bool heard =
      asked.empty() || std::any_of(asked.begin(), asked.end(),
                                   [](const JsonView& one) { return one.text() == audience; });
  JsonText json;
  json.open('{').member("kind", "TokenReview").member("apiVersion", "authentication.k8s.io/v1");
  json.key("metadata").raw("{}").key("spec").value(spec).key("status").open('{');
  if (account != nullptr && heard) {
    json.key("authenticated").boolean(true).key("user");
    render_user(json, *account);
    json.key("audiences").open('[').text(audience).close(']');
  } else {
    json.key("user").raw("{}");
    json.member("error", account == nullptr
                             ? "invalid bearer token"
                             : "[invalid bearer token, token audiences [" + in_quotes(audience) +
                                   "] is invalid for the target audiences " + audiences.dump() +
                                   "]");
  }
  json.close('}').close('}');
  return answer_json(201, json.take());
}

Access access_of(const JsonView& attributes) {
  return {.verb = text_at(attributes, "verb"),
          .group = text_at(attributes, "group"),
          .resource = text_at(attributes, "resource"),
          .subresource = text_at(attributes, "subresource"),
          .kubernetes_namespace = text_at(attributes, "namespace"),
          .name = text_at(attributes, "name")};
}

std::string review_access(std::string_view kind, const JsonView& spec, const Account& account,
                          const Authorizer& authorizer) {
  const JsonView resource = member_of(spec, "resourceAttributes");
  const JsonView other = member_of(spec, "nonResourceAttributes");
  bool allowed = false;
  if (resource.is_object()) {
    allowed = authorizer.may(account, access_of(resource));
  } else if (other.is_object()) {
    allowed =
        text_at(other, "verb") == "get" && authorizer.may_see(account, text_at(other, "path"));
  }
  JsonText json;
  json.open('{').member("kind", kind).member("apiVersion", "authorization.k8s.io/v1");
  json.key("metadata").raw("{}").key("spec").value(spec).key("status").open('{');
  json.key("allowed").boolean(allowed);
  const std::string reason = allowed ? authorizer.reason(account) : "";
  if (!reason.empty()) json.member("reason", reason);
  json.close('}').close('}');
  return json.take();
}

void render_list(JsonText& json, Name name, const std::vector<std::string>& list) {
  json.key(name).open('[');
  for (const std::string& one : list) json.text(one);
  json.close(']');
}

std::string review_rules(const Account& account, std::string_view where) {
  JsonText json;
  json.open('{').member("kind", "SelfSubjectRulesReview");
  json.member("apiVersion", "authorization.k8s.io/v1").key("metadata").raw("{}");
  json.key("spec").raw("{}").key("status").open('{').key("resourceRules").open('[');
  std::vector<Rule> rules = {{.verbs = {"create"},
                              .groups = {"authorization.k8s.io"},
                              .resources = {"selfsubjectaccessreviews", "selfsubjectrulesreviews"}},
                             {.verbs = {"create"},
                              .groups = {"authentication.k8s.io"},
                              .resources = {"selfsubjectreviews"}}};
  const bool here = account.user != nullptr && (account.user->kubernetes_namespace.empty() ||
                                                account.user->kubernetes_namespace == where);
  if (here) rules.insert(rules.end(), account.user->rules.begin(), account.user->rules.end());
  for (const Rule& rule : rules) {
    json.open('{');
    render_list(json, "verbs", rule.verbs);
    render_list(json, "apiGroups", rule.groups);
    render_list(json, "resources", rule.resources);
    if (!rule.resource_names.empty()) render_list(json, "resourceNames", rule.resource_names);
    json.close('}');
  }
  json.close(']').key("nonResourceRules").open('[');
  json.raw(R"({"verbs":["get"],"nonResourceURLs":["/healthz","/livez","/readyz","/version",)"
           R"("/version/"]},{"verbs":["get"],"nonResourceURLs":)"
           R"(["/.well-known/openid-configuration","/.well-known/openid-configuration/",)"
           R"("/openid/v1/jwks","/openid/v1/jwks/"]},{"verbs":["get"],"nonResourceURLs":["/api",)"
           R"("/api/*","/apis","/apis/*","/healthz","/livez","/openapi","/openapi/*","/readyz",)"
           R"("/version","/version/"]})");
  json.close(']').key("incomplete").boolean(false).close('}').close('}');
  return json.take();
}

}  // namespace

bool is_review(std::string_view group, std::string_view resource) {
  if (group == "authentication.k8s.io") {
    return resource == "tokenreviews" || resource == "selfsubjectreviews";
  }
  return group == "authorization.k8s.io" &&
         (resource == "selfsubjectaccessreviews" || resource == "subjectaccessreviews" ||
          resource == "localsubjectaccessreviews" || resource == "selfsubjectrulesreviews");
}

Outcome<Answer> answer_review(const ApiCall& call, const Authorizer& authorizer,
                              const Registry& registry) {
  if (call.method != "POST") return refuse(method_not_allowed());
  const auto body = JsonDocument::parse(call.body);
  if (!body || !body->root().is_object()) {
    return refuse(bad_request(
        "the object provided is unrecognized: couldn't get version/kind; json parse error: " +
        go_json_error(call.body).value_or("not an object")));
  }
  const JsonView spec = member_of(body->root(), "spec");
  if (call.resource == "tokenreviews") return review_token(spec, authorizer);
  if (call.resource == "selfsubjectaccessreviews") {
    return answer_json(201,
                       review_access("SelfSubjectAccessReview", spec, *call.account, authorizer));
  }
  if (call.resource == "selfsubjectrulesreviews") {
    return answer_json(201, review_rules(*call.account, text_at(spec, "namespace")));
  }
  if (call.resource == "selfsubjectreviews") {
    JsonText json;
    json.open('{').member("kind", "SelfSubjectReview");
    json.member("apiVersion", "authentication.k8s.io/v1").key("metadata").open('{');
    json.key("creationTimestamp").time(registry.wall_second()).close('}');
    json.key("status").open('{').key("userInfo");
    render_user(json, *call.account);
    json.close('}').close('}');
    return answer_json(201, json.take());
  }
  const std::string_view name = text_at(spec, "user");
  const Account somebody{.user = authorizer.user(name), .name = std::string(name)};
  const bool local = call.resource == "localsubjectaccessreviews";
  return answer_json(201, review_access(local ? "LocalSubjectAccessReview" : "SubjectAccessReview",
                                        spec, somebody, authorizer));
}

Outcome<Answer> request_token(const ApiCall& call, Authorizer& authorizer, Registry& registry) {
  const std::string user = std::string("system:serviceaccount:")
                               .append(call.kubernetes_namespace)
                               .append(":")
                               .append(call.name);
  if (authorizer.user(user) == nullptr) {
    return refuse(not_found(info(Kind::service_account), call.name));
  }
  const auto body = JsonDocument::parse(call.body);
  JsonView asked;
  if (body) asked = member_of(member_of(body->root(), "spec"), "expirationSeconds");
  const std::int64_t seconds = asked.is_integer() ? asked.integer() : 3600;
  if (seconds < shortest_token_s || seconds > longest_token_s) {
    return refuse(invalid("TokenRequest", "authentication.k8s.io", "",
                          {invalid_value("spec.expirationSeconds", std::to_string(seconds),
                                         "may not specify a duration less than 10 minutes")}));
  }
  const std::string token = authorizer.issue(user, std::chrono::seconds(seconds));
  const Account* account = authorizer.find(token);
  JsonText json;
  json.open('{').member("kind", "TokenRequest").member("apiVersion", "authentication.k8s.io/v1");
  json.key("metadata").open('{').member("name", call.name);
  json.member("namespace", call.kubernetes_namespace);
  json.member("uid", account == nullptr ? std::string() : account->uid);
  json.key("creationTimestamp").time(registry.wall_second()).close('}');
  json.key("spec").open('{').key("audiences").open('[').text(audience).close(']');
  json.member("expirationSeconds", seconds).key("boundObjectRef").raw("null").close('}');
  json.key("status").open('{').member("token", token).key("expirationTimestamp");
  json.time(registry.wall_second() + std::chrono::seconds(seconds)).close('}').close('}');
  return answer_json(201, json.take());
}

}  // namespace mocks::kubernetes
