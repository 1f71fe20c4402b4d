#include "rotator/idp/okta.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/json_writer.h"
#include "rotator/calls/times.h"
#include "rotator/idp/discovery.h"
#include "rotator/ports/check.h"

namespace rotator {
namespace {

using ports::ErrorCode;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Okta tells no longest time. This is far beyond what has been seen of a provider of its kind: 4 to
// 18 s (https://github.com/microsoftgraph/microsoft-graph-docs/issues/17966).
constexpr ports::Duration longest_birth = std::chrono::minutes(10);
// While both secrets are in use somebody fails for as long as this lasts.
constexpr ports::Duration longest_change = std::chrono::minutes(2);

// One entry of a list or the answer to get and create. `value` stays empty where Okta does not show
// it.
struct Entry {
  SecretRecord record = {};
  ports::Secret value = {};
};

ports::Result<Entry> read_entry(JsonView json, const std::string& tried) {
  Entry entry;
  entry.record.id = text_member(json, {"id"});
  entry.record.value_digest = text_member(json, {"secret_hash"});
  const auto status = text_member(json, {"status"});
  const auto created = parse_rfc3339(text_member(json, {"created"}));
  if (auto value = json.member("client_secret").text())
    entry.value = ports::Secret(std::move(*value));
  if (entry.record.id.empty() || !created || (status != "ACTIVE" && status != "INACTIVE"))
    return ports::fail(ErrorCode::malformed,
                       tried + ": a secret in the answer lacks id, status or created");
  entry.record.created = *created;
  entry.record.active = status == "ACTIVE";
  return entry;
}

ports::Result<Entry> parse_entry(ports::Response& response, const std::string& tried) {
  const ports::Secret body(std::move(response.body));
  const auto parsed = parse_object(body.reveal_to_wire(), tried);
  if (!parsed) return ports::fail(parsed.error());
  return read_entry(*parsed, tried);
}

ports::Result<std::vector<Entry>> parse_entries(ports::Response& response,
                                                const std::string& tried) {
  const ports::Secret body(std::move(response.body));
  const auto parsed = JsonDocument::parse_or_null(body.reveal_to_wire());
  const JsonView list = parsed;
  if (!list.is_array())
    return ports::fail(ErrorCode::malformed, tried + ": the answer is not a JSON array");
  std::vector<Entry> entries;
  for (const auto json : list) {
    auto entry = read_entry(json, tried);
    if (!entry) return ports::fail(entry.error());
    entries.push_back(std::move(*entry));
  }
  // Okta promises no order, and its clock shows seconds: the id breaks ties.
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.record.created, a.record.id) < std::tie(b.record.created, b.record.id);
  });
  return entries;
}

// errorSummary, or the first cause, which says more.
AdminWords read_words(const ports::Response& response, std::string_view secret) {
  const auto body = JsonDocument::parse_or_null(response.body);
  AdminWords words{.code = quotable(text_member(body, {"errorCode"})),
                   .text = quotable(text_member(body, {"errorSummary"}), secret)};
  const auto causes = array_member(body, {"errorCauses"});
  if (causes.empty()) return words;
  auto cause = quotable(text_member(causes.front(), {"errorSummary"}), secret);
  if (!cause.empty()) words.text = std::move(cause);
  return words;
}

std::optional<ports::Error> meaning_of(const AdminCall&, const ports::Response&,
                                       const AdminWords& words) {
  if (!contains(words.text, "maximum number of client secrets")) return std::nullopt;
  return ports::Error{ErrorCode::conflict,
                      "the application already has two secret objects, inactive ones included: "
                      "delete the one that nothing uses"};
}

std::optional<ports::Duration> asked_wait(const ports::Response& response, ports::WallTime now) {
  return wait_for_reset(response, "X-Rate-Limit-Reset", now);
}

}  // namespace

std::string okta_secret_hash(const ports::Secret& value) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const auto text = value.reveal_to_wire();
  ports::check(
      EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1,
      "SHA-256 works");
  return base64url_encode({reinterpret_cast<const char*>(digest.data()), 16});
}

