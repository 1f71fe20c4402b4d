// OktaAdmin: the administration API. Applications and their client secrets under
// /api/v1/apps/{appId}, dynamic clients and their roles under /oauth2/v1/clients/{clientId}, and
// there, as an option, the secrets path of a widely copied guide (see OktaOptions::guide_paths).
// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOCredentialOAuth2ClientAuth/
//
// Two secrets a client at the most; only an inactive one can be deleted, and the last active one
// cannot be deactivated (400 E0000001). The credentials of a client that holds an administrator
// role cannot be changed (403; the text is not published). An application is deactivated before it
// is deleted (403 E0000056). Every answer tells the rate limit
// (X-Rate-Limit-Limit, -Remaining, -Reset).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mocks/idp/core.h"
#include "mocks/idp/okta/options.h"
#include "mocks/idp/okta/reply.h"
#include "mocks/idp/okta/service_apps.h"

namespace mocks::idp {

class OktaAdmin {
 public:
  // All must outlive it; the options are read at each request.
  OktaAdmin(Core& core, const OktaOptions& options, const OktaServiceApps& service_apps)
      : core_(core), options_(options), service_apps_(service_apps) {}

  // For paths under /api/v1/apps and /oauth2/v1/clients. Checks in order: credential (401), rate
  // (429), permission (403), existence (404), rules (400).
  ports::Response handle(const ApiRequest& request);

  // A fresh secret's id and, unless `value` is chosen, its value.
  Core::NewSecret make_secret(std::string value) const;

 private:
  // The apps API takes the truth as it is; the guide's path may mend (see OktaOptions).
  enum class Door { apps, clients };

  ports::Response route(const ApiRequest& request, Door door);
  // /api/v1/apps: list (by `q`, which a label begins with) and create.
  ports::Response applications(const ApiRequest& request);
  ports::Response create_application(const ApiRequest& request);
  // /api/v1/apps/{appId}: get, replace, and delete, which is refused while it is active.
  ports::Response application(const ApiRequest& request, const Registration& client);
  ports::Response replace_application(const ApiRequest& request, const Registration& client);
  ports::Response switch_application(const ApiRequest& request, const Registration& client,
                                     bool active);
  // /api/v1/apps/{appId}/groups, of the tenant's one group: list, and below it get, assign and
  // unassign. A new application has none, and its users are refused.
  ports::Response assignments(const ApiRequest& request, const Registration& client);
  // `secret` only where Okta shows it: in the answers to create and replace.
  static std::string application_json(const ApiRequest& request, const Registration& client,
                                      const std::string* secret);
  // What is wrong with a secret that the caller chose; empty when nothing is.
  static std::string_view flaw_of(std::string_view value, AuthenticationMethod method);
  ports::Response secrets(const ApiRequest& request, const Registration& client, Door door);
  ports::Response create(const ApiRequest& request, const Registration& client);
  ports::Response remove(const ApiRequest& request, const Registration& client,
                         std::string_view secret_id, Door door);
  ports::Response set_active(const ApiRequest& request, const Registration& client,
                             std::string_view secret_id, bool active);
  ports::Response new_secret(const ApiRequest& request, const Registration& client);
  ports::Response refused(const ApiRequest& request, Change change, std::string_view secret_id);

  // Who asks, by the Authorization header.
  struct Standing {
    bool known = false;
    AdminRight right = AdminRight::none;
    bool may_read_roles = false;
  };
  Standing standing_of(const ApiRequest& request) const;
  Standing standing_of_service_app(const ApiRequest& request, std::string_view token) const;
  ports::Response roles(const ApiRequest& request, const Registration& client) const;
  std::int64_t this_window() const;  // minutes since the epoch
  bool over_limit();
  void add_rate_headers(ports::Response& response) const;

  Core& core_;
  const OktaOptions& options_;
  const OktaServiceApps& service_apps_;
  std::int64_t window_ = -1;  // the minute that is counted
  int window_requests_ = 0;
};

}  // namespace mocks::idp
