#include "rotator/idp/entra.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/counted.h"
#include "rotator/calls/json_writer.h"
#include "rotator/calls/patience.h"
#include "rotator/calls/times.h"
#include "rotator/idp/discovery.h"

namespace rotator {
namespace {

using ports::ErrorCode;

constexpr std::string_view global_graph = "https://graph.microsoft.com";
constexpr std::string_view issuer_version = "/v2.0";
// As addPassword gives it where no end is asked for.
constexpr ports::Duration two_years = std::chrono::days(730);
constexpr std::size_t shown_of_value = 3;
// No figure is published. 4 to 18 s were measured for a new secret
// (https://github.com/microsoftgraph/microsoft-graph-docs/issues/17966); others wait for minutes.
constexpr ports::Duration entra_longest_birth = std::chrono::minutes(10);
constexpr ports::Duration entra_longest_change = std::chrono::minutes(10);

bool has_words(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

AdminWords graph_words(const ports::Response& response, std::string_view secret) {
  const auto parsed = JsonDocument::parse_or_null(response.body);
  const JsonView body = parsed;
  return {.code = quotable(text_member(body, {"error", "code"}), secret, 60),
          .text = quotable(text_member(body, {"error", "message"}), secret)};
}

std::optional<ports::Error> graph_meaning(const AdminCall& /*call*/,
                                          const ports::Response& response,
                                          const AdminWords& words) {
  if (response.status == 409)
    return ports::Error{ErrorCode::busy, "others change the directory at this moment"};
  if (words.code == "CredentialTypeNotAllowedAsPerAppPolicy")
    return ports::Error{ErrorCode::refused,
                        "a policy of the tenant forbids client secrets for this application"};
  if (words.code == "CredentialInvalidLifetimeAsPerAppPolicy")
    return ports::Error{ErrorCode::refused,
                        "a policy of the tenant wants a shorter life: set "
                        "identity_provider.secret_lifetime"};
  if (has_words(words.text, "credential limit") || has_words(words.text, "exceeded its limit"))
    return ports::Error{ErrorCode::conflict,
                        "the application has as many secrets as it may: remove the one that "
                        "nothing uses"};
  return std::nullopt;
}

// One passwordCredential. Its value stays where it is.
ports::Result<SecretRecord> read_password(JsonView json, const std::string& tried) {
  SecretRecord record{.id = text_member(json, {"keyId"}),
                      .label = text_member(json, {"displayName"}),
                      .value_digest = text_member(json, {"hint"})};
  const auto start = parse_rfc3339(text_member(json, {"startDateTime"}));
  const auto end = parse_rfc3339(text_member(json, {"endDateTime"}));
  if (record.id.empty() || !start || !end)
    return ports::fail(
        ErrorCode::malformed,
        tried + ": a secret in the answer lacks keyId, startDateTime or endDateTime");
  record.created = *start;
  record.expires = *end;
  return record;
}

// "P180D", "P4DT12H30M5S" (ISO 8601): a year counts 365 days, a month 30. Nothing when it is none.
std::optional<ports::Duration> parse_iso_duration(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  bool of_day = false;
  ports::Duration total{0};
  while (!text.empty()) {
    if (text.front() == 'T' && !of_day) {
      of_day = true;
      text.remove_prefix(1);
      continue;
    }
    std::int64_t count = 0;
    const auto* const end_of_text = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), end_of_text, count);
    constexpr std::int64_t most = 100'000;  // of any unit but seconds still fits
    if (error != std::errc() || end == end_of_text || count < 0 || count > most)
      return std::nullopt;
    const char unit = *end;
    if (!of_day && unit == 'Y')
      total += std::chrono::days(365) * std::min<std::int64_t>(count, 200);
    else if (!of_day && unit == 'M')
      total += std::chrono::days(30) * std::min<std::int64_t>(count, 2400);
    else if (!of_day && unit == 'W')
      total += std::chrono::days(7) * std::min<std::int64_t>(count, 10'000);
    else if (!of_day && unit == 'D')
      total += std::chrono::days(1) * count;
    else if (of_day && unit == 'H')
      total += std::chrono::hours(count);
    else if (of_day && unit == 'M')
      total += std::chrono::minutes(count);
    else if (of_day && unit == 'S')
      total += std::chrono::seconds(count);
    else
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  }
  return total;
}

std::string life_text(ports::Duration life) {
  return counted(std::chrono::floor<std::chrono::days>(life).count(), "day");
}

}  // namespace

Entra::Entra(ports::Clock& clock, IdentityProviderOptions options, Url issuer, AdminApi graph,
             AdminApi login)
    : clock_(clock),
      options_(std::move(options)),
      issuer_(std::move(issuer)),
      graph_(std::move(graph)),
      login_(std::move(login)) {}

Capability Entra::capability() const {
  return Capability{.slots = Capability::Slots::independent,
                    .max_secrets = 0,
                    .longest_birth = entra_longest_birth,
                    .longest_change = entra_longest_change};
}

std::string Entra::application() const {
  if (options_.application_id.empty())
    return "/v1.0/applications(appId='" + percent_encode(options_.client_id) + "')";
  return "/v1.0/applications/" + percent_encode(options_.application_id);
}

std::string Entra::named() const {
  return "application " +
         (options_.application_id.empty() ? options_.client_id : options_.application_id) + " at " +
         graph_.origin();
}

ports::Result<ports::Response> Entra::change(const AdminCall& call) {
  // All of it within one call_timeout, as every change.
  Patience patience(clock_, clock_.now() + options_.call_timeout);
  for (;;) {
    auto response = graph_.send(call);
    if (!response || response->status != 409) return response;
    if (auto waited = patience.wait(graph_.error_of(call, *response), retry_after(*response));
        !waited)
      return ports::fail(waited.error());
  }
}

ports::Result<Registration> Entra::registration() {
  const AdminCall call{
      .tried = "reading " + named(),
      .target = application() + "?$select=id,appId,displayName,createdDateTime,signInAudience,web"};
  auto response = graph_.demand(call);
  if (!response) return ports::fail(response.error());
  const auto parsed = parse_object(response->body, call.tried);
  if (!parsed) return ports::fail(parsed.error());
  const JsonView app = *parsed;
  Registration found{.client_id = text_member(app, {"appId"}),
                     .label = text_member(app, {"displayName"}),
                     .probe_scope = std::string(global_graph) + "/.default"};
  if (found.client_id != options_.client_id)
    return ports::fail(ErrorCode::configuration,
                       call.tried + ": its appId is " + quotable(found.client_id) +
                           ", not the configured client_id " + options_.client_id);
  for (const auto uri : array_member(app, {"web", "redirectUris"}))
    if (auto text = uri.text()) found.redirect_uris.push_back(std::move(*text));
  if (has_words(text_member(app, {"signInAudience"}), "PersonalMicrosoftAccount"))
    found.max_secrets = 2;
  if (const auto created = parse_rfc3339(text_member(app, {"createdDateTime"})))
    application_created_ = *created;
  auto endpoint = discover_token_endpoint(login_, issuer_);
  if (!endpoint) return ports::fail(endpoint.error());
  found.token_endpoint = std::move(*endpoint);
  return found;
}

// https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration
std::optional<Restriction> Entra::restriction_of(JsonView restrictions,
                                                 const std::string& whose) const {
  const auto wanted =
      options_.secret_lifetime > ports::Duration(0) ? options_.secret_lifetime : two_years;
  for (const auto rule : array_member(restrictions, {"passwordCredentials"})) {
    const auto state = text_member(rule, {"state"});
    const auto from = parse_rfc3339(text_member(rule, {"restrictForAppsCreatedAfterDateTime"}));
    const bool applies =
        !from || application_created_ == ports::WallTime{} || application_created_ >= *from;
    if (state == "disabled" || !applies) continue;
    const auto type = text_member(rule, {"restrictionType"});
    if (type == "passwordAddition")
      return Restriction{.says = whose +
                                 " forbids new client secrets for this application; exempt it, or "
                                 "let it authenticate by a certificate or a federated credential"};
    if (type != "passwordLifetime") continue;
    const auto longest = parse_iso_duration(text_member(rule, {"maxLifetime"}));
    if (longest && wanted > *longest)
      return Restriction{
          .says = whose + " allows client secrets to live " + life_text(*longest) +
                  " at most, and one for " + life_text(wanted) +
                  " would be asked for; set identity_provider.secret_lifetime to " +
                  std::to_string(std::chrono::floor<std::chrono::days>(*longest).count()) +
                  "d or less"};
  }
  return std::nullopt;
}

// An application's own policy stands before the tenant's.
ports::Result<std::vector<Restriction>> Entra::restrictions() {
  std::vector<Restriction> found;
  const AdminCall own{.tried = "reading the policies of " + named(),
                      .target = application() + "/appManagementPolicies"};
  const AdminCall tenant{.tried = "reading the tenant's application policy at " + graph_.origin(),
                         .target = "/v1.0/policies/defaultAppManagementPolicy"};
  for (const auto* call : {&own, &tenant}) {
    auto response = graph_.demand(*call);
    if (!response && response.error().code == ErrorCode::refused) {
      found.push_back({.forbids = false,
                       .says = response.error().message +
                               "; grant Policy.Read.All, so that what the tenant forbids is known "
                               "before it is tried"});
      return found;
    }
    if (!response) return ports::fail(response.error());
    const auto parsed = parse_object(response->body, call->tried);
    if (!parsed) return ports::fail(parsed.error());
    if (call == &tenant) {
      const JsonView policy = *parsed;
      if (!flag_member(policy, {"isEnabled"})) return found;
      const auto rules = policy.member("applicationRestrictions");
      if (auto forbidden = restriction_of(rules, "the tenant's policy"))
        found.push_back(std::move(*forbidden));
      return found;
    }
    bool any = false;
    for (const auto policy : array_member(*parsed, {"value"})) {
      if (!flag_member(policy, {"isEnabled"})) continue;
      any = true;
      if (auto forbidden =
              restriction_of(policy.member("restrictions"),
                             "policy \"" + quotable(text_member(policy, {"displayName"})) +
                                 "\" of the application"))
        found.push_back(std::move(*forbidden));
    }
    if (any) return found;
  }
  return found;
}

ports::Result<std::vector<SecretRecord>> Entra::list_secrets() {
  const AdminCall call{.tried = "listing the client secrets of " + named(),
                       .target = application() + "?$select=passwordCredentials"};
  auto response = graph_.demand(call);
  if (!response) return ports::fail(response.error());
  const auto parsed = parse_object(response->body, call.tried);
  if (!parsed) return ports::fail(parsed.error());
  const auto list = parsed->root().member("passwordCredentials");
  if (!list.is_array())
    return ports::fail(ErrorCode::malformed, call.tried + ": the answer lacks passwordCredentials");
  std::vector<SecretRecord> records;
  for (const auto json : list) {
    auto record = read_password(json, call.tried);
    if (!record) return ports::fail(record.error());
    absent_.erase(record->id);
    records.push_back(std::move(*record));
  }
  std::sort(records.begin(), records.end(), [](const SecretRecord& a, const SecretRecord& b) {
    return std::tie(a.created, a.id) < std::tie(b.created, b.id);
  });
  return records;
}

ports::Result<std::optional<std::string>> Entra::find_secret(
    const ports::Secret& value, const std::vector<SecretRecord>& records) {
  const auto text = value.reveal_to_wire();
  const auto hint = text.substr(0, std::min(shown_of_value, text.size()));
  std::vector<std::string> ids;
  std::vector<std::string> expired;
  for (const auto& record : records)
    if (record.value_digest == hint)
      (record.expires > clock_.wall_now() ? ids : expired).push_back(record.id);
  if (ids.empty()) ids = std::move(expired);
  if (ids.size() > 1)
    return ports::fail(ErrorCode::conflict,
                       std::to_string(ids.size()) + " secrets of " + named() + " (" + ids[0] +
                           ", " + ids[1] +
                           ") begin like the value in Vault, and Entra ID shows no more of them; "
                           "write the keyId of the right one as secret_id beside the value");
  if (ids.empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(ids.front()));
}

ports::Result<CreatedSecret> Entra::create_secret(const SecretWish& wish) {
  JsonWriter body;
  body.open_object();
  body.name("passwordCredential");
  body.open_object();
  body.member("displayName", wish.label);
  if (options_.secret_lifetime > ports::Duration(0))
    body.member("endDateTime", milli_time(clock_.wall_now() + options_.secret_lifetime));
  body.close_object();
  body.close_object();
  const AdminCall call{.tried = "adding a client secret to " + named(),
                       .method = "POST",
                       .target = application() + "/addPassword",
                       .body = body.take()};
  auto response = change(call);
  if (!response) return ports::fail(response.error());
  if (response->status != 200) return ports::fail(graph_.error_of(call, *response));
  // It was made: an answer that cannot be read is as good as a lost one.
  const ports::Secret text(std::move(response->body));
  const auto parsed = parse_object(text.reveal_to_wire(), call.tried);
  if (!parsed) return ports::fail(ErrorCode::ambiguous, parsed.error().message);
  auto record = read_password(*parsed, call.tried);
  if (!record) return ports::fail(ErrorCode::ambiguous, record.error().message);
  auto value = text_member(*parsed, {"secretText"});
  if (value.empty())
    return ports::fail(ErrorCode::ambiguous, call.tried + ": the answer does not hold the value");
  return CreatedSecret{.record = std::move(*record), .value = ports::Secret(std::move(value))};
}

bool Entra::surely_absent(const std::string& what) {
  const auto now = clock_.now();
  auto& absence = absent_.try_emplace(what, Absence{.since = now}).first->second;
  ++absence.lists;
  return absence.lists >= entra_absent_lists && now - absence.since >= options_.absent_for;
}

ports::Result<std::optional<CreatedSecret>> Entra::resolve_create(
    const std::vector<SecretRecord>& before, const SecretSought& sought) {
  auto records = list_secrets();
  if (!records) return ports::fail(records.error());
  for (auto& record : *records) {
    if (record.label != sought.label || rotator::find_secret(before, record.id) != nullptr)
      continue;
    if (removed_.contains(record.id)) continue;
    absent_.erase(sought.label);
    return std::optional<CreatedSecret>(CreatedSecret{.record = std::move(record)});
  }
  if (!surely_absent(sought.label))
    return ports::fail(ErrorCode::busy, "no secret \"" + sought.label + "\" is listed for " +
                                            named() + " so far, and lists may lag behind");
  absent_.erase(sought.label);
  return std::optional<CreatedSecret>();
}

ports::Result<ports::Secret> Entra::read_secret(const std::string& id) {
  return ports::fail(ErrorCode::refused,
                     "Entra ID tells the value of client secret " + id + " once only");
}

ports::Status Entra::disable_secret(const std::string& /*id*/) {
  return ports::fail(ErrorCode::refused, "Entra ID cannot disable a client secret");
}

ports::Status Entra::enable_secret(const std::string& /*id*/) {
  return ports::fail(ErrorCode::refused, "Entra ID cannot enable a client secret");
}

ports::Status Entra::delete_secret(const std::string& id) {
  JsonWriter body;
  body.open_object();
  body.member("keyId", id);
  body.close_object();
  const AdminCall call{.tried = "removing client secret " + id + " of " + named(),
                       .method = "POST",
                       .target = application() + "/removePassword",
                       .body = body.take()};
  const auto response = change(call);
  if (!response) return ports::fail(response.error());
  if (response->status == 204) {
    removed_.insert(id);
    return {};
  }
  const auto trouble = graph_.error_of(call, *response);
  if (response->status != 400 || !has_words(trouble.message, "No password credential found"))
    return ports::fail(trouble);
  // Gone, or so new that the replica that answered does not know it yet.
  const auto records = list_secrets();
  if (!records) return ports::fail(records.error());
  if (rotator::find_secret(*records, id) == nullptr && surely_absent(id)) return {};
  return ports::fail(ErrorCode::busy, trouble.message + ", and lists may lag behind");
}

ports::Result<std::unique_ptr<IdentityProvider>> new_entra(ports::HttpClient& http,
                                                           ports::Clock& clock,
                                                           IdentityProviderOptions options, Url url,
                                                           ports::Secret admin_credential) {
  auto credential = parse_admin_credential(admin_credential);
  if (!credential) return ports::fail(credential.error());
  if (url.path.ends_with(issuer_version)) url.path.resize(url.path.size() - issuer_version.size());
  if (url.path.empty())
    return ports::fail(ErrorCode::configuration,
                       "the identity provider's url lacks the tenant: "
                       "https://login.microsoftonline.com/TENANT/v2.0");
  const Url endpoint{.origin = url.origin, .path = url.path + "/oauth2/v2.0/token"};
  url.path += issuer_version;
  auto admin = split_https_url(
      options.admin_url.empty() ? global_graph : std::string_view(options.admin_url),
      "identity_provider.admin_url");
  if (!admin) return ports::fail(admin.error());
  // A national cloud's Graph is a resource of its own.
  const auto resource =
      has_words(admin->origin, "graph.") ? admin->origin : std::string(global_graph);
  const AdminApiOptions graph_options{.origin = admin->origin,
                                      .call_timeout = options.call_timeout,
                                      .patience = options.patience,
                                      .told = options.told};
  auto login_options = graph_options;
  login_options.origin = url.origin;
  const AdminManners manners{.words = &graph_words,
                             .permission =
                                 "Application.ReadWrite.OwnedBy for its own applications, or "
                                 "Application.ReadWrite.All",
                             .particular = &graph_meaning};
  AdminApi graph(http, clock, graph_options,
                 AdminSession(http, clock, std::move(*credential), "Bearer ",
                              {.endpoint = endpoint, .scope = resource + "/.default"}),
                 manners);
  AdminApi login(http, clock, login_options, AdminSession(http, clock, {}, "Bearer ", {}), manners);
  return std::unique_ptr<IdentityProvider>(std::make_unique<Entra>(
      clock, std::move(options), std::move(url), std::move(graph), std::move(login)));
}

}  // namespace rotator
