// OktaOAuth: the OAuth endpoints: token, introspect, revoke, userinfo, authorize, keys, discovery.
// The org authorization server's lie below /oauth2/v1, a custom one's below /oauth2/{id}/v1.
// https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/
//
// Token endpoint: RFC 6749 section 5, PKCE RFC 7636; introspection RFC 7662; revocation RFC 7009;
// userinfo and authorize OpenID Connect Core 1.0 sections 5.3 and 3.1.2; discovery OpenID Connect
// Discovery 1.0 and RFC 8414. Whether a client's secret is right is Core's decision alone; here is
// only what a rendered request can get wrong besides.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/handler.h"
#include "mocks/idp/core.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/okta/options.h"
#include "mocks/idp/okta/reply.h"
#include "mocks/idp/okta/service_apps.h"
#include "mocks/idp/okta/tokens.h"
#include "mocks/idp/token_request.h"

namespace mocks::idp {

class OktaOAuth {
 public:
  // All must outlive it; the options are read at each request.
  OktaOAuth(Core& core, const OktaOptions& options, OktaTokens& tokens,
            OktaServiceApps& service_apps)
      : core_(core), options_(options), tokens_(tokens), service_apps_(service_apps) {}

  // For /oauth2/v1/..., /oauth2/{id}/v1/... and the two discovery documents of each.
  Answer handle(const ApiRequest& request);

 private:
  // Whom the request's credentials name; or the refusal of their shape.
  struct Credentials : ClientCredentials {
    std::optional<ports::Response> refusal = {};
  };
  // The authorization server that a path belongs to.
  struct Server {
    std::string id = {};  // empty: the org's own
    std::string issuer = {};
  };

  ports::Response endpoint(const ApiRequest& request, const Server& server, std::string_view name);
  ports::Response token(const ApiRequest& request, const Server& server, const Form& form);
  ports::Response introspect(const ApiRequest& request, const Form& form);
  ports::Response revoke(const ApiRequest& request, const Form& form);
  ports::Response userinfo(const ApiRequest& request);
  ports::Response authorize(const ApiRequest& request, const Server& server);
  ports::Response discovery(const Server& server, const std::string& origin) const;

  static Credentials credentials_of(const ApiRequest& request, const Form& form);
  ports::Response refusal_of(const ApiRequest& request, TokenVerdict verdict,
                             const Registration* client) const;
  // What only a rendered request can get wrong, once its client is authenticated and its grant
  // good.
  std::optional<ports::Response> flaw_of(const Server& server, const Form& form,
                                         const TokenAttempt& attempt,
                                         const Registration& client) const;
  std::string scope_of(const Form& form, const TokenAttempt& attempt) const;
  ports::Response grant_tokens(const Server& server, const Form& form, TokenAttempt attempt,
                               const Registration& client);
  // Authenticates a client that asks about its tokens; the refusal, if any.
  std::optional<ports::Response> unauthenticated(const ApiRequest& request, const Form& form,
                                                 std::string& client_id) const;

  Core& core_;
  const OktaOptions& options_;
  OktaTokens& tokens_;
  OktaServiceApps& service_apps_;
};

}  // namespace mocks::idp
