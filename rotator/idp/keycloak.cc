#include "rotator/idp/keycloak.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/json_writer.h"
#include "rotator/idp/discovery.h"
#include "rotator/ports/check.h"

namespace rotator {
namespace {

using ports::ErrorCode;

// A cluster tells its members of a change by messages; no figure is published.
constexpr ports::Duration keycloak_birth = std::chrono::seconds(30);
constexpr std::string_view masked_secret = "**********";
constexpr std::string_view vault_reference = "${vault.";
constexpr std::string_view too_short_to_digest = "chosen";
constexpr std::string_view realms_segment = "/realms/";

AdminWords keycloak_words(const ports::Response& response, std::string_view secret) {
  const auto parsed = JsonDocument::parse_or_null(response.body);
  const JsonView body = parsed;
  auto text = quotable(text_member(body, {"error_description"}), secret);
  if (text.empty()) text = quotable(text_member(body, {"errorMessage"}), secret);
  return {.code = quotable(text_member(body, {"error"}), secret, 60), .text = std::move(text)};
}

std::optional<ports::Error> keycloak_meaning(const AdminCall& /*call*/,
                                             const ports::Response& response,
                                             const AdminWords& /*words*/) {
  if (response.status != 409) return std::nullopt;
  return ports::Error{ErrorCode::conflict, "others change the client at this moment"};
}

// Whole seconds since 1970, as text. The epoch when it is none.
ports::WallTime epoch_member(JsonView attributes, std::string_view name) {
  const auto text = text_member(attributes, {name});
  std::int64_t seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, seconds);
  constexpr std::int64_t last_sensible = 7'258'118'400;  // the year 2200
  if (error != std::errc() || stopped != end || seconds <= 0 || seconds > last_sensible) return {};
  return ports::WallTime(std::chrono::seconds(seconds));
}

// The last second of a secret still counts.
ports::WallTime refused_from(ports::WallTime last_second) {
  return last_second == ports::WallTime{} ? last_second : last_second + std::chrono::seconds(1);
}

bool has_ended(ports::WallTime expires, ports::WallTime now) {
  return expires != ports::WallTime{} && now >= expires;
}

}  // namespace

std::string keycloak_secret_id(const std::string& client_id, const ports::Secret& value) {
  const auto plain = value.reveal_to_wire();
  if (plain.size() < keycloak_shortest_digested) return std::string(too_short_to_digest);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  std::string text = client_id + std::string(plain);
  const bool digested =
      EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1;
  ports::wipe(text);
  ports::check(digested, "SHA-256 works");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id = "kc-";
  for (std::size_t i = 0; i < 6; ++i) {
    id += digits[digest[i] >> 4U];
    id += digits[digest[i] & 15U];
  }
  return id;
}

Keycloak::Keycloak(ports::Clock& clock, IdentityProviderOptions options, Places places,
                   AdminApi admin, AdminApi login)
    : clock_(clock),
      options_(std::move(options)),
      places_(std::move(places)),
      admin_(std::move(admin)),
      login_(std::move(login)),
      uuid_(options_.application_id) {}

Capability Keycloak::capability() const {
  return Capability{.slots = Capability::Slots::current_and_retiring,
                    .max_secrets = 2,
                    .value_readable = true,
                    .can_restore = true,
                    .longest_birth = keycloak_birth};
}

std::string Keycloak::named() const {
  return "client " + options_.client_id + " at " + places_.issuer.origin + places_.issuer.path;
}

// ---- What is there

