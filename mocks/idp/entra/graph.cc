#include "mocks/idp/entra/graph.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"
#include "mocks/json_view.h"

namespace mocks::idp::entra {
namespace {

namespace chrono = std::chrono;

constexpr std::string_view alphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view secret_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
constexpr std::size_t hint_length = 3;
constexpr auto default_life = chrono::days(730);
constexpr std::int64_t window_seconds = 10;
constexpr std::string_view root = "https://graph.microsoft.com/v1.0/$metadata#";
// The members that $select may name, in the order in which they are written.
constexpr std::string_view members[] = {"id",
                                        "appId",
                                        "displayName",
                                        "createdDateTime",
                                        "signInAudience",
                                        "web",
                                        "passwordCredentials"};

std::string same(const std::string& text) { return text; }

// One passwordCredential; `value` only for addPassword, null otherwise.
std::string password_members(const SecretObject& secret, const std::string* value) {
  const auto nullable = [](const std::string& text) {
    return text.empty() ? std::string("null") : json_text(text);
  };
  return "\"customKeyIdentifier\":null,\"displayName\":" + nullable(secret.label) +
         ",\"endDateTime\":\"" + graph_time(secret.expires) +
         "\",\"hint\":" + nullable(secret.value.substr(0, hint_length)) + ",\"keyId\":\"" +
         secret.id + "\",\"secretText\":" + (value == nullptr ? "null" : json_text(*value)) +
         ",\"startDateTime\":\"" + graph_time(secret.created) + '"';
}

std::string passwords_json(const std::vector<SecretObject>& secrets) {
  std::string out = "[";
  for (const auto& secret : secrets)
    out += (out.size() > 1 ? ",{" : "{") + password_members(secret, nullptr) + '}';
  return out + ']';
}

// "P180D" (ISO 8601).
std::string iso_days(ports::Duration life) {
  return "P" + std::to_string(chrono::floor<chrono::days>(life).count()) + "D";
}

std::string restriction(std::string_view type, bool on, std::string_view longest) {
  return "{\"restrictionType\":\"" + std::string(type) + "\",\"state\":\"" +
         (on ? "enabled" : "disabled") +
         "\",\"maxLifetime\":" + (longest.empty() ? "null" : json_text(longest)) +
         ",\"restrictForAppsCreatedAfterDateTime\":\"2019-01-01T00:00:00Z\"}";
}

std::string restrictions_json(const SecretPolicy& policy) {
  const bool bounded = policy.longest_life > ports::Duration(0);
  return "{\"passwordCredentials\":[" + restriction("passwordAddition", policy.forbids_new, {}) +
         ',' + restriction("customPasswordAddition", true, {}) + ',' +
         restriction("passwordLifetime", bounded,
                     bounded ? iso_days(policy.longest_life) : std::string()) +
         "],\"keyCredentials\":[]}";
}

// "2026-09-09T19:50:29.3086381Z"; nothing when it is no such time.
std::optional<ports::WallTime> parse_graph_time(std::string_view text) {
  int part[6] = {};
  static constexpr std::size_t from[] = {0, 5, 8, 11, 14, 17};
  static constexpr std::size_t length[] = {4, 2, 2, 2, 2, 2};
  if (text.size() < 20 || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < std::size(from); ++i) {
    const auto* const first = text.data() + from[i];
    const auto [end, error] = std::from_chars(first, first + length[i], part[i]);
    if (error != std::errc() || end != first + length[i]) return std::nullopt;
  }
  const auto date = chrono::year(part[0]) / part[1] / part[2];
  if (!date.ok()) return std::nullopt;
  std::int64_t fraction = 0;
  if (text[19] == '.') {
    auto digits = std::string(text.substr(20, text.size() - 21)).substr(0, 9);
    digits.resize(9, '0');
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), fraction);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  }
  return ports::WallTime(chrono::sys_days(date).time_since_epoch() + chrono::hours(part[3]) +
                         chrono::minutes(part[4]) + chrono::seconds(part[5]) +
                         chrono::nanoseconds(fraction));
}

