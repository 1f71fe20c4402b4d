// OktaOptions: which Okta a world has: its administrators, its authorization servers, and where it
// is to be as a widely copied guide believes it to be instead of as Okta is. The defaults let that
// guide's commands work word for word.
#pragma once

#include <string>
#include <vector>

#include "mocks/idp/core.h"

namespace mocks::idp {

// What an administrator's credential may do.
enum class AdminRight { none, read, manage };

struct AdminCredential {
  enum class Scheme { ssws, bearer };
  Scheme scheme = Scheme::ssws;  // "SSWS <api token>", or "Bearer <OAuth access token>"
  std::string token = {};
  AdminRight right = AdminRight::manage;
};

// Another administrator: an application with a key of its own, here always the pair of
// mocks/idp/signing.h, whose access tokens may do what their scopes say.
struct ServiceApplication {
  std::string client_id = {};
  // As granted to it: "okta.apps.read", "okta.apps.manage", "okta.roles.read".
  std::vector<std::string> scopes = {};
};

struct OktaOptions {
  CoreOptions core = {};
  // "https://org.okta.example", as others reach it: issuer, hrefs. Empty: from each request's Host.
  std::string origin = {};
  std::vector<AdminCredential> administrators = {};
  std::vector<ServiceApplication> service_applications = {};
  std::vector<std::string> authorization_servers = {"default"};  // ids of custom ones
  // Paths that Okta does not have but a widely copied guide uses, so that its commands work word
  // for word: /oauth2/v1/clients/{clientId}/credentials/secrets[/{secretId}[/lifecycle/...]],
  // create with 201, list, and a DELETE that deactivates and deletes in one call, as that guide's
  // comment ("Deactivate then delete") expects. Off: 404, as the real Okta.
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

}  // namespace mocks::idp