Okta::Okta(IdentityProviderOptions options, Url url, Apis apis)
    : options_(std::move(options)),
      url_(std::move(url)),
      api_(std::move(apis.apps)),
      roles_api_(std::move(apis.roles)) {
  if (options_.application_id.empty()) options_.application_id = options_.client_id;
}

Capability Okta::capability() const {
  // Okta publishes no time after which a change counts everywhere: propagation is left unsaid.
  return Capability{.slots = Capability::Slots::independent,
                    .max_secrets = 2,
                    .can_disable = true,
                    .value_readable = true,
                    .chooses_value = true,
                    .longest_birth = longest_birth,
                    .longest_change = longest_change};
}

std::string Okta::application_path() const {
  return "/api/v1/apps/" + percent_encode(options_.application_id);
}
std::string Okta::secrets_path() const { return application_path() + "/credentials/secrets"; }

ports::Result<Registration> Okta::registration() {
  const AdminCall call{.tried = "reading app " + options_.application_id + " at " + url_.origin,
                       .target = application_path()};
  auto response = api_.demand(call);
  if (!response) return ports::fail(response.error());
  const auto parsed = parse_object(response->body, call.tried);
  if (!parsed) return ports::fail(parsed.error());
  const JsonView app = *parsed;
  Registration found{
      .client_id = text_member(app, {"credentials", "oauthClient", "client_id"}),
      .label = text_member(app, {"label"}),
      .authentication_method =
          text_member(app, {"credentials", "oauthClient", "token_endpoint_auth_method"}),
      .grant_types = texts_member(app, {"settings", "oauthClient", "grant_types"}),
      .redirect_uris = texts_member(app, {"settings", "oauthClient", "redirect_uris"})};
  if (found.client_id.empty() || found.authentication_method.empty())
    return ports::fail(
        ErrorCode::malformed,
        call.tried + ": the answer lacks credentials.oauthClient; is this an OpenID Connect app?");
  if (found.client_id != options_.client_id)
    return ports::fail(ErrorCode::configuration, call.tried + ": its client_id is " +
                                                     quotable(found.client_id) +
                                                     ", not the configured " + options_.client_id);
  if (const auto status = text_member(app, {"status"}); !status.empty() && status != "ACTIVE")
    return ports::fail(ErrorCode::refused,
                       call.tried + ": the app is " + quotable(status) + ", not ACTIVE");
  auto endpoint = discover_token_endpoint(api_, url_);
  if (!endpoint) return ports::fail(endpoint.error());
  found.token_endpoint = std::move(*endpoint);
  return found;
}

// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentClient/
ports::Result<std::vector<Restriction>> Okta::restrictions() {
  const AdminCall call{
      .tried =
          "reading the administrator roles of client " + options_.client_id + " at " + url_.origin,
      .target = "/oauth2/v1/clients/" + percent_encode(options_.client_id) + "/roles"};
  std::vector<Restriction> found;
  auto response = roles_api_.demand(call);
  if (!response && (response.error().code == ErrorCode::refused ||
                    response.error().code == ErrorCode::missing)) {
    found.push_back({.forbids = false,
                     .says = response.error().message +
                             "; where the client holds such a role Okta refuses to change its "
                             "secrets"});
    return found;
  }
  if (!response) return ports::fail(response.error());
  const auto parsed = JsonDocument::parse_or_null(response->body);
  const JsonView list = parsed;
  if (!list.is_array())
    return ports::fail(ErrorCode::malformed, call.tried + ": the answer is not a JSON array");
  for (const auto role : list) {
    if (text_member(role, {"status"}) == "INACTIVE") continue;
    found.push_back({.says = "client " + options_.client_id + " holds the administrator role \"" +
                             quotable(text_member(role, {"label"})) +
                             "\", and Okta refuses to change the secrets of such a client; take "
                             "the role from it"});
  }
  return found;
}

ports::Result<std::vector<SecretRecord>> Okta::list_secrets() {
  const AdminCall call{.tried = "listing the client secrets of app " + options_.application_id +
                                " at " + url_.origin,
                       .target = secrets_path()};
  auto response = api_.demand(call);
  if (!response) return ports::fail(response.error());
  auto entries = parse_entries(*response, call.tried);
  if (!entries) return ports::fail(entries.error());
  std::vector<SecretRecord> records;
  for (auto& entry : *entries) records.push_back(std::move(entry.record));
  return records;
}