// What a caller of addPassword asks for.
struct Wish {
  std::string flaw = {};
  std::string label = {};
  ports::WallTime ends = {};
};

Wish read_wish(const std::string& body, ports::WallTime now) {
  Wish wish{.ends = now + default_life};
  const auto document = JsonDocument::parse(body.empty() ? "{}" : body);
  if (!document || !document->root().is_object())
    return {.flaw =
                "Unable to read JSON request payload. Please ensure Content-Type header is set "
                "and payload is of valid JSON format."};
  const auto asked = document->root().find("passwordCredential");
  if (!asked || !asked->is_object()) return wish;
  const auto text = [&](std::string_view name) {
    const auto member = asked->find(name);
    return member && member->is_string() ? std::string(member->text()) : std::string();
  };
  if (!text("secretText").empty())
    return {.flaw = "New password credentials must be generated by the service."};
  wish.label = text("displayName");
  auto start = now;
  if (const auto from = text("startDateTime"); !from.empty()) {
    const auto time = parse_graph_time(from);
    if (!time || *time > now + chrono::minutes(5))
      return {.flaw =
                  "Invalid value specified for property 'startDateTime' of resource "
                  "'PasswordCredential'."};
    start = *time;
    wish.ends = start + default_life;
  }
  if (const auto until = text("endDateTime"); !until.empty()) {
    const auto time = parse_graph_time(until);
    if (!time || *time <= start) return {.flaw = "Key credential end date is invalid."};
    wish.ends = *time;
  }
  return wish;
}

// The id in "applications(appId='ID')".
std::optional<std::string_view> alternate_key(std::string_view segment) {
  static constexpr std::string_view before = "applications(appId='";
  static constexpr std::string_view after = "')";
  if (!segment.starts_with(before) || !segment.ends_with(after)) return std::nullopt;
  return segment.substr(before.size(), segment.size() - before.size() - after.size());
}

}  // namespace

ports::Response EntraGraph::refuse(const ApiRequest& request, const GraphRefusal& refusal) const {
  return graph_error(request, now(), refusal);
}

ports::Response EntraGraph::handle(const ApiRequest& request) {
  const auto header = ports::find_header(request.http.headers, "Authorization");
  const auto token = header ? after_scheme(*header, "Bearer ") : std::nullopt;
  const auto right = token ? right_of_(*token) : std::nullopt;
  if (!right)
    return refuse(request, {.status = 401,
                            .code = "InvalidAuthenticationToken",
                            .message = header ? "Lifetime validation failed, the token is expired."
                                              : "Access token is empty."});
  if (over_limit()) {
    auto response =
        refuse(request, {.status = 429, .code = "TooManyRequests", .message = "Too many requests"});
    const auto since = chrono::floor<chrono::seconds>(now().time_since_epoch()).count();
    response.headers.push_back(
        {.name = "Retry-After", .value = std::to_string(window_seconds - since % window_seconds)});
    return response;
  }
  if (*right < (request.is("GET") ? GraphRight::read : GraphRight::write))
    return refuse(request, {.status = 403,
                            .code = "Authorization_RequestDenied",
                            .message = "Insufficient privileges to complete the operation."});
  return route(request);
}