ports::Result<std::string> Keycloak::client_path() {
  const auto clients = places_.base + "/clients";
  if (uuid_.empty()) {
    const AdminCall call{.tried = "looking for " + named(),
                         .target = clients + "?clientId=" + percent_encode(options_.client_id)};
    auto response = admin_.demand(call);
    if (!response) return ports::fail(response.error());
    const ports::Secret body(std::move(response->body));  // the client's secrets are in it
    const auto list = JsonDocument::parse_or_null(body.reveal_to_wire());
    if (!list.root().is_array())
      return ports::fail(ErrorCode::malformed, call.tried + ": the answer is not a list");
    for (const auto client : list.root())
      if (client.member("clientId").says(options_.client_id)) uuid_ = text_member(client, {"id"});
    if (uuid_.empty())
      return ports::fail(ErrorCode::refused,
                         call.tried +
                             ": the realm shows no such client (check client_id, and "
                             "view-clients of the administration credential)");
  }
  return clients + "/" + percent_encode(uuid_);
}

ports::Result<Keycloak::Slots> Keycloak::slots_of(JsonView client, const std::string& tried) const {
  auto value = text_member(client, {"secret"});
  if (value.empty())
    return ports::fail(ErrorCode::refused, tried + ": the client has no secret to be seen");
  if (value == masked_secret)
    return ports::fail(ErrorCode::refused,
                       tried +
                           ": the secret is not shown (the administration credential needs "
                           "manage-clients of realm-management)");
  if (value.starts_with(vault_reference))
    return ports::fail(ErrorCode::refused,
                       tried +
                           ": the secret lies in a vault of Keycloak's own, with which "
                           "rotation does not work; put it into the client first");
  const auto attributes = client.member("attributes");
  Slots found;
  auto& primary = found.primary;
  primary.value = ports::Secret(std::move(value));
  primary.id = keycloak_secret_id(options_.client_id, primary.value);
  primary.created = epoch_member(attributes, "client.secret.creation.time");
  primary.expires = refused_from(epoch_member(attributes, "client.secret.expiration.time"));
  auto before = text_member(attributes, {"client.secret.rotated"});
  if (before.empty()) return found;
  Held rotated{.value = ports::Secret(std::move(before)),
               .created = epoch_member(attributes, "client.secret.rotated.creation.time")};
  rotated.id = keycloak_secret_id(options_.client_id, rotated.value);
  if (rotated.id == primary.id) rotated.id += "-rotated";
  // Without an end it counts as lapsed.
  rotated.expires = ports::WallTime(std::chrono::seconds(1));
  if (const auto last = epoch_member(attributes, "client.secret.rotated.expiration.time");
      last != ports::WallTime{})
    rotated.expires = refused_from(last);
  // An expired primary takes it along.
  if (primary.expires != ports::WallTime{})
    rotated.expires = std::min(rotated.expires, primary.expires);
  found.rotated = std::move(rotated);
  return found;
}

ports::Result<Keycloak::Slots> Keycloak::slots(const std::string& tried) {
  const auto path = client_path();
  if (!path) return ports::fail(path.error());
  auto response = admin_.demand({.tried = tried, .target = *path});
  if (!response) return ports::fail(response.error());
  const ports::Secret body(std::move(response->body));
  const auto client = parse_object(body.reveal_to_wire(), tried);
  if (!client) return ports::fail(client.error());
  return slots_of(*client, tried);
}

