// Entra: the identity provider as Microsoft Entra ID answers, to status code and error text, over
// Core: the token service of one tenant, and Microsoft Graph v1.0 for its applications.
//
// Imitated from the vendor's reference and from what others recorded. Where its behaviour is not
// published the stricter reading is taken, or an option decides.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mocks/idp/entra/console.h"
#include "mocks/idp/entra/options.h"
#include "mocks/idp/provider.h"

namespace mocks::idp::entra {

class EntraGraph;
class EntraOAuth;

class Entra final : public Provider {
 public:
  Entra(Scheduler& scheduler, Observer& observer, sim::Draws draws, EntraOptions options);
  ~Entra() override;

  const EntraOptions& options() const { return options_; }

  Answer handle(const ports::Request& request) override;
  void set_origin(std::string origin) override { options_.origin = std::move(origin); }
  EndpointPaths endpoint_paths() const override;
  Core::NewSecret make_secret(std::string value) const override;
  const Console& console() const override { return console_; }
  // Of the first administrator: {"client_id": "...", "client_secret": "..."}.
  std::string admin_token() const override;

 private:
  EntraOptions options_;
  std::unique_ptr<EntraOAuth> oauth_;
  std::unique_ptr<EntraGraph> graph_;
  EntraConsole console_;
  std::uint64_t requests_ = 0;
};

// One administrator whose secret is made of setup.admin_text and who may change applications.
std::unique_ptr<Provider> make_entra(ProviderSetup setup);
// Where its issuer is, below the origin.
inline constexpr std::string_view issuer_path = "/8f2c1d34-5a6b-4c7d-8e9f-0a1b2c3d4e5f/v2.0";

}  // namespace mocks::idp::entra