// /v1.0/policies/..., /v1.0/applications/{id}/..., /v1.0/applications(appId='{id}')/...
ports::Response EntraGraph::route(const ApiRequest& request) {
  const auto& segments = request.segments;
  const auto no_segment = [&](std::string_view segment) {
    return refuse(
        request, {.status = 400,
                  .code = "BadRequest",
                  .message = "Resource not found for the segment '" + std::string(segment) + "'."});
  };
  if (segments.size() < 2) return no_segment(segments.back());
  if (segments[1] == "policies") {
    if (segments.size() != 3 || segments[2] != "defaultAppManagementPolicy" || !request.is("GET"))
      return no_segment(segments.back());
    return json_response(
        200, "{\"@odata.context\":\"" + std::string(root) +
                 "policies/defaultAppManagementPolicy/$entity\",\"id\":"
                 "\"00000000-0000-0000-0000-000000000000\",\"displayName\":"
                 "\"Default app management tenant policy\",\"isEnabled\":" +
                 (options_.core.policy.restricts() ? "true" : "false") +
                 ",\"applicationRestrictions\":" + restrictions_json(options_.core.policy) +
                 ",\"servicePrincipalRestrictions\":" + restrictions_json({}) + '}');
  }
  auto decoded = percent_decode(segments[1], false).value_or(std::string());
  const auto app_id = alternate_key(decoded);
  if (!app_id && decoded != "applications") return no_segment(segments[1]);
  const std::size_t after = app_id ? 2 : 3;
  if (segments.size() < after) return no_segment(segments.back());
  const auto id = app_id ? *app_id : segments[2];
  const auto* client = app_id ? core_.find_client(id) : core_.find_client_by_object(id);
  if (client == nullptr)
    return refuse(request, {.status = 404,
                            .code = "Request_ResourceNotFound",
                            .message = "Resource '" + std::string(id) +
                                       "' does not exist or one of its queried reference-property "
                                       "objects are not present."});
  if (segments.size() == after && request.is("GET")) return application(request, *client);
  if (segments.size() != after + 1) return no_segment(segments.back());
  const auto last = segments.back();
  if (last == "addPassword" && request.is("POST")) return add_password(request, *client);
  if (last == "removePassword" && request.is("POST")) return remove_password(request, *client);
  if (last != "appManagementPolicies" || !request.is("GET")) return no_segment(last);
  std::string value;
  if (options_.exempted)
    value = "{\"id\":\"" + guid(request.draws, name_of("entra/policy"), 0) +
            "\",\"displayName\":\"Exempted applications\",\"isEnabled\":true,\"restrictions\":" +
            restrictions_json({}) + '}';
  return json_response(200, "{\"@odata.context\":\"" + std::string(root) +
                                "appManagementPolicies\",\"value\":[" + value + "]}");
}

ports::Response EntraGraph::application(const ApiRequest& request, const Registration& client) {
  const auto query = Form::parse(request.query);
  const auto selected =
      query ? split(query->value("$select"), ',') : std::vector<std::string_view>();
  for (const auto one : selected)
    if (std::find(std::begin(members), std::end(members), one) == std::end(members))
      return refuse(request, {.status = 400,
                              .code = "BadRequest",
                              .message = "Could not find a property named '" + std::string(one) +
                                         "' on type 'microsoft.graph.application'."});
  const auto wanted = [&](std::string_view name) {
    return selected.empty() || std::find(selected.begin(), selected.end(), name) != selected.end();
  };
  std::string out = "{\"@odata.context\":\"" + std::string(root) + "applications/$entity\"";
  const auto add = [&](std::string_view name, const std::string& json) {
    if (wanted(name)) out.append(",\"").append(name).append("\":").append(json);
  };
  add("id", json_text(client.object_id));
  add("appId", json_text(client.client_id));
  add("displayName", json_text(client.label));
  add("createdDateTime", "\"" + graph_time(client.created) + "\"");
  add("signInAudience", options_.core.personal_accounts ? "\"AzureADandPersonalMicrosoftAccount\""
                                                        : "\"AzureADMyOrg\"");
  add("web", "{\"redirectUris\":" + json_list(client.redirect_uris, same) + '}');
  if (wanted("passwordCredentials"))
    add("passwordCredentials", passwords_json(core_.seen_secrets(client.client_id)));
  return json_response(200, out + '}');
}