ports::Result<std::optional<std::string>> Okta::find_secret(
    const ports::Secret& value, const std::vector<SecretRecord>& records) {
  const auto digest = okta_secret_hash(value);
  std::vector<const SecretRecord*> order;
  for (const auto& record : records) order.push_back(&record);
  std::stable_partition(order.begin(), order.end(),
                        [&](const SecretRecord* record) { return record->value_digest == digest; });
  for (const auto* record : order) {
    auto read = read_secret(record->id);
    if (!read && read.error().code == ErrorCode::missing) continue;
    if (!read) return ports::fail(read.error());
    if (read->same_as(value)) return std::optional<std::string>(record->id);
  }
  return std::optional<std::string>();
}

ports::Result<CreatedSecret> Okta::create_secret(const SecretWish& wish) {
  JsonWriter body;
  body.open_object().member("client_secret", wish.value.reveal_to_wire()).close_object();
  AdminCall call{
      .tried = "adding a client secret to app " + options_.application_id + " at " + url_.origin,
      .method = "POST",
      .target = secrets_path(),
      .body = body.take()};
  auto response = api_.demand(call);
  ports::wipe(call.body);
  if (!response) return ports::fail(response.error());
  auto entry = parse_entry(*response, call.tried);
  // It was made: an answer that cannot be read is as good as a lost one.
  if (!entry) return ports::fail(ErrorCode::ambiguous, entry.error().message);
  if (!entry->value.empty() && !entry->value.same_as(wish.value))
    return ports::fail(ErrorCode::ambiguous,
                       call.tried + ": the answer holds another value than was asked for");
  return CreatedSecret{.record = std::move(entry->record), .value = wish.value.clone()};
}

ports::Result<std::optional<CreatedSecret>> Okta::resolve_create(
    const std::vector<SecretRecord>& before, const SecretSought& sought) {
  const AdminCall call{.tried = "looking for the new client secret of app " +
                                options_.application_id + " at " + url_.origin,
                       .target = secrets_path()};
  auto response = api_.demand(call);
  if (!response) return ports::fail(response.error());
  auto entries = parse_entries(*response, call.tried);
  if (!entries) return ports::fail(entries.error());
  std::erase_if(*entries, [&](const Entry& entry) {
    return rotator::find_secret(before, entry.record.id) != nullptr;
  });
  for (auto& entry : *entries) {
    if (!entry.value.empty()) continue;
    auto value = read_secret(entry.record.id);
    if (!value) return ports::fail(value.error());
    entry.value = std::move(*value);
  }
  if (sought.ours)
    std::erase_if(*entries, [&](const Entry& entry) { return !sought.ours(entry.value); });
  if (entries->empty()) return std::optional<CreatedSecret>();
  if (entries->size() > 1)
    return ports::fail(ErrorCode::conflict, call.tried + ": " + std::to_string(entries->size()) +
                                                " secrets are new (" + entries->front().record.id +
                                                ", " + entries->back().record.id +
                                                "), and only one of them can be ours");
  auto& entry = entries->front();
  return std::optional<CreatedSecret>(
      CreatedSecret{.record = std::move(entry.record), .value = std::move(entry.value)});
}

ports::Result<ports::Secret> Okta::read_secret(const std::string& id) {
  const AdminCall call{.tried = "reading client secret " + id + " of app " +
                                options_.application_id + " at " + url_.origin,
                       .target = secrets_path() + "/" + percent_encode(id)};
  auto response = api_.demand(call);
  if (!response) return ports::fail(response.error());
  auto entry = parse_entry(*response, call.tried);
  if (!entry) return ports::fail(entry.error());
  if (entry->value.empty())
    return ports::fail(ErrorCode::refused,
                       call.tried +
                           ": Okta does not show its value (a custom role needs "
                           "okta.apps.clientCredentials.read)");
  return std::move(entry->value);
}

