// The half of OktaAdmin that keeps the applications themselves. E0000056 is as the Apps API
// reference prints it; the texts of other refused applications are not published.
// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationGroups/
#include <algorithm>
#include <iterator>
#include <utility>

#include "mocks/idp/encoding.h"
#include "mocks/idp/okta/admin.h"
#include "mocks/json_view.h"

namespace mocks::idp {
namespace okta_applications {
namespace {

constexpr std::string_view id_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr AuthenticationMethod methods[] = {
    AuthenticationMethod::none, AuthenticationMethod::client_secret_basic,
    AuthenticationMethod::client_secret_post, AuthenticationMethod::client_secret_jwt,
    AuthenticationMethod::private_key_jwt};

// What a body asks for.
struct Draft {
  Registration registration = {};
  std::string secret = {};       // empty: none was sent
  std::string_view member = {};  // that is wrong; empty when none is
  std::string_view flaw = {};
};

std::string text_of(const JsonView& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string(value->text()) : std::string();
}

JsonView member_of(const JsonView& object, std::string_view name) {
  return object.find(name).value_or(JsonView());
}

bool read_grants(const JsonView& settings, Registration& registration) {
  registration.grant_types.clear();
  for (const auto& one : member_of(settings, "grant_types").elements()) {
    const auto grant = parse_grant_type(one.text());
    if (!grant) return false;
    registration.grant_types.push_back(*grant);
  }
  return !registration.grant_types.empty();
}

bool read_method(const JsonView& credentials, Registration& registration) {
  const auto text = text_of(credentials, "token_endpoint_auth_method");
  const auto* found = std::find_if(std::begin(methods), std::end(methods),
                                   [&](auto one) { return text == to_string(one); });
  if (found == std::end(methods)) return false;
  registration.authentication_method = *found;
  return true;
}

Draft refused(std::string_view member, std::string_view flaw) {
  Draft draft;
  draft.member = member;
  draft.flaw = flaw;
  return draft;
}

Draft read_draft(const JsonView& body) {
  Draft draft;
  auto& registration = draft.registration;
  registration.label = text_of(body, "label");
  if (registration.label.empty()) return refused("label", "label: The field cannot be left blank");
  if (text_of(body, "signOnMode") != "OPENID_CONNECT")
    return refused("signOnMode", "signOnMode: only OPENID_CONNECT applications are kept here.");
  const auto credentials = member_of(member_of(body, "credentials"), "oauthClient");
  if (!read_method(credentials, registration))
    return refused("token_endpoint_auth_method",
                   "token_endpoint_auth_method: the authentication method is not supported.");
  registration.client_id = text_of(credentials, "client_id");
  draft.secret = text_of(credentials, "client_secret");
  const auto settings = member_of(member_of(body, "settings"), "oauthClient");
  if (!read_grants(settings, registration))
    return refused("grant_types", "grant_types: a grant type is missing or not supported.");
  for (const auto& uri : member_of(settings, "redirect_uris").elements())
    registration.redirect_uris.emplace_back(uri.text());
  const auto& grants = registration.grant_types;
  if (registration.redirect_uris.empty() &&
      std::find(grants.begin(), grants.end(), GrantType::authorization_code) != grants.end())
    return refused("redirect_uris", "redirect_uris: the authorization code grant needs one.");
  registration.consent_required = text_of(settings, "consent_method") == "REQUIRED";
  return draft;
}

}  // namespace
}  // namespace okta_applications

std::string OktaAdmin::application_json(const ApiRequest& request, const Registration& client,
                                        const std::string* secret) {
  const auto same = [](const std::string& text) -> const std::string& { return text; };
  const auto grant_name = [](GrantType grant) { return to_string(grant); };
  std::string out = "{\"id\":";
  append_json(out, client.object_id);
  out += ",\"name\":\"oidc_client\",\"label\":";
  append_json(out, client.label);
  out += ",\"status\":\"";
  out += client.active ? "ACTIVE" : "INACTIVE";
  out += "\",\"lastUpdated\":\"" + timestamp(client.updated) + "\",\"created\":\"" +
         timestamp(client.created) +
         "\",\"signOnMode\":\"OPENID_CONNECT\",\"credentials\":{\"oauthClient\":{"
         "\"autoKeyRotation\":true,\"client_id\":";
  append_json(out, client.client_id);
  if (secret != nullptr) {
    out += ",\"client_secret\":";
    append_json(out, *secret);
  }
  out += ",\"pkce_required\":false,\"token_endpoint_auth_method\":\"";
  out += to_string(client.authentication_method);
  out += "\"}},\"settings\":{\"oauthClient\":{\"redirect_uris\":" +
         json_list(client.redirect_uris, same) + ",\"response_types\":[\"code\"],\"grant_types\":" +
         json_list(client.grant_types, grant_name) +
         ",\"application_type\":\"web\",\"consent_method\":\"";
  out += client.consent_required ? "REQUIRED" : "TRUSTED";
  out += "\",\"issuer_mode\":\"DYNAMIC\"}},\"_links\":{\"self\":{\"href\":";
  append_json(out, request.origin + "/api/v1/apps/" + client.object_id);
  return out + "}}}";
}

ports::Response OktaAdmin::applications(const ApiRequest& request) {
  if (request.is("POST")) return create_application(request);
  if (!request.is("GET")) return wrong_method(request);
  const auto query = Form::parse(request.query);
  const auto beginning = query ? query->value("q") : std::string_view();
  std::string out = "[";
  for (const auto* client : core_.clients()) {
    if (client->label.compare(0, beginning.size(), beginning) != 0) continue;
    if (out.size() > 1) out += ',';
    out += application_json(request, *client, nullptr);
  }
  return json_response(200, out + ']');
}

ports::Response OktaAdmin::create_application(const ApiRequest& request) {
  const auto body = JsonDocument::parse(request.http.body);
  if (!body || !body->root().is_object())
    return api_error(request, 400, "E0000003", "The request body was not well-formed.");
  auto draft = okta_applications::read_draft(body->root());
  if (!draft.member.empty()) return validation_error(request, draft.member, draft.flaw);
  auto& registration = draft.registration;
  if (!draft.secret.empty()) {
    const auto flaw = flaw_of(draft.secret, registration.authentication_method);
    if (!flaw.empty()) return validation_error(request, "client_secret", flaw);
  }
  registration.object_id =
      "0oa" + core_.draws().text(17, okta_applications::id_alphabet, sim::Stream::identifiers,
                                 name_of("idp/application") + core_.clients_added());
  if (registration.client_id.empty()) registration.client_id = registration.object_id;
  registration.groups.clear();
  const auto client_id = registration.client_id;
  if (core_.find_client(client_id) != nullptr)
    return validation_error(request, "client_id", "client_id: another client has it.");
  core_.add_client(std::move(registration));
  auto secret = make_secret(std::move(draft.secret));
  const auto value = secret.value;
  core_.create_secret(client_id, std::move(secret));
  return json_response(200, application_json(request, *core_.find_client(client_id), &value));
}

ports::Response OktaAdmin::application(const ApiRequest& request, const Registration& client) {
  if (request.is("GET")) return json_response(200, application_json(request, client, nullptr));
  if (request.is("PUT")) return replace_application(request, client);
  if (!request.is("DELETE")) return wrong_method(request);
  if (client.active)
    return api_error(request, 403, "E0000056", "Delete application forbidden.",
                     "The application must be deactivated before deletion.");
  core_.remove_client(client.client_id);
  return {.status = 204, .headers = {}, .body = {}};
}

ports::Response OktaAdmin::replace_application(const ApiRequest& request,
                                               const Registration& client) {
  const auto body = JsonDocument::parse(request.http.body);
  if (!body || !body->root().is_object())
    return api_error(request, 400, "E0000003", "The request body was not well-formed.");
  auto draft = okta_applications::read_draft(body->root());
  if (!draft.member.empty()) return validation_error(request, draft.member, draft.flaw);
  const auto secrets = core_.secrets(client.client_id);
  const bool known = std::any_of(secrets.begin(), secrets.end(),
                                 [&](const auto* one) { return one->value == draft.secret; });
  if (!draft.secret.empty() && !known) {
    const auto flaw = flaw_of(draft.secret, draft.registration.authentication_method);
    if (!flaw.empty()) return validation_error(request, "client_secret", flaw);
    // Okta does not say what becomes of the others: the unkind reading, none is left.
    core_.replace_secrets(client.client_id, make_secret(std::move(draft.secret)));
  }
  draft.registration.scopes = client.scopes;
  draft.registration.groups = client.groups;
  core_.replace_registration(client.client_id, std::move(draft.registration));
  const auto now = core_.secrets(client.client_id);
  return json_response(
      200, application_json(request, client, now.empty() ? nullptr : &now.back()->value));
}

ports::Response OktaAdmin::assignments(const ApiRequest& request, const Registration& client) {
  const auto assignment = [&](const std::string& group) {
    return "{\"id\":\"" + group + "\",\"lastUpdated\":\"" + timestamp(client.updated) +
           "\",\"priority\":0,\"profile\":{},\"_links\":{\"app\":{\"href\":\"" + request.origin +
           "/api/v1/apps/" + client.object_id + "\"}}}";
  };
  const auto& groups = client.groups;
  if (request.segments.size() == 5) {
    if (!request.is("GET")) return wrong_method(request);
    std::string out = "[";
    for (const auto& group : groups) out += (out.size() > 1 ? "," : "") + assignment(group);
    return json_response(200, out + ']');
  }
  const std::string group(request.segments[5]);
  if (request.is("PUT")) {
    if (group != everyone) return not_found(request, group, "UserGroup");
    core_.assign(client.client_id, group);
    return json_response(200, assignment(group));
  }
  if (!request.is("GET") && !request.is("DELETE")) return wrong_method(request);
  if (std::find(groups.begin(), groups.end(), group) == groups.end())
    return not_found(request, group, "ApplicationGroupAssignment");
  if (request.is("GET")) return json_response(200, assignment(group));
  core_.unassign(client.client_id, group);
  return {.status = 204, .headers = {}, .body = {}};
}

ports::Response OktaAdmin::switch_application(const ApiRequest& request, const Registration& client,
                                              bool active) {
  if (!request.is("POST")) return wrong_method(request);
  core_.set_client_active(client.client_id, active);
  return json_response(200, "{}");
}

}  // namespace mocks::idp