std::optional<GraphRefusal> EntraGraph::forbidden(ports::Duration life) const {
  if (options_.exempted) return std::nullopt;
  const auto& policy = options_.core.policy;
  if (policy.forbids_new)
    return GraphRefusal{.status = 400,
                        .code = "CredentialTypeNotAllowedAsPerAppPolicy",
                        .message = "Credential type not allowed as per assigned policy."};
  if (policy.longest_life > ports::Duration(0) && life > policy.longest_life)
    return GraphRefusal{.status = 400,
                        .code = "CredentialInvalidLifetimeAsPerAppPolicy",
                        .message =
                            "Credential lifetime exceeds the max value allowed as per "
                            "assigned policy."};
  return std::nullopt;
}

bool EntraGraph::collides(const Registration& client) {
  const auto at = core_.scheduler().now();
  const auto found = changed_.find(client.client_id);
  if (found != changed_.end() && at - found->second < options_.change_gap) return true;
  changed_[client.client_id] = at;
  return false;
}

static GraphRefusal concurrency() {
  return {.status = 409,
          .code = "Directory_ConcurrencyViolation",
          .message =
              "Error due to concurrent requests being made to the tenant. Please wait briefly and "
              "retry."};
}

ports::Response EntraGraph::add_password(const ApiRequest& request, const Registration& client) {
  auto wish = read_wish(request.http.body, now());
  if (!wish.flaw.empty())
    return refuse(request, {.code = "Request_BadRequest", .message = std::move(wish.flaw)});
  if (const auto refusal = forbidden(wish.ends - now())) return refuse(request, *refusal);
  if (collides(client)) return refuse(request, concurrency());
  auto secret = make_secret({});
  secret.label = std::move(wish.label);
  secret.expires = wish.ends;
  const auto id = secret.id;
  if (core_.create_secret(client.client_id, std::move(secret)) != Change::done)
    return refuse(request,
                  {.code = "Request_BadRequest",
                   .message = "Unable to save changes because the credential limit has been "
                              "reached. Please delete a credential and try again."});
  const auto& made = *core_.find_secret(client.client_id, id);
  return json_response(200, "{\"@odata.context\":\"" + std::string(root) +
                                "microsoft.graph.passwordCredential\"," +
                                password_members(made, &made.value) + '}');
}

ports::Response EntraGraph::remove_password(const ApiRequest& request, const Registration& client) {
  const auto document = JsonDocument::parse(request.http.body);
  const auto member = document ? document->root().find("keyId") : std::nullopt;
  if (!member || !member->is_string())
    return refuse(request, {.code = "Request_BadRequest",
                            .message = "The request is missing the required parameter 'keyId'."});
  const std::string id(member->text());
  // The replica that answers may not know it yet.
  const auto seen = core_.seen_secrets(client.client_id);
  const bool known =
      std::any_of(seen.begin(), seen.end(), [&](const auto& secret) { return secret.id == id; });
  if (known && collides(client)) return refuse(request, concurrency());
  if (!known || core_.remove_secret(client.client_id, id) != Change::done)
    return refuse(request, {.code = "Request_BadRequest",
                            .message = "No password credential found with keyId '" + id + "'."});
  return {.status = 204, .headers = {}, .body = {}};
}

Core::NewSecret EntraGraph::make_secret(std::string value) const {
  const auto& draws = core_.draws();
  const auto number = core_.secrets_created();
  const auto entity = name_of("entra/secret") + number;
  if (value.empty())
    value = draws.text(3, alphanumeric, sim::Stream::identifiers, name_of("entra/hint") + number) +
            "8Q~" + draws.text(34, secret_alphabet, sim::Stream::identifiers, entity);
  return {.id = guid(draws, name_of("entra/key"), number),
          .value = std::move(value),
          .expires = now() + default_life};
}

bool EntraGraph::over_limit() {
  const auto window =
      chrono::floor<chrono::seconds>(now().time_since_epoch()).count() / window_seconds;
  if (window_ != window) {
    window_ = window;
    window_requests_ = 0;
  }
  return ++window_requests_ > options_.requests_per_window;
}

}  // namespace mocks::idp::entra
