// KubernetesAuthRoutes: auth/kubernetes: the cluster's configuration, roles, login with a
// service-account token (https://developer.hashicorp.com/vault/api-docs/auth/kubernetes; texts
// measured on Vault 1.14). What a JWT is worth is the reviewer's word, as a real Vault asks the
// cluster's TokenReview API.
//
// - config: GET 200 or 404, POST 204. role/ROLE: POST 204, GET 200 or 404, DELETE 204, LIST.
// - login: 200 with a token; 400 for a role that is not there; 403 for a JWT that the reviewer
//   refuses and for an account that the role is not for; 500 before config was written.
#pragma once

#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/auth_method.h"
#include "mocks/vault/store/issuer.h"
#include "mocks/vault/store/mounts.h"
#include "mocks/vault/store/tokens.h"

namespace mocks::vault {

class KubernetesAuthRoutes {
 public:
  // All must outlive it. The reviewer may be set later; a null one refuses every JWT.
  KubernetesAuthRoutes(const Scheduler& scheduler, Envelopes& envelopes, TokenStore& tokens,
                       Issuer& issuer, const TokenReviewer& reviewer)
      : scheduler_(scheduler),
        envelopes_(envelopes),
        tokens_(tokens),
        issuer_(issuer),
        reviewer_(reviewer) {}

  // `rest` below the mount: "login", "config", "role/ROLE". The call has passed seal, quota, token
  // and policy; a login needs no token.
  ports::Response handle(Call& call, Mount& mount, std::string_view rest);

 private:
  ports::Response config(Call& call, AuthMethod& method);
  ports::Response login(Call& call, Mount& mount);

  const Scheduler& scheduler_;
  Envelopes& envelopes_;
  TokenStore& tokens_;
  Issuer& issuer_;
  const TokenReviewer& reviewer_;
};

}  // namespace mocks::vault
