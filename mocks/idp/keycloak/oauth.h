// OAuth: the endpoints of one realm, below /realms/{realm}: token, auth, certs, userinfo,
// introspection, revocation, logout, discovery. Answers as measured on 26.7: a secret that is not
// accepted is 401 unauthorized_client, a client that is not known 401 invalid_client, and no 401
// carries WWW-Authenticate. Whether a secret is right is Core's decision alone.
#pragma once

#include <optional>
#include <string>

#include "mocks/idp/core.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/keycloak/options.h"
#include "mocks/idp/request.h"
#include "mocks/idp/token_request.h"
#include "mocks/idp/tokens.h"

namespace mocks::idp::keycloak {

class OAuth {
 public:
  // All must outlive it.
  OAuth(Core& core, Tokens& tokens, const Options& options)
      : core_(core), tokens_(tokens), options_(options) {}

  ports::Response handle(const ApiRequest& request);

 private:
  // By post where the body names a secret, else by basic.
  struct Credentials : ClientCredentials {
    std::string plain_secret = {};  // for administrators, whom Core does not know
    bool sound = true;              // a header that cannot be read names nobody
  };
  static Credentials credentials_of(const ports::Request& http, const Form& form);

  ports::Response token(const ApiRequest& request);
  ports::Response admin_token(const ApiRequest& request, const Administrator& administrator,
                              const Credentials& credentials);
  ports::Response grant(const ApiRequest& request, const Form& form, const TokenAttempt& attempt,
                        const Registration& client);
  std::optional<ports::Response> unauthenticated(const ApiRequest& request, const Form& form,
                                                 bool introspecting) const;
  ports::Response introspect(const ApiRequest& request, const Form& form);
  ports::Response revoke(const ApiRequest& request, const Form& form);
  ports::Response authorize(const ApiRequest& request);
  ports::Response userinfo(const ApiRequest& request) const;
  static ports::Response discovery(const ApiRequest& request);

  Core& core_;
  Tokens& tokens_;
  const Options& options_;
};

}  // namespace mocks::idp::keycloak
