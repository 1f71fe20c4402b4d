// EntraOAuth: the endpoints for users and clients of the Microsoft identity platform, v2.0, as
// login.microsoftonline.com has them: token, authorize, discovery, keys; and Graph's userinfo.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
//
// Whether a client's secret is right is Core's decision alone, but for the tenant's
// administrators, whose secrets are in the options. A wrong secret is 401 invalid_client with
// AADSTS7000215, one whose time is over 7000222.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mocks/idp/core.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/entra/options.h"
#include "mocks/idp/entra/reply.h"
#include "mocks/idp/token_request.h"
#include "mocks/idp/tokens.h"

namespace mocks::idp::entra {

class EntraOAuth {
 public:
  // Both must outlive it; the options are read at each request.
  EntraOAuth(Core& core, const EntraOptions& options) : core_(core), options_(options) {}

  // For /{tenant}/... and /oidc/userinfo.
  ports::Response handle(const ApiRequest& request);

  // What a token for Graph lets its holder do; nothing when it is none, or its time is over.
  std::optional<GraphRight> graph_right(std::string_view token) const;

 private:
  ports::Response token(const ApiRequest& request);
  // The client is an administrator, who has no Registration in Core.
  ports::Response administrator_token(const ApiRequest& request, const Form& form,
                                      const ClientCredentials& credentials,
                                      const EntraAdministrator& administrator);
  ports::Response refusal_of(const ApiRequest& request, TokenVerdict verdict,
                             const TokenAttempt& attempt, std::string_view client_id) const;
  // What only a rendered request can get wrong, once its client is authenticated and its grant
  // good.
  std::optional<ports::Response> flaw_of(const ApiRequest& request, const Form& form,
                                         const TokenAttempt& attempt) const;
  ports::Response grant_tokens(const ApiRequest& request, const Form& form,
                               const TokenAttempt& attempt, const Registration& client);
  ports::Response authorize(const ApiRequest& request);
  ports::Response userinfo(const ApiRequest& request) const;
  ports::Response discovery(const ApiRequest& request) const;

  std::string issuer(const ApiRequest& request) const;
  ports::Response refuse(const ApiRequest& request, const StsRefusal& refusal) const;
  ports::WallTime now() const { return core_.scheduler().wall_now(); }

  Core& core_;
  const EntraOptions& options_;
  Tokens tokens_;
};

}  // namespace mocks::idp::entra