ports::Result<Registration> Keycloak::registration() {
  const auto path = client_path();
  if (!path) return ports::fail(path.error());
  const AdminCall call{.tried = "reading " + named(), .target = *path};
  auto response = admin_.demand(call);
  if (!response) return ports::fail(response.error());
  const ports::Secret body(std::move(response->body));
  const auto parsed = parse_object(body.reveal_to_wire(), call.tried);
  if (!parsed) return ports::fail(parsed.error());
  const JsonView client = *parsed;
  Registration found{.client_id = text_member(client, {"clientId"}),
                     .label = text_member(client, {"name"}),
                     .authentication_method = text_member(
                         client, {"attributes", "client.secret.authentication.allowed.method"}),
                     .redirect_uris = texts_member(client, {"redirectUris"})};
  if (found.client_id != options_.client_id)
    return ports::fail(ErrorCode::configuration,
                       call.tried + ": its clientId is " + quotable(found.client_id) +
                           "; correct identity_provider.application_id or leave it out");
  const auto authenticator = text_member(client, {"clientAuthenticatorType"});
  if (flag_member(client, {"publicClient"}) || authenticator != "client-secret")
    return ports::fail(ErrorCode::refused,
                       call.tried + ": the client " +
                           (flag_member(client, {"publicClient"})
                                ? std::string("is public")
                                : "authenticates by " + quotable(authenticator)) +
                           ", so it has no secret in use that could be rotated");
  if (const auto shown = slots_of(client, call.tried); !shown) return ports::fail(shown.error());
  if (flag_member(client, {"standardFlowEnabled"}))
    found.grant_types = {"authorization_code", "refresh_token"};
  if (flag_member(client, {"serviceAccountsEnabled"}))
    found.grant_types.emplace_back("client_credentials");
  auto rule =
      read_keycloak_rule(admin_, {.client = named(),
                                  .base = places_.base,
                                  .server_info = places_.server_info,
                                  .may_manage = flag_member(client, {"access", "manage"}) &&
                                                flag_member(client, {"access", "configure"}),
                                  .told = options_.rotated_secret_life});
  if (!rule) return ports::fail(rule.error());
  rule_ = std::move(*rule);
  found.old_lives_on = rule_->lives_on;
  auto endpoint = discover_token_endpoint(login_, places_.issuer);
  if (!endpoint) return ports::fail(endpoint.error());
  found.token_endpoint = std::move(*endpoint);
  return found;
}

ports::Result<std::vector<Restriction>> Keycloak::restrictions() {
  if (!rule_)
    if (const auto read = registration(); !read) return ports::fail(read.error());
  return rule_->says;
}

// ---- The secrets

ports::Result<std::vector<SecretRecord>> Keycloak::list_secrets() {
  const auto found = slots("reading the secrets of " + named());
  if (!found) return ports::fail(found.error());
  std::vector<SecretRecord> records;
  if (const auto& rotated = found->rotated)
    records.push_back({.id = rotated->id,
                       .created = rotated->created,
                       .active = !has_ended(rotated->expires, clock_.wall_now()),
                       .expires = rotated->expires});
  const auto& primary = found->primary;
  records.push_back({.id = primary.id, .created = primary.created, .expires = primary.expires});
  return records;
}

ports::Result<std::optional<std::string>> Keycloak::find_secret(
    const ports::Secret& value, const std::vector<SecretRecord>& records) {
  const auto found = slots("comparing the secrets of " + named());
  if (!found) return ports::fail(found.error());
  for (const auto* held : {&found->primary, found->rotated ? &*found->rotated : nullptr})
    if (held != nullptr && held->value.same_as(value) &&
        rotator::find_secret(records, held->id) != nullptr)
      return std::optional<std::string>(held->id);
  return std::optional<std::string>();
}

ports::Result<CreatedSecret> Keycloak::create_secret(const SecretWish& /*wish*/) {
  const std::string tried = "regenerating the secret of " + named();
  // Too late afterwards: the answer says nothing of what became of the one in use.
  if (!rule_ || !rule_->lives_on)
    return ports::fail(ErrorCode::refused,
                       tried + " was not tried: it may end the secret in use at once");
  const auto before = slots(tried);
  if (!before) return ports::fail(before.error());
  if (before->rotated)
    return ports::fail(ErrorCode::conflict,
                       tried + " was not tried: it would evict the rotated secret " +
                           before->rotated->id +
                           "; find out who uses it, then delete it (DELETE .../client-secret/"
                           "rotated)");
  const auto path = client_path();
  if (!path) return ports::fail(path.error());
  auto response =
      admin_.demand({.tried = tried, .method = "POST", .target = *path + "/client-secret"});
  if (!response) return ports::fail(response.error());
  // It was made: an answer that cannot be read is as good as a lost one.
  const ports::Secret body(std::move(response->body));
  const auto answer = JsonDocument::parse_or_null(body.reveal_to_wire());
  auto value = text_member(answer, {"value"});
  if (value.empty())
    return ports::fail(ErrorCode::ambiguous, tried + ": the answer does not hold the value");
  CreatedSecret created{.value = ports::Secret(std::move(value))};
  created.record.id = keycloak_secret_id(options_.client_id, created.value);
  return created;
}

