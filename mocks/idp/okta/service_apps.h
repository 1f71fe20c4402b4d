// OktaServiceApps: service applications, which administer an org by scopes instead of by an API
// token. They ask the org authorization server for tokens by client_credentials and an assertion
// signed with their own key (private_key_jwt).
// https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/idp/encoding.h"
#include "mocks/idp/okta/options.h"
#include "mocks/idp/okta/reply.h"
#include "mocks/idp/okta/tokens.h"
#include "rotator/ports/clock.h"

namespace mocks::idp {

class OktaServiceApps {
 public:
  // Both must outlive it; the options are read at each request.
  OktaServiceApps(const OktaOptions& options, OktaTokens& tokens)
      : options_(options), tokens_(tokens) {}

  // Whether the token request's assertion names one of them.
  bool knows(const Form& form) const;

  // The org server's answer to such a request. 401 invalid_client: an assertion that is not its
  // own, not for this endpoint, or not for now; 400 invalid_scope: a scope it was not granted.
  ports::Response token(const ApiRequest& request, const Form& form, ports::WallTime now);

  // The scopes of an access token that was issued here and still counts; nothing for another.
  std::optional<std::string> scopes_of(std::string_view access_token, std::string_view issuer,
                                       ports::WallTime now) const;

 private:
  const ServiceApplication* find(std::string_view client_id) const;

  const OktaOptions& options_;
  OktaTokens& tokens_;
};

}  // namespace mocks::idp
