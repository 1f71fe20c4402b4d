// Described: the adapter of type "http", for a provider that no other adapter knows: it does what
// its HttpDescription says and declares what that lets it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rotator/calls/encoding.h"
#include "rotator/calls/json_view.h"
#include "rotator/idp/admin_api.h"
#include "rotator/idp/description.h"
#include "rotator/idp/identity_provider.h"

namespace rotator {

// Lists without a thing, at a provider whose lists lag, until it may count as not there.
inline constexpr int described_absent_lists = 3;

// What stands in `from` at a JSON pointer (RFC 6901); null when nothing does.
JsonView at_pointer(JsonView from, std::string_view pointer);

class Described final : public IdentityProvider {
 public:
  // `api` is at the origin of administration, `login` at that of `issuer`. options.description has
  // no flaw.
  Described(ports::Clock& clock, IdentityProviderOptions options, Url issuer, AdminApi api,
            AdminApi login);

  Capability capability() const override;
  // Without a description of `client`: as the configuration has it.
  ports::Result<Registration> registration() override;
  ports::Result<std::vector<SecretRecord>> list_secrets() override;
  ports::Result<std::optional<std::string>> find_secret(
      const ports::Secret& value, const std::vector<SecretRecord>& records) override;
  ports::Result<CreatedSecret> create_secret(const SecretWish& wish) override;
  // Of independent secrets: the one that is new and bears our label, its value lost; or that is new
  // and shows our value. Of a single one: it, where it is shown and ours; else asking again with
  // the same value is as good, in whatever order the two requests arrive.
  ports::Result<std::optional<CreatedSecret>> resolve_create(
      const std::vector<SecretRecord>& before, const SecretSought& sought) override;
  ports::Result<ports::Secret> read_secret(const std::string& id) override;
  ports::Status disable_secret(const std::string& id) override;
  ports::Status enable_secret(const std::string& id) override;
  ports::Status delete_secret(const std::string& id) override;

 private:
  enum class Desired { active, inactive, gone };
  struct Absence {
    ports::Instant since = {};
    int lists = 0;
  };

  bool single() const { return described_->secrets == HttpDescription::Secrets::single; }
  std::string named() const;
  TemplateValues values() const;
  AdminCall call_of(const HttpOperation& operation, std::string tried,
                    const TemplateValues& values) const;
  // Until the answer is none that asks to be repeated; wipes the call's body.
  ports::Result<ports::Response> send(const HttpOperation& operation, AdminCall call);
  ports::Result<ports::Response> demand(const HttpOperation& operation, AdminCall call);
  ports::Result<SecretRecord> read_record(JsonView json, const std::string& tried) const;
  ports::Status bring(const std::optional<HttpOperation>& operation, const std::string& id,
                      Desired desired);
  ports::Result<bool> stands(const std::string& id, Desired desired);
  bool surely_absent(const std::string& what);

  ports::Clock& clock_;
  IdentityProviderOptions options_;
  std::shared_ptr<const HttpDescription> described_;
  Url issuer_;
  AdminApi api_;
  AdminApi login_;
  std::map<std::string, Absence> absent_;
  std::set<std::string> removed_;  // a list that lags may show them still
};

// `admin_credential` (see parse_admin_credential) is a token, or a machine client with
// client_secret or private_key where authorization.token_path is described. Error of code
// configuration when it is neither, or when there is no description or it has a flaw.
ports::Result<std::unique_ptr<IdentityProvider>> new_described(ports::HttpClient& http,
                                                               ports::Clock& clock,
                                                               IdentityProviderOptions options,
                                                               Url url,
                                                               ports::Secret admin_credential);

}  // namespace rotator