ports::Result<std::optional<CreatedSecret>> Keycloak::resolve_create(
    const std::vector<SecretRecord>& before, const SecretSought& /*sought*/) {
  const std::string tried = "looking for a new secret of " + named();
  auto found = slots(tried);
  if (!found) return ports::fail(found.error());
  auto& primary = found->primary;
  if (rotator::find_secret(before, primary.id) != nullptr) {
    const auto now = clock_.now();
    if (!unchanged_since_) unchanged_since_ = now;
    if (now - *unchanged_since_ < keycloak_longest_on_its_way)
      return ports::fail(ErrorCode::busy,
                         tried +
                             ": nothing has changed so far, and the request may still be on "
                             "its way");
    unchanged_since_.reset();
    return std::optional<CreatedSecret>();
  }
  unchanged_since_.reset();
  if (found->rotated && rotator::find_secret(before, found->rotated->id) == nullptr)
    return ports::fail(ErrorCode::conflict,
                       tried + ": it was regenerated more than once (now " + primary.id + ", and " +
                           found->rotated->id +
                           " before), so which one is ours cannot be told, and the one in Vault "
                           "is refused; put " +
                           primary.id + " into Vault by hand");
  CreatedSecret created{.record = {.id = primary.id, .created = primary.created},
                        .value = std::move(primary.value)};
  return std::optional<CreatedSecret>(std::move(created));
}

ports::Result<ports::Secret> Keycloak::read_secret(const std::string& id) {
  const std::string tried = "reading secret " + id + " of " + named();
  auto found = slots(tried);
  if (!found) return ports::fail(found.error());
  if (found->primary.id == id) return std::move(found->primary.value);
  if (found->rotated && found->rotated->id == id) return std::move(found->rotated->value);
  return ports::fail(ErrorCode::missing, tried +
                                             ": it is neither the secret in use nor the "
                                             "rotated one");
}

ports::Status Keycloak::disable_secret(const std::string& /*id*/) {
  return ports::fail(ErrorCode::refused, "Keycloak cannot disable a client secret");
}

ports::Status Keycloak::enable_secret(const std::string& /*id*/) {
  return ports::fail(ErrorCode::refused, "Keycloak cannot enable a client secret");
}

ports::Status Keycloak::delete_secret(const std::string& id) {
  const std::string tried = "deleting the rotated secret " + id + " of " + named();
  const auto found = slots(tried);
  if (!found) return ports::fail(found.error());
  if (found->primary.id == id)
    return ports::fail(ErrorCode::refused,
                       tried + " was not tried: it is the client's secret in use");
  if (!found->rotated || found->rotated->id != id) return {};
  return empty_rotated(tried, id);
}

// It is the rotated one by then.
ports::Status Keycloak::foresee_delete(const std::string& id) {
  return empty_rotated("deleting the rotated secret " + id + " of " + named(), id);
}

ports::Status Keycloak::empty_rotated(const std::string& tried, const std::string& id) {
  const auto path = client_path();
  if (!path) return ports::fail(path.error());
  const auto response = admin_.demand(
      {.tried = tried, .method = "DELETE", .target = *path + "/client-secret/rotated"});
  if (response) return {};
  if (response.error().code != ErrorCode::ambiguous) return ports::fail(response.error());
  const auto after = slots(tried);
  if (!after || (after->rotated && after->rotated->id == id)) return ports::fail(response.error());
  return {};
}

