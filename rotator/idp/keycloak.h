// Keycloak: a client's secret, and in a place of its own the one before it, which lapses by itself.
// https://www.keycloak.org/docs/latest/server_admin/#_secret_rotation and
// https://www.keycloak.org/docs-api/latest/rest-api/
//
// Where the feature client-secret-rotation is on and a client policy says so, regenerating turns
// the secret in use into the rotated one, and evicts what was there; without them it ends the one
// in use at once, with the same answer. So both are read before, and nothing is regenerated while
// the rotated place is taken, or while it is not known that the secret in use would live on. A
// regeneration is never sent twice. The value cannot be chosen; both can be read again.
//
// Keycloak gives secrets no ids: here a secret is known by a digest of its value.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/calls/encoding.h"
#include "rotator/calls/json_view.h"
#include "rotator/idp/admin_api.h"
#include "rotator/idp/identity_provider.h"
#include "rotator/idp/keycloak_policy.h"

namespace rotator {

// Characters below which a value might be guessed by its digest: it has none.
inline constexpr std::size_t keycloak_shortest_digested = 22;

// How long a request whose reply was lost may still arrive: as long as a proxy waits by default
// (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout).
inline constexpr ports::Duration keycloak_longest_on_its_way = std::chrono::seconds(60);

// "kc-" and 12 hexadecimal digits of SHA-256 over client and value; "chosen" for a shorter value.
std::string keycloak_secret_id(const std::string& client_id, const ports::Secret& value);

class Keycloak final : public IdentityProvider {
 public:
  // `issuer` is "https://keycloak.example/realms/portal"; `admin` administers, below `base`
  // ("/admin/realms/portal", or with what stands before); `login` reads discovery without
  // authorization.
  struct Places {
    Url issuer = {};
    std::string base = {};
    std::string server_info = {};
  };
  Keycloak(ports::Clock& clock, IdentityProviderOptions options, Places places, AdminApi admin,
           AdminApi login);

  Capability capability() const override;
  // Reads feature and policies too. Error refused for a client that authenticates otherwise than by
  // a secret, whose secret is kept in a vault of Keycloak's, or whose secret is not shown.
  ports::Result<Registration> registration() override;
  ports::Result<std::vector<Restriction>> restrictions() override;
  // The rotated one, inactive once it has lapsed, then the one in use.
  ports::Result<std::vector<SecretRecord>> list_secrets() override;
  ports::Result<std::optional<std::string>> find_secret(
      const ports::Secret& value, const std::vector<SecretRecord>& records) override;
  // Error refused unless registration() has found that the one in use would live on.
  ports::Result<CreatedSecret> create_secret(const SecretWish& wish) override;
  // Busy for keycloak_longest_on_its_way after it was first seen that nothing has changed.
  ports::Result<std::optional<CreatedSecret>> resolve_create(
      const std::vector<SecretRecord>& before, const SecretSought& sought) override;
  ports::Result<ports::Secret> read_secret(const std::string& id) override;
  // Neither exists here: each is Error refused.
  ports::Status disable_secret(const std::string& id) override;
  ports::Status enable_secret(const std::string& id) override;
  // The rotated one only; Error refused for the one in use.
  ports::Status delete_secret(const std::string& id) override;
  ports::Status foresee_delete(const std::string& id) override;
  // Puts the value in the place of `replaced`, and empties the rotated place of what is left of the
  // two.
  ports::Status restore_secret(const ports::Secret& value, const std::string& replaced) override;

 private:
  struct Held {
    std::string id = {};
    ports::Secret value = {};
    ports::WallTime created = {};
    ports::WallTime expires = {};  // refused from then on; the epoch = never
  };
  struct Slots {
    Held primary = {};
    std::optional<Held> rotated = {};
  };
  std::string named() const;  // for messages: "client portal at https://..."
  ports::Result<std::string> client_path();
  ports::Result<Slots> slots(const std::string& tried);
  ports::Result<Slots> slots_of(JsonView client, const std::string& tried) const;
  ports::Status empty_rotated(const std::string& tried, const std::string& id);

  ports::Clock& clock_;
  IdentityProviderOptions options_;
  Places places_;
  AdminApi admin_;
  AdminApi login_;
  std::string uuid_;  // the administration API's id of the client, once known
  std::optional<KeycloakRule> rule_;
  std::optional<ports::Instant> unchanged_since_;  // of a creation in doubt
};

// `admin_credential` is {"client_id", "client_secret"} or {"client_id", "private_key", "key_id"} of
// a confidential client of the same realm whose service account has manage-clients (and view-realm,
// to read client policies) of realm-management, or an access token. `url` is the realm's issuer;
// options.admin_url is the server's administration URL where that is another one. Error of code
// configuration when either cannot be used.
ports::Result<std::unique_ptr<IdentityProvider>> new_keycloak(ports::HttpClient& http,
                                                              ports::Clock& clock,
                                                              IdentityProviderOptions options,
                                                              Url url,
                                                              ports::Secret admin_credential);

}  // namespace rotator