// A list and not a get: a 404 of the secret could as well be the application's.
ports::Result<bool> Okta::stands(const std::string& id, Desired desired) {
  const auto records = list_secrets();
  if (!records) return ports::fail(records.error());
  const auto found = std::find_if(records->begin(), records->end(),
                                  [&](const SecretRecord& record) { return record.id == id; });
  if (found == records->end()) return desired != Desired::active;
  if (desired == Desired::gone) return false;
  return found->active == (desired == Desired::active);
}

ports::Status Okta::bring(const std::string& id, Desired desired) {
  const char* act = desired == Desired::active     ? "activating"
                    : desired == Desired::inactive ? "deactivating"
                                                   : "deleting";
  AdminCall call{.tried = std::string(act) + " client secret " + id + " of app " +
                          options_.application_id + " at " + url_.origin,
                 .method = desired == Desired::gone ? "DELETE" : "POST",
                 .target = secrets_path() + "/" + percent_encode(id)};
  if (desired == Desired::active) call.target += "/lifecycle/activate";
  if (desired == Desired::inactive) call.target += "/lifecycle/deactivate";

  auto response = api_.send(call);
  const int success = desired == Desired::gone ? 204 : 200;
  const bool accepted = response && response->status >= 200 && response->status < 300;
  if (accepted) ports::wipe(response->body);  // the secret's value is in it
  if (accepted && response->status == success) return {};
  auto trouble = !response ? response.error()
                 : accepted
                     ? ports::Error{ErrorCode::ambiguous,
                                    call.tried + " answered " + std::to_string(response->status) +
                                        " and not " + std::to_string(success) +
                                        ", so something in between may have answered, and it is "
                                        "not done"}
                     : api_.error_of(call, *response);
  // What the provider thinks of doing it twice is not documented, and a reply may be lost: how it
  // stands decides. Codes that say nothing about the secret itself are passed on.
  const bool worth_looking = trouble.code == ErrorCode::ambiguous ||
                             trouble.code == ErrorCode::missing ||
                             (response && response->status == 400);
  if (!worth_looking) return ports::fail(std::move(trouble));
  const auto settled = stands(id, desired);
  if (!settled) {
    if (trouble.code != ErrorCode::ambiguous) return ports::fail(settled.error());
    return ports::fail(ErrorCode::ambiguous, trouble.message + "; then " + settled.error().message);
  }
  if (*settled) return {};
  return ports::fail(std::move(trouble));
}

ports::Status Okta::disable_secret(const std::string& id) { return bring(id, Desired::inactive); }
ports::Status Okta::enable_secret(const std::string& id) { return bring(id, Desired::active); }
ports::Status Okta::delete_secret(const std::string& id) { return bring(id, Desired::gone); }

ports::Result<std::unique_ptr<IdentityProvider>> new_okta(ports::HttpClient& http,
                                                          ports::Clock& clock,
                                                          IdentityProviderOptions options, Url url,
                                                          ports::Secret admin_credential) {
  auto credential = parse_admin_credential(admin_credential);
  if (!credential) return ports::fail(credential.error());
  auto same = parse_admin_credential(admin_credential);
  if (!credential->client_secret.empty())
    return ports::fail(ErrorCode::configuration,
                       "the identity provider's administration credential holds a client_secret; "
                       "Okta's administration takes a service application's private_key only");
  // A machine client's tokens say what they are for; an API token may do all that its owner may.
  const auto api = [&](AdminCredential who, const char* scope, const char* permission) {
    return AdminApi(http, clock,
                    {.origin = url.origin,
                     .call_timeout = options.call_timeout,
                     .patience = options.patience,
                     .told = options.told},
                    AdminSession(http, clock, std::move(who), "SSWS ",
                                 {.endpoint = {.origin = url.origin, .path = "/oauth2/v1/token"},
                                  .scope = scope}),
                    {.words = &read_words,
                     .permission = permission,
                     .particular = &meaning_of,
                     .asked_wait = &asked_wait});
  };
  Okta::Apis apis{.apps = api(std::move(*credential), "okta.apps.manage",
                              "okta.apps.manage, or a role that may read client credentials"),
                  .roles = api(std::move(*same), "okta.roles.read", "okta.roles.read")};
  return std::unique_ptr<IdentityProvider>(
      std::make_unique<Okta>(std::move(options), std::move(url), std::move(apis)));
}

}  // namespace rotator