ports::Status Keycloak::restore_secret(const ports::Secret& value, const std::string& replaced) {
  const std::string tried =
      "putting the secret before back in the place of " + replaced + " of " + named();
  auto found = slots(tried);
  if (!found) return ports::fail(found.error());
  if (!found->primary.value.same_as(value)) {
    if (found->primary.id != replaced)
      return ports::fail(ErrorCode::conflict,
                         tried + " was not tried: the client's secret is now " + found->primary.id +
                             ", which is somebody else's; find out whose, and put it into Vault");
    if (has_ended(found->primary.expires, clock_.wall_now()))
      return ports::fail(ErrorCode::refused,
                         tried + " was not tried: " + replaced +
                             " has expired, and any update would make Keycloak generate another; "
                             "regenerate it by hand and put it into Vault");
    const auto path = client_path();
    if (!path) return ports::fail(path.error());
    // Without attributes a client that is older than the policy cannot be updated.
    JsonWriter body;
    body.open_object()
        .member("clientId", options_.client_id)
        .member("secret", value.reveal_to_wire())
        .name("attributes")
        .open_object()
        .close_object()
        .close_object();
    AdminCall call{.tried = tried, .method = "PUT", .target = *path, .body = body.take()};
    const auto response = admin_.demand(call);
    ports::wipe(call.body);
    if (!response && response.error().code != ErrorCode::ambiguous)
      return ports::fail(response.error());
    found = slots(tried);
    if (!found) return ports::fail(found.error());
    if (!found->primary.value.same_as(value))
      return ports::fail(ErrorCode::ambiguous,
                         tried + ": the client still shows " + found->primary.id);
  }
  const auto& left = found->rotated;
  if (!left || (left->id != replaced && !left->value.same_as(value))) return {};
  return empty_rotated(tried, left->id);
}

ports::Result<std::unique_ptr<IdentityProvider>> new_keycloak(ports::HttpClient& http,
                                                              ports::Clock& clock,
                                                              IdentityProviderOptions options,
                                                              Url url,
                                                              ports::Secret admin_credential) {
  const auto at = url.path.rfind(realms_segment);
  const auto realm =
      at == std::string::npos ? std::string() : url.path.substr(at + realms_segment.size());
  if (realm.empty() || realm.find('/') != std::string::npos)
    return ports::fail(ErrorCode::configuration,
                       "the identity provider's url must be the realm's: "
                       "https://keycloak.example/realms/REALM");
  auto credential = parse_admin_credential(admin_credential);
  if (!credential) return ports::fail(credential.error());
  Url admin{.origin = url.origin, .path = url.path.substr(0, at)};
  if (!options.admin_url.empty()) {
    auto other = split_https_url(options.admin_url, "identity_provider.admin_url");
    if (!other) return ports::fail(other.error());
    admin = std::move(*other);
  }
  const AdminApiOptions admin_options{.origin = admin.origin,
                                      .call_timeout = options.call_timeout,
                                      .patience = options.patience,
                                      .told = options.told};
  auto login_options = admin_options;
  login_options.origin = url.origin;
  const AdminManners manners{.words = &keycloak_words,
                             .permission = "manage-clients and view-realm of realm-management",
                             .particular = &keycloak_meaning};
  // The audience of an assertion is the issuer since 26.
  AdminSession session(
      http, clock, std::move(*credential), "Bearer ",
      {.endpoint = {.origin = url.origin, .path = url.path + "/protocol/openid-connect/token"},
       .assertion_audience = url.origin + url.path});
  AdminApi admin_api(http, clock, admin_options, std::move(session), manners);
  AdminApi login(http, clock, login_options, AdminSession(http, clock, {}, "Bearer ", {}), manners);
  Keycloak::Places places{.issuer = std::move(url),
                          .base = admin.path + "/admin/realms/" + realm,
                          .server_info = admin.path + "/admin/serverinfo"};
  return std::unique_ptr<IdentityProvider>(std::make_unique<Keycloak>(
      clock, std::move(options), std::move(places), std::move(admin_api), std::move(login)));
}

}  // namespace rotator
