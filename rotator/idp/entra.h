// Entra ID: an application's passwords at Microsoft Graph v1.0, any number of them, each with an
// end; the value is told once. https://learn.microsoft.com/graph/api/application-addpassword and
// https://learn.microsoft.com/graph/api/application-removepassword
//
// There is no disabling: retiring is removing. Reads lag writes, and replicas disagree for seconds
// to minutes: that a secret is absent is believed only once it was absent in several lists over a
// while, which the adapter counts from call to call (busy until then).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/calls/encoding.h"
#include "rotator/calls/json_view.h"
#include "rotator/idp/admin_api.h"
#include "rotator/idp/identity_provider.h"

namespace rotator {

// What it takes to believe that something is not there: so many lists without it, the last of them
// IdentityProviderOptions::absent_for after the first. (The Terraform provider wants five sightings
// in a row, and warns of several minutes.)
inline constexpr int entra_absent_lists = 5;

class Entra final : public IdentityProvider {
 public:
  // `issuer` is "https://login.microsoftonline.com/{tenant}/v2.0"; `graph` administers, `login`
  // reads discovery without authorization.
  Entra(ports::Clock& clock, IdentityProviderOptions options, Url issuer, AdminApi graph,
        AdminApi login);

  Capability capability() const override;
  ports::Result<Registration> registration() override;
  ports::Result<std::vector<Restriction>> restrictions() override;
  ports::Result<std::vector<SecretRecord>> list_secrets() override;
  // By hint, the value's first three characters: one that has expired only where no other fits.
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
  struct Absence {
    int lists = 0;
    ports::Instant since = {};
  };

  std::string application() const;
  std::string named() const;  // for messages: "application ... at https://..."
  // A change, repeated while others change the directory at the same moment (409).
  ports::Result<ports::Response> change(const AdminCall& call);
  // One more list without it: whether that makes it certain.
  bool surely_absent(const std::string& what);
  // The longest life that a policy object allows, or that it allows none; nothing when it does not
  // restrict.
  std::optional<Restriction> restriction_of(JsonView restrictions, const std::string& whose) const;

  ports::Clock& clock_;
  IdentityProviderOptions options_;
  Url issuer_;
  AdminApi graph_;
  AdminApi login_;
  ports::WallTime application_created_ = {};
  std::set<std::string> removed_;          // which lists may still show
  std::map<std::string, Absence> absent_;  // by what is looked for
};

// `admin_credential` is {"client_id", "client_secret"} or {"client_id", "private_key", "key_id"} of
// an application with Application.ReadWrite.OwnedBy or .All, or an access token for Graph. `url` is
// the tenant's authority or issuer; options.admin_url is Graph's origin where the cloud is a
// national one. Error of code configuration when either cannot be used.
ports::Result<std::unique_ptr<IdentityProvider>> new_entra(ports::HttpClient& http,
                                                           ports::Clock& clock,
                                                           IdentityProviderOptions options, Url url,
                                                           ports::Secret admin_credential);

}  // namespace rotator
