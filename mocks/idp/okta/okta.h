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
#include <string_view>
#include <utility>
#include <vector>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/idp/core.h"
#include "mocks/idp/okta/console.h"
#include "mocks/idp/provider.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"

namespace mocks::idp {

// What an administrator's credential may do.
enum class AdminRight { none, read, manage };

struct AdminCredential {
  enum class Scheme { ssws, bearer };
  Scheme scheme = Scheme::ssws;  // "SSWS <api token>", or "Bearer <OAuth access token>"
  std::string token = {};
  AdminRight right = AdminRight::manage;
};

struct OktaOptions {
  CoreOptions core = {};
  // "https://org.okta.example", as others reach it: issuer, hrefs. Empty: from each request's Host.
  std::string origin = {};
  std::vector<AdminCredential> administrators = {};
  std::vector<std::string> authorization_servers = {"default"};  // ids of custom ones
  // Paths that Okta does not have but a widely copied guide uses, so that its commands work word
  // for word: /oauth2/v1/clients/{clientId}/credentials/secrets[/{secretId}[/lifecycle/...]],
  // create with 201, list, and a DELETE that deactivates and deletes in one call, as that guide's
  // comment
  // ("Deactivate then delete") expects. Off: 404, as the real Okta.
  bool guide_paths = true;
  // False: that DELETE is refused on an active secret (400), as the apps API refuses it.
  bool guide_delete_deactivates = true;
  // client_credentials with a client secret at the org authorization server, and with the scope
  // `openid`, as the guide's validation step asks. Off: 401 and 400, as the real Okta, which
  // demands private_key_jwt at the org server and knows no openid without a user.
  bool guide_client_credentials = true;
  // What client_credentials without a scope is granted. Empty: 400 invalid_scope.
  std::string default_scope = "portal.read";
  // The user of the browser is signed in already. Off: the sign-in page, or login_required for
  // prompt=none.
  bool user_signed_in = true;
  // WWW-Authenticate on a 401 to HTTP Basic (RFC 6749 section 5.2). Unpublished for Okta.
  bool challenge_basic = true;
  // Requests a minute to the administration API before 429 (X-Rate-Limit-Limit).
  int admin_requests_per_minute = 100;
};

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
  // Of the first administrator.
  std::string admin_token() const override;

 private:
  OktaOptions options_;
  std::unique_ptr<OktaAdmin> admin_;
  std::unique_ptr<OktaOAuth> oauth_;
  OktaConsole console_;
  std::uint64_t requests_ = 0;
};

// One administrator with an API token ("00" and setup.admin_text) that may manage applications.
std::unique_ptr<Provider> make_okta(ProviderSetup setup);

}  // namespace mocks::idp
