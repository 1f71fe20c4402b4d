// TokenProbe: asks the token endpoint whether it accepts a client secret, as the portal would (RFC
// 6749 section 4).
//
// With client_credentials where the client has that grant; otherwise with a bogus authorization
// code: the client is authenticated before the grant is looked at, so 400 (Auth0: 403)
// invalid_grant means accepted and 401 refused. calibrate() proves that this reading holds for this
// client before anyone trusts it.
#pragma once

#include <string>

#include "rotator/calls/encoding.h"
#include "rotator/idp/identity_provider.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/random.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace rotator {

enum class ProbeGrant { client_credentials, authorization_code };
// "client_credentials", "authorization_code" (RFC 6749 sections 4.4 and 4.1).
const char* to_string(ProbeGrant grant);

enum class Acceptance {
  accepted,
  refused,
  unknown,  // 429, 5xx, an answer that fits neither: nothing is known
};
const char* to_string(Acceptance acceptance);

struct ProbeOptions {
  std::string token_endpoint = {};  // absolute URL
  std::string client_id = {};
  AuthenticationMethod method = AuthenticationMethod::client_secret_post;
  ProbeGrant grant = ProbeGrant::client_credentials;
  std::string scope = {};         // for client_credentials, may be empty
  std::string redirect_uri = {};  // for authorization_code
  ports::Duration timeout = std::chrono::seconds(10);
};

struct ProbeAnswer {
  Acceptance acceptance = Acceptance::unknown;
  int status = 0;
  std::string error = {};        // the OAuth error code, e.g. "invalid_client"
  std::string description = {};  // error_description, cut at 200 bytes
  ports::Duration took{0};
};

class TokenProbe {
 public:
  TokenProbe(ports::HttpClient& http, ports::Clock& clock, ProbeOptions options);

  // One request. An Error when no answer came; `unknown` when one came that proves nothing.
  ports::Result<ProbeAnswer> ask(const ports::Secret& secret);

  // Proves that the probe can tell a good secret from a bad one: `good` accepted and a random one
  // refused. Error of code refused that says which half failed and what came back (a registered
  // authentication method that differs shows here).
  ports::Status calibrate(const ports::Secret& good, ports::Random& random);

 private:
  ports::HttpClient& http_;
  ports::Clock& clock_;
  ProbeOptions options_;
  ports::Result<Url> endpoint_;
};

}  // namespace rotator
