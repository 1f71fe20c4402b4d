// Auth0: one client secret, replaced at PATCH /api/v2/clients/{id} by a value of the caller's
// choice, and readable with the scope read:client_keys.
// https://auth0.com/docs/get-started/applications/rotate-client-secret
//
// For up to 30 s after a replacement the token endpoint accepts either the old or the new value.
// There is no way back but to PATCH the old value in again. rotate-secret is not used: its reply,
// once lost, may never be had again, while a PATCH with the same value can be repeated at will.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rotator/calls/encoding.h"
#include "rotator/idp/admin_api.h"
#include "rotator/idp/identity_provider.h"

namespace rotator {

class Auth0 final : public IdentityProvider {
 public:
  // `url` is options.url taken apart; `api` administers at its origin.
  Auth0(IdentityProviderOptions options, Url url, AdminApi api);

  Capability capability() const override;
  // Error refused for a client that authenticates by keys or not at all: it has no secret in use.
  ports::Result<Registration> registration() override;
  ports::Result<std::vector<SecretRecord>> list_secrets() override;
  // Where the credential may not read keys, the client's one secret is the only one that it could
  // be: whether it is, a login shows.
  ports::Result<std::optional<std::string>> find_secret(
      const ports::Secret& value, const std::vector<SecretRecord>& records) override;
  ports::Result<CreatedSecret> create_secret(const SecretWish& wish) override;
  // The client's secret, when the provider shows it and it is ours; nothing otherwise: a create
  // with the same value once more makes no second one.
  ports::Result<std::optional<CreatedSecret>> resolve_create(
      const std::vector<SecretRecord>& before, const SecretSought& sought) override;
  ports::Result<ports::Secret> read_secret(const std::string& id) override;
  // There is one secret only: each is Error refused.
  ports::Status disable_secret(const std::string& id) override;
  ports::Status enable_secret(const std::string& id) override;
  ports::Status delete_secret(const std::string& id) override;

 private:
  std::string client_path() const;
  // The client's secret as shown; nothing when the credential may not read keys.
  ports::Result<std::optional<ports::Secret>> shown_secret(const std::string& tried);

  IdentityProviderOptions options_;
  Url url_;
  AdminApi api_;
};

// `admin_credential` (see parse_admin_credential) is a Management API token, or a
// machine-to-machine application with its client_secret, granted read:clients, read:client_keys and
// update:client_keys. Error of code configuration when it is neither, or when the URL is no bare
// origin.
ports::Result<std::unique_ptr<IdentityProvider>> new_auth0(ports::HttpClient& http,
                                                           ports::Clock& clock,
                                                           IdentityProviderOptions options, Url url,
                                                           ports::Secret admin_credential);

}  // namespace rotator
