// Auth0OAuth: the authentication endpoints: /oauth/token, /authorize, /userinfo, /oauth/revoke,
// /v2/logout and /oidc/logout, discovery and keys. https://auth0.com/docs/api/authentication
//
// Whether an application's secret is right is Core's decision alone. A wrong one, a wrong method
// and an unknown application are answered alike, 401 access_denied "Unauthorized"; a bad code or
// refresh token 403 invalid_grant. The token endpoint reads forms and JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mocks/handler.h"
#include "mocks/idp/auth0/options.h"
#include "mocks/idp/core.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/request.h"
#include "mocks/idp/token_request.h"
#include "mocks/idp/tokens.h"

namespace mocks::idp {

class Auth0OAuth {
 public:
  // All must outlive it; the options are read at each request.
  Auth0OAuth(Core& core, const Auth0Options& options, Tokens& tokens)
      : core_(core), options_(options), tokens_(tokens) {}

  // For every path but those under /api/v2.
  ports::Response handle(const ApiRequest& request);

 private:
  // Whom an access token is for, and what it grants.
  struct Subject {
    std::string issuer = {};
    std::string audience = {};
    std::string client_id = {};
    std::string user_name = {};  // empty: the application itself
    std::string scope = {};
  };

  ports::Response token(const ApiRequest& request);
  // Nothing when these are no administrator's credentials.
  std::optional<ports::Response> management_token(const ApiRequest& request, const Form& form,
                                                  std::string_view secret,
                                                  std::string_view client_id);
  ports::Response grant_tokens(const ApiRequest& request, const Form& form,
                               const TokenAttempt& attempt, const Registration& client);
  std::string access_token(const Subject& subject, ports::Duration lifetime);
  std::string id_token(const Subject& subject, std::string_view nonce,
                       std::string_view access_token) const;
  ports::Response userinfo(const ApiRequest& request);
  ports::Response revoke(const ApiRequest& request);
  // authorize.cc: what browsers and discovering clients meet.
  ports::Response authorize(const ApiRequest& request);
  static ports::Response log_out(const ApiRequest& request);
  static ports::Response discovery(const std::string& origin);

  Core& core_;
  const Auth0Options& options_;
  Tokens& tokens_;
};

}  // namespace mocks::idp
