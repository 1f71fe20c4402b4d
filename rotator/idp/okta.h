// Okta: two client secrets at /api/v1/apps/{appId}/credentials/secrets, each ACTIVE or INACTIVE,
// readable at any time. https://developer.okta.com/docs/guides/client-secret-rotation-key/main/ and
// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOCredentials/
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/calls/encoding.h"
#include "rotator/idp/admin_api.h"
#include "rotator/idp/identity_provider.h"

namespace rotator {

// secret_hash as Okta shows it: base64url of the first 16 bytes of SHA-256. Not documented, so a
// hint only.
std::string okta_secret_hash(const ports::Secret& value);

class Okta final : public IdentityProvider {
 public:
  // Both are at the origin of `url`: what manages applications, and what reads who administers.
  struct Apis {
    AdminApi apps;
    AdminApi roles;
  };
  // `url` is options.url taken apart.
  Okta(IdentityProviderOptions options, Url url, Apis apis);

  Capability capability() const override;
  ports::Result<Registration> registration() override;
  // Okta refuses to change the credentials of an application that holds an administrator role.
  ports::Result<std::vector<Restriction>> restrictions() override;
  ports::Result<std::vector<SecretRecord>> list_secrets() override;
  ports::Result<std::optional<std::string>> find_secret(
      const ports::Secret& value, const std::vector<SecretRecord>& records) override;
  ports::Result<CreatedSecret> create_secret(const SecretWish& wish) override;
  ports::Result<std::optional<CreatedSecret>> resolve_create(
      const std::vector<SecretRecord>& before, const SecretSought& sought) override;
  ports::Result<ports::Secret> read_secret(const std::string& id) override;
  ports::Status disable_secret(const std::string& id) override;
  ports::Status enable_secret(const std::string& id) override;
  ports::Status delete_secret(const std::string& id) override;

 private:
  enum class Desired { active, inactive, gone };

  std::string application_path() const;
  std::string secrets_path() const;
  // Brings one secret into a state, or finds that it is in it already.
  ports::Status bring(const std::string& id, Desired desired);
  ports::Result<bool> stands(const std::string& id, Desired desired);

  IdentityProviderOptions options_;
  Url url_;
  AdminApi api_;
  AdminApi roles_api_;
};

// `admin_credential` (see parse_admin_credential) is an API token, sent as "SSWS TOKEN"; the whole
// header value of an OAuth access token, "Bearer TOKEN"; or a service application with its private
// key, whose tokens are asked for with the scope okta.apps.manage, and one with okta.roles.read
// where it is granted. Error of code configuration when it is none of them.
// https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/
ports::Result<std::unique_ptr<IdentityProvider>> new_okta(ports::HttpClient& http,
                                                          ports::Clock& clock,
                                                          IdentityProviderOptions options, Url url,
                                                          ports::Secret admin_credential);

}  // namespace rotator
