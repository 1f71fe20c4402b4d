// Okta: the identity provider as Okta answers, to status code and error text, over Core.
//
// Imitated, from Okta's published OpenAPI documents, error tables and recorded exchanges: the apps
// API's client secrets (/api/v1/apps/{appId}/credentials/secrets), the OAuth endpoints of the org
// authorization server (/oauth2/v1/...) and of custom ones (/oauth2/{id}/v1/...), discovery and
// keys. Where Okta's behaviour is not published the stricter reading is taken, or an option
// decides.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/idp/core.h"
#include "mocks/idp/okta/console.h"
#include "mocks/idp/okta/options.h"
#include "mocks/idp/okta/service_apps.h"
#include "mocks/idp/okta/tokens.h"
#include "mocks/idp/provider.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"

namespace mocks::idp {

class OktaAdmin;
class OktaOAuth;

class Okta final : public Provider {
 public:
  Okta(Scheduler& scheduler, Observer& observer, sim::Draws draws, OktaOptions options = {});
  ~Okta() override;

  const OktaOptions& options() const { return options_; }

  Answer handle(const ports::Request& request) override;
  void set_origin(std::string origin) override { options_.origin = std::move(origin); }
  // Those of the custom authorization server "default".
  EndpointPaths endpoint_paths() const override;
  Core::NewSecret make_secret(std::string value) const override;
  const Console& console() const override { return console_; }
  // Of the first service application, else of the first administrator.
  std::string admin_token() const override;

 private:
  OktaOptions options_;
  OktaTokens tokens_;
  OktaServiceApps service_apps_;
  std::unique_ptr<OktaAdmin> admin_;
  std::unique_ptr<OktaOAuth> oauth_;
  OktaConsole console_;
  std::uint64_t requests_ = 0;
};

// One administrator with an API token ("00" and setup.admin_text) that may manage applications; and
// with core.machine_administrator a service application that may do so, and no more.
std::unique_ptr<Provider> make_okta(ProviderSetup setup);

}  // namespace mocks::idp
